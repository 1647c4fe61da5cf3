"""Logos of channels under the deck's own address: browsers ask nobody else, and nobody learns who watches."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from xml.sax.saxutils import escape

from aiohttp import hdrs, web

from tunerr.errors import NotFound, NotReady
from tunerr.model.channel import Channel, ChannelId
from tunerr.model.url import SecretUrl, Zone
from tunerr.support.guard import Reach
from tunerr.support.pictures import Pictures

_DAY = "private, max-age=86400"
# None now may be there soon: after a refresh, or when its server is back.
_HOUR = "private, max-age=3600"
_SOON = "private, max-age=10"
_WORD = re.compile(r"\w+")
_MOST_LETTERS = 3


Find = Callable[[ChannelId], Awaitable[Channel | None]]
"""Any channel of the catalog, as the operator has it; None when there is none."""


def routes(find: Find, pictures: Pictures) -> list[web.RouteDef]:
    """GET /logo/<channel id>: its picture, or the first letters of its name."""

    async def logo(request: web.Request) -> web.StreamResponse:
        channel = await find(ChannelId(request.match_info["channel"]))
        if channel is None:
            raise NotFound("There is no such channel.")
        meanwhile = _HOUR
        try:
            picture = await pictures.get(SecretUrl(channel.logo), reach=_reach(channel)) if channel.logo else None
        except NotReady:
            picture, meanwhile = None, _SOON
        if picture is None:
            headers = {hdrs.CACHE_CONTROL: meanwhile}
            return web.Response(text=_letters(channel.name), content_type="image/svg+xml", headers=headers)
        return web.Response(body=picture.body, content_type=picture.type, headers={hdrs.CACHE_CONTROL: _DAY})

    return [web.get("/logo/{channel}", logo)]


def _letters(name: str) -> str:
    letters = "".join(word[0] for word in _WORD.findall(name))[:_MOST_LETTERS] or "?"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 44 28"><text x="22" y="18.5" text-anchor="middle"'
        f' font-family="sans-serif" font-size="12" font-weight="700" fill="#4a4d52">{escape(letters)}</text></svg>'
    )


def _reach(channel: Channel) -> Reach:
    """What the document that named the channel may name."""
    return next((Reach(one.zone, allow_lan=one.allow_lan) for one in channel.streams), Reach(Zone.INTERNET))
