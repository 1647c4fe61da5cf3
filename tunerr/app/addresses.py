"""The program's own addresses, as other machines write them."""

from __future__ import annotations

from ipaddress import ip_address

from aiohttp import web

from tunerr.app.core import Core
from tunerr.support.lan import lan_address
from tunerr.views.device import ClientUrls, at_port, authority, base_url, client_urls

_LOOPBACK = "127.0.0.1"


def tuner_url(core: Core) -> str:
    """The tuner's address as another machine of the house would write it."""
    return core.settings.server.base_url or f"http://{authority(_own_address(core), core.settings.server.addr.port)}"


def deck_url(core: Core) -> str:
    """The deck's address as another machine of the house would write it, or this one where the deck is for it alone."""
    deck = core.settings.deck
    return f"http://{authority(_own_address(core) if deck.allow_lan else _LOOPBACK, deck.port)}/"


def client_addresses(core: Core, request: web.Request) -> ClientUrls:
    """What to paste, under the address by which the operator came, unless that is of use on this machine only."""
    configured, port = core.settings.server.base_url, core.settings.server.addr.port
    if configured:
        return client_urls(configured)
    asked = base_url(configured="", host=request.host, local=(_LOOPBACK, port))
    here = any(name in asked for name in ("//localhost", "//127.", "//[::1]"))
    return client_urls(tuner_url(core) if here else at_port(asked, port))


def _own_address(core: Core) -> str:
    host = core.settings.server.addr.host
    return (lan_address() or _LOOPBACK) if _is_everywhere(host) else host


def _is_everywhere(host: str) -> bool:
    try:
        return not host or ip_address(host).is_unspecified
    except ValueError:
        return False
