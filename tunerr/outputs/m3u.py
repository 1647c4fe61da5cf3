"""/live.m3u: the lineup for players and for servers that take a playlist."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from aiohttp import hdrs, web

from tunerr.model.channel import ChannelId, Lineup, LineupChannel
from tunerr.outputs.renderings import Renderings, respond
from tunerr.outputs.text import m3u_attribute, m3u_title
from tunerr.outputs.web import Served, not_ready, request_base
from tunerr.support.snapshot import Published
from tunerr.views.device import client_urls

GuideId = Callable[[LineupChannel], str]
"""The channel's id in guide.xml."""


def routes(
    *,
    configured_base: str,
    lineup: Published[Lineup | None],
    guide_id: GuideId,
    pruned: Callable[[], frozenset[ChannelId]],
    on_lineup_served: Served,
) -> list[web.RouteDef]:
    """Route of the playlist, with the channels of all devices but those `pruned`."""
    kept = Renderings()

    async def playlist(request: web.Request) -> web.Response:
        current = lineup.current
        if current is None:
            return not_ready({"X-IptvTunerr-Startup-State": "loading"})
        base = request_base(request, configured_base)
        without = pruned()
        rows = [row for row in current.channels if row.channel.id not in without]
        rendering = await kept.get((current.version, base, without), lambda: render(rows, base, guide_id))
        if request.method == hdrs.METH_GET:
            on_lineup_served(rows)
        return respond(request, rendering, "audio/x-mpegurl")

    return [web.get("/live.m3u", playlist)]


def render(rows: Iterable[LineupChannel], base: str, guide_id: GuideId) -> bytes:
    """Write the playlist for clients that know us as `base`."""
    guide = client_urls(base).guide
    header = f'#EXTM3U url-tvg="{guide}" x-tvg-url="{guide}"\n'
    return "".join([header, *(_entry(row, base, guide_id(row)) for row in rows)]).encode()


def _entry(row: LineupChannel, base: str, guide_id: str) -> str:
    channel = row.channel
    attributes = " ".join(f'{name}="{m3u_attribute(value)}"' for name, value in _attributes(row, guide_id) if value)
    # Jellyfin shares a stream between viewers only when its URL ends in .ts.
    title = m3u_title(channel.name) or row.number
    return f"#EXTINF:-1 {attributes},{title}\n{base}/stream/{channel.id}.ts\n"


def _attributes(row: LineupChannel, guide_id: str) -> Iterable[tuple[str, str]]:
    yield "tvg-id", guide_id
    yield "tvg-chno", str(row.number)
    yield "tvg-name", row.channel.name
    yield "tvg-logo", row.channel.logo
    yield "group-title", row.channel.group
    yield "radio", "true" if row.channel.radio else ""
