"""The gateway and what it is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from tunerr.app.attempt_log import AttemptLog
from tunerr.config.gateway import GatewaySettings
from tunerr.errors import TunerrError
from tunerr.gateway.gateway import Gateway
from tunerr.gateway.limits import Limits
from tunerr.gateway.readers.opener import StreamOpener
from tunerr.gateway.timeline import StreamAttempt
from tunerr.model.carried import Carried
from tunerr.model.channel import ChannelId
from tunerr.support.clock import Clock
from tunerr.support.cookies import CookieStore
from tunerr.support.ffmpeg import locate_ffmpeg
from tunerr.support.http import HttpClients
from tunerr.support.tasks import Supervisor


def build_opener(
    settings: GatewaySettings, *, clients: HttpClients, clock: Clock, host_agents: Mapping[str, str]
) -> StreamOpener:
    """Build what opens streams. `host_agents`: User-Agents by host."""
    return StreamOpener(
        clients=clients,
        ffmpeg=ffmpeg_of(settings),
        user_agent=settings.user_agent,
        headers=settings.headers,
        host_agents=host_agents,
        sec_fetch=settings.sec_fetch,
        cookies=CookieStore(settings.cookie_jar_file),
        clock=clock,
    )


def build_gateway(
    settings: GatewaySettings,
    *,
    opener: StreamOpener,
    clock: Clock,
    tuner_count: int,
    account_limit: Callable[[str], int | None],
    on_carried: Callable[[ChannelId, Carried], None],
    stack: AsyncExitStack,
) -> Gateway:
    """Join the parts; `stack` closes what outlives the gateway's own end."""
    return Gateway(
        opener=opener,
        ffmpeg=ffmpeg_of(settings),
        tuner_count=tuner_count,
        clock=clock,
        on_attempt=_attempt_log(settings.attempt_log, stack),
        on_carried=on_carried,
        limits=Limits(retries=settings.retry_limit, retry_pause=settings.retry_backoff_ms / 1000),
        account_limit=account_limit,
    )


def ffmpeg_of(settings: GatewaySettings) -> Callable[[], str]:
    """What locates ffmpeg; it raises TunerrError when there is none, or none may be used."""
    return _no_ffmpeg if settings.ffmpeg_disabled else partial(locate_ffmpeg, settings.ffmpeg_path)


def _attempt_log(path: Path | None, stack: AsyncExitStack) -> Callable[[StreamAttempt], None] | None:
    if path is None:
        return None
    background = Supervisor()
    stack.push_async_callback(background.aclose)
    attempts = AttemptLog(path=path, background=background)
    stack.push_async_callback(attempts.aclose)
    return attempts.add


def _no_ffmpeg() -> str:
    raise TunerrError("This stream needs ffmpeg.", hint="IPTV_TUNERR_FFMPEG_DISABLED forbids to start it.")
