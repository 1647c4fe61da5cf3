"""The deck's live pages: what plays, each stream, a preview; and the acts on streams."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from tunerr.actions.streams import clear_attempts, stop_stream, stop_viewer, switch_stream
from tunerr.app.core import Core
from tunerr.deck.gate import Gate
from tunerr.deck.operations import Fields, Operation
from tunerr.deck.page import Asked, Page
from tunerr.deck.preview import preview_routes
from tunerr.errors import UnknownChannel
from tunerr.gateway.viewer import Viewer
from tunerr.model.channel import ChannelId
from tunerr.model.status import Client
from tunerr.views.live import LiveView, StreamView, live_view, stream_view

_AREA = "streams"
_PREVIEW = "Deck preview"
_NO_REPLAY = "Accepted without effect: a viewer starts at the newest access point, whatever its size."


def live_pages(core: Core) -> tuple[Page, ...]:
    """All that plays, and each stream."""
    gateway, clock = core.gateway, core.ground.clock

    async def live(_: Asked) -> LiveView:
        return live_view(gateway.streams(), gateway.status(), core.lag.now(), clock.now())

    async def stream(asked: Asked) -> StreamView:
        return stream_view(
            asked.match["request"],
            gateway.streams(),
            gateway.attempts(),
            core.lag.now(),
            clock.now(),
            tuner=asked.urls.tuner,
        )

    return Page("/live", "live.html", live, live=True), Page("/live/{request}", "stream.html", stream, live=True)


def live_routes(core: Core, gate: Gate) -> list[web.RouteDef]:
    """The preview of a channel that is offered."""

    @asynccontextmanager
    async def watch(channel: str, address: str) -> AsyncIterator[Viewer]:
        lineup = core.lineup.current
        row = lineup.by_id.get(ChannelId(channel)) if lineup is not None else None
        if row is None:
            raise UnknownChannel("This channel is not in the lineup.")
        async with core.gateway.watch(row, client=Client(address, _PREVIEW)) as viewer:
            yield viewer

    return preview_routes(watch, stands=gate.stands)


def live_operations(core: Core) -> dict[str, Operation]:
    """All acts on streams, by name."""
    gateway, audit = core.gateway, core.desk.audit

    async def stop(who: str, fields: Fields) -> str:
        request, channel = fields.get("request_id", ""), fields.get("channel_id", "")
        return await stop_stream(gateway, audit, who=who, request=request, channel=channel)

    async def switch(who: str, fields: Fields) -> str:
        return await switch_stream(gateway, audit, who=who, request=fields.get("request_id", ""))

    async def replay(_who: str, _fields: Fields) -> str:
        return _NO_REPLAY

    return {
        "stream-stop": Operation("End the stream of request_id, or all streams of channel_id.", stop, _AREA),
        "viewer-stop": Operation(
            "End the viewer of request_id; others of the same channel go on.",
            lambda who, fields: stop_viewer(gateway, audit, who=who, request=fields.get("request_id", "")),
            _AREA,
        ),
        "stream-switch": Operation("Have another source tried for the stream of request_id.", switch, _AREA),
        "stream-attempts-clear": Operation(
            "Forget the streams that are over.", lambda who, _: clear_attempts(gateway, audit, who=who), _AREA
        ),
        "shared-relay-replay": Operation(_NO_REPLAY, replay, _AREA),
    }
