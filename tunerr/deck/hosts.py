"""By which names the deck may be opened: so that a name of somebody else, pointed at this machine, opens nothing.

That is DNS rebinding: a page of evil.example has its name answer with our address, and is then of the same origin as
the deck for the browser. It has no session there, but could guess passwords from within the house.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from tunerr.errors import WrongName

BEHIND_PROXY: web.RequestKey[bool] = web.RequestKey("behind proxy", bool)
"""Set where a trusted proxy on another machine handed the request on; it serves the names that it is told to."""

# Names that nobody can register: of the machine, of mDNS (RFC 6762), of home networks (RFC 8375 and what routers use),
# and those reserved for private use (ICANN 2024).
_OWN_ENDINGS = (".localhost", ".local", ".lan", ".home", ".home.arpa", ".localdomain", ".internal")
_LONGEST_SHOWN = 100


class Hosts:
    """Judges the Host header."""

    def __init__(self, names: Iterable[str], url: str = "") -> None:
        """`names`: what the operator calls the deck, beside what needs no telling; the host of `url` is one too."""
        self._names = frozenset(_plain(name) for name in (*names, urlsplit(url).netloc) if name)

    def check(self, request: web.Request) -> None:
        """Raise WrongName for a request that came by a name which might be somebody else's.

        What counts is the header itself, which scripts can't set, and not what it is said to have been: X-Forwarded
        headers can be set by them, and a browser on this machine has the address of a trusted proxy. Sec-Fetch-Site
        can't be set either and is sent to https and to this machine only: behind such a name there is a certificate.
        """
        host = _plain(request.headers.get(hdrs.HOST, ""))
        if host in self._names or is_own(host):
            return
        if "Sec-Fetch-Site" in request.headers or request.get(BEHIND_PROXY):
            return
        raise WrongName(
            f"The Control Deck doesn't know the name {host[:_LONGEST_SHOWN]}.",
            hint=f"If it is yours, set IPTV_TUNERR_WEBUI_HOSTS={host[:_LONGEST_SHOWN]} (several with commas) and start"
            " again; meanwhile open the deck by the machine's address.",
        )


def is_own(host: str) -> bool:
    """Whether a host without port can't be a name of somebody else: an address, or a name of the house."""
    if "." not in host or host.endswith(_OWN_ENDINGS):
        return True
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _plain(host: str) -> str:
    """Without port, brackets and the dot at the end, in small letters."""
    name, colon, port = host.strip().rpartition(":")
    if not colon or "]" in port:
        name = host.strip()
    return name.strip("[]").removesuffix(".").lower()
