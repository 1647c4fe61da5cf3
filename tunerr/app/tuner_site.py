"""The port that televisions speak to: device documents, streams, guide, playlist, health, metrics. No login."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from aiohttp import hdrs, web

from tunerr.app.core import Core
from tunerr.app.native import NativeFaces
from tunerr.config.sections import DeckSettings
from tunerr.guide.making.ids import guide_channel_id
from tunerr.guide.making.parts import GuideParts
from tunerr.metrics.collector import Metrics, Readings
from tunerr.metrics.http import routes as metrics_routes
from tunerr.model.channel import ChannelId, LineupChannel
from tunerr.model.status import Client
from tunerr.outputs import calendar, health, m3u, reports, stream, xmltv
from tunerr.outputs import web as common
from tunerr.outputs.hdhr import http as hdhr
from tunerr.support.tasks import Supervisor
from tunerr.views.reports import Reports

_GIVEN = frozenset({200, 206, 304})
# What clients ask for by the end of its path, whichever device's it is.
_ASKED_FOR = {
    "lineup.json": "lineup",
    "lineup.xml": "lineup",
    "lineup.m3u": "lineup",
    "live.m3u": "lineup",
    "guide.xml": "guide",
    "guide.xml.gz": "guide",
}


def tuner_application(
    core: Core, metrics: Metrics, background: Supervisor, told: Reports, *, on_asked: Callable[[Client, str], None]
) -> web.Application:
    """All faces on one application; `told`: the reports for programs on this machine.

    `on_asked` hears of each client that was given the lineup or the guide.
    """
    configured = core.settings.server.base_url
    deck = core.settings.deck

    def lineup_served(rows: Sequence[LineupChannel]) -> None:
        """Numbers that a client has seen are its own from now on."""
        numbers = tuple(row.number for row in rows)
        background.spawn(core.offering.ledger.mark_served(numbers), "mark numbers served")

    async def save_favorite(channel_id: ChannelId, on: bool) -> None:
        await core.offering.favorites.set(channel_id, on)
        await core.cycle.rebuild_lineup()

    async def set_favorite(channel_id: ChannelId, on: bool) -> None:
        """A client that hangs up ends its handler here, but not the act: saved without being published is half."""
        await asyncio.shield(background.spawn(save_favorite(channel_id, on), "set favorite"))
        # An edition of another version of the lineup would not be served after a restart.
        background.spawn(core.cycle.follow_lineup(), "render guide")

    application = web.Application()
    common.install(application)
    application.on_response_prepare.append(partial(_note_asking, on_asked))
    application.add_routes(
        [
            *hdhr.routes(
                devices=core.devices,
                configured_base=configured,
                deck_port=deck.port if _is_for_others(deck) else None,
                lineup=core.lineup,
                carried=core.carried,
                tuners=core.gateway,
                clock=core.ground.clock,
                set_favorite=set_favorite,
                on_lineup_served=lineup_served,
            ),
            *stream.routes(lineup=core.lineup, gateway=core.gateway),
            *reports.routes(reports=told),
            *xmltv.routes(guide=core.edition, parts=GuideParts(worker=core.ground.worker)),
            *m3u.routes(
                configured_base=configured,
                lineup=core.lineup,
                guide_id=guide_channel_id,
                pruned=partial(_pruned, core),
                on_lineup_served=lineup_served,
            ),
            *calendar.routes(
                reader=core.guide.reader, lineup=core.lineup, edition=core.edition, clock=core.ground.clock
            ),
            *health.routes(lineup=core.lineup, sources=core.statuses),
            *(metrics_routes(registry=metrics.registry) if core.settings.metrics.enabled else ()),
        ]
    )
    return application


async def _note_asking(
    on_asked: Callable[[Client, str], None], request: web.Request, response: web.StreamResponse
) -> None:
    what = _ASKED_FOR.get(request.path.rpartition("/")[2])
    if what is not None and request.method == hdrs.METH_GET and response.status in _GIVEN:
        on_asked(stream.client_of(request), what)


def _pruned(core: Core) -> frozenset[ChannelId]:
    """Channels that were found in no guide, where such are left out; none while no guide knows any."""
    health = core.guide.health.current
    if health is None or not core.settings.guide.prune_unlinked or not any(row.links for row in health.channels):
        return frozenset()
    return frozenset(row.channel_id for row in health.channels if not row.links)


def _is_for_others(deck: DeckSettings) -> bool:
    """Whether those who come to this port, from other machines mostly, can reach the deck."""
    return deck.allow_lan and not deck.disabled


def metrics_of(core: Core, native: NativeFaces) -> Metrics:
    """The registry whose figures are read from the parts at each scrape."""

    def read() -> Readings:
        return Readings(
            lineup=core.lineup.current,
            guide=core.edition.current,
            health=core.guide.health.current,
            sources=core.statuses.current,
            tuners=core.gateway.status(),
            gateway=core.gateway.facts,
            native=native.facts,
            tasks=len(asyncio.all_tasks()),
        )

    return Metrics(read=read)
