"""Streams: which channel is wanted, on which tuner, and by whom."""

from __future__ import annotations

import math
import re
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from aiohttp import hdrs, web

from tunerr.errors import SystemBusy, UnknownChannel
from tunerr.model.channel import ChannelId, Lineup, LineupChannel
from tunerr.model.status import Client, TunerStatus
from tunerr.outputs.web import DEVICE_PATHS
from tunerr.support.snapshot import Published
from tunerr.support.video import VideoResponse, Viewer, address_of, send_video

_UNPRINTABLE = re.compile(r"[^\x21-\x7e]+", re.ASCII)
_USER_AGENT_CHARS = 40


class Gateway(Protocol):
    """What we need of the gateway."""

    def watch(
        self, row: LineupChannel, *, client: Client, tuner: int | None = None
    ) -> AbstractAsyncContextManager[Viewer]:
        """Enter: wait for the first access point or raise TuneError. Exit: the viewer is gone."""
        ...

    def status(self) -> tuple[TunerStatus, ...]:
        """One entry for each tuner."""
        ...


def routes(*, lineup: Published[Lineup | None], gateway: Gateway) -> list[web.RouteDef]:
    """Routes of the streams. The site needs `handler_cancellation=True`, or a viewer that leaves keeps its tuner."""
    face = _Streams(lineup, gateway)
    # Numbers are unique over all devices and the tuners are shared, so each device's path leads to the same streams.
    tuned = [
        web.get(path + how, handler)
        for path in DEVICE_PATHS
        for how, handler in (
            ("/auto/v{number}", face.by_number),
            ("/tuner{tuner:[0-9]{1,3}}/v{number}", face.by_number),
            ("/auto/{other}", face.unknown),
            ("/tuner{tuner:[0-9]{1,3}}/{other}", face.unknown),
        )
    ]
    return [*tuned, web.get("/stream/{id}", face.by_id)]


class _Streams:
    """The handlers."""

    def __init__(self, lineup: Published[Lineup | None], gateway: Gateway) -> None:
        self._lineup = lineup
        self._gateway = gateway

    async def by_number(self, request: web.Request) -> web.StreamResponse:
        number = request.match_info["number"]
        tuner = request.match_info.get("tuner")
        row = self._offered().by_number.get(number)
        if tuner is None:
            return await self._play(request, row, None)
        if int(tuner) >= len(self._gateway.status()):
            raise web.HTTPNotFound
        return await self._play(request, row, int(tuner))

    async def by_id(self, request: web.Request) -> web.StreamResponse:
        """By channel id or guide number. `.ts` may follow: Jellyfin shares a stream only when its URL ends so."""
        wanted = request.match_info["id"].removesuffix(".ts")
        lineup = self._offered()
        return await self._play(request, lineup.by_id.get(ChannelId(wanted)) or lineup.by_number.get(wanted), None)

    async def unknown(self, _: web.Request) -> web.StreamResponse:
        """Tuning by frequency and the like: we have none."""
        raise UnknownChannel("Channels are tuned by number here.")

    def _offered(self) -> Lineup:
        lineup = self._lineup.current
        if lineup is None:
            raise SystemBusy("There is no lineup yet.")
        return lineup

    async def _play(self, request: web.Request, row: LineupChannel | None, tuner: int | None) -> web.StreamResponse:
        if row is None:
            raise UnknownChannel("This channel is not in the lineup.")
        if request.method == hdrs.METH_HEAD:
            return VideoResponse()
        async with self._gateway.watch(row, client=client_of(request), tuner=tuner) as viewer:
            headers = {"X-HDHomeRun-Resource": f"tuner{viewer.tuner}"}
            return await send_video(request, viewer, headers=headers, duration=duration_of(request))


def duration_of(request: web.Request) -> float | None:
    """Seconds asked for by `?duration=`; None for none and for nonsense."""
    try:
        seconds = float(request.query.get("duration", ""))
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds > 0 else None


def client_of(request: web.Request) -> Client:
    """Who asks; the program in a few printable characters."""
    program = _UNPRINTABLE.sub(" ", request.headers.get(hdrs.USER_AGENT, "")).strip()[:_USER_AGENT_CHARS].strip()
    return Client(address_of(request), program)
