"""Redirects as values: what the next request asks, of whom, and with which of the headers."""

from __future__ import annotations

import base64
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from yarl import URL

from tunerr.errors import AddressRefused, Unreachable
from tunerr.model.url import SecretUrl, Zone
from tunerr.support.guard import Reach

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_DEFAULT_PORTS = {"http": 80, "https": 443}
# What is addressed to one origin stays there.
_FOR_ONE_ORIGIN = frozenset({"authorization", "cookie", "host", "proxy-authorization"})
# A provider's URL is signed as it stands: only what HTTP can't carry is escaped, nothing is normalized.
_AS_IT_STANDS = string.ascii_letters + string.digits + string.punctuation


@dataclass(frozen=True, slots=True)
class Hop:
    """One request of a chain of redirects. `headers` hold the credentials of the URL, `wire_url` no longer does."""

    url: SecretUrl
    reach: Reach
    headers: tuple[tuple[str, str], ...] = ()

    def wire_url(self) -> URL:
        """Return what goes to the socket: no credentials, no fragment, ASCII. Raises ValueError when that can't be."""
        parts = _split(self.url)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        netloc = f"[{host}]" if ":" in host else host
        if parts.port is not None:
            netloc += f":{parts.port}"
        path = quote(parts.path or "/", safe=_AS_IT_STANDS, errors="surrogateescape")
        query = quote(parts.query, safe=_AS_IT_STANDS, errors="surrogateescape")
        return URL(f"{parts.scheme}://{netloc}{path}{'?' if query else ''}{query}", encoded=True)


def first_hop(url: SecretUrl, *, reach: Reach, headers: Iterable[tuple[str, str]]) -> Hop:
    """Return the hop of a URL as it was given. Raises Unreachable when it is no http or https URL."""
    if url.scheme not in _DEFAULT_PORTS or not url.host:
        raise Unreachable(f"{url} is no http or https URL.", hint="Write it as http://host/path.")
    return Hop(url, reach, _with_basic_auth(url, tuple(headers)))


def follow(hop: Hop, *, status: int, headers: Mapping[str, str], zone: Zone) -> Hop | None:
    """Return the hop that an answer from an address of `zone` leads to; None when it is no redirect.

    Raises AddressRefused when it leads out of HTTP, Unreachable when its target is no URL.
    """
    location = headers.get("Location", "").strip()
    if status not in _REDIRECTS or not location:
        return None
    try:
        target = SecretUrl(urljoin(hop.url.reveal(), location))
        stays = _same_site(_split(hop.url), _split(target))
    except ValueError as error:
        raise Unreachable(f"{hop.url} redirects to something that is no URL.") from error
    if target.scheme not in _DEFAULT_PORTS or not target.host:
        raise AddressRefused(
            f"{hop.url} redirects to {target.scheme[:20] or 'nowhere'}:, and only http and https are followed.",
            hint="No setting allows that (IPTV_TUNERR_PROVIDER_ALLOW_LAN is about addresses only).",
        )
    kept = tuple(row for row in hop.headers if stays or row[0].lower() not in _FOR_ONE_ORIGIN)
    return Hop(target, hop.reach.seen_from(zone), _with_basic_auth(target, kept))


def _split(url: SecretUrl) -> SplitResult:
    return urlsplit(url.reveal().strip())


def _same_site(old: SplitResult, new: SplitResult) -> bool:
    """Whether it is the same origin, or the same host's step from http to https on the usual ports."""
    origins = [(part.hostname, part.port or _DEFAULT_PORTS.get(part.scheme)) for part in (old, new)]
    if old.scheme == new.scheme:
        return origins[0] == origins[1]
    return old.hostname == new.hostname and (origins[0][1], origins[1][1]) == (80, 443)


def _with_basic_auth(url: SecretUrl, headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    parts = _split(url)
    if parts.username is None or any(name.lower() == "authorization" for name, _ in headers):
        return headers
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return (*headers, ("Authorization", "Basic " + base64.b64encode(pair.encode()).decode("ascii")))
