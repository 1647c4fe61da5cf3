"""Who asks through a reverse proxy, by which name and path: X-Forwarded-* and Forwarded (RFC 7239). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from multidict import MultiMapping

from tunerr.support.addresses import Address, Network, plain_address

UNKNOWN: Final = "unknown"
"""The client of a request whose proxy doesn't say for whom it asks; RFC 7239 §6.2 has the same word."""

_FOR, _PROTO, _HOST, _PORT = "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port"
_PREFIX: Final = "X-Forwarded-Prefix"
# Nothing that means something else in a header, in HTML, or as an address: no `//`, no `..`.
_PATH: Final = re.compile(r"(?:/(?!\.{0,2}(?:/|$))[A-Za-z0-9._~-]+)+", re.ASCII)
_LONGEST_PATH: Final = 200
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}
_BARE_PORT: Final = re.compile(r":([0-9]{1,5})$", re.ASCII)
# `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`, each maybe with a scope.
_NODE: Final = re.compile(r"\[(?P<v6>[^\]]*)\](?::[0-9]+)?|(?P<v4>[0-9.]+):[0-9]+|(?P<bare>.*)", re.ASCII)
# One `name=value` (there may be none) and what parts it from the next. Values with a colon should be quoted, but many
# proxies don't.
_PAIR: Final = re.compile(
    r"[ \t]*(?:(?P<name>[\w!#$%&'*+.^`|~-]+)=(?:\"(?P<quoted>(?:[^\"\\]|\\.)*)\"|(?P<plain>[^\s\",;\\]+)))?"
    r"[ \t]*(?P<end>[,;]|$)",
    re.ASCII,
)
_ESCAPED: Final = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the first trusted proxy got it.

    `client` is an address or UNKNOWN; `scheme` is http or https; `host` is a name, a port behind it where that isn't
    the scheme's own, and is what the proxies say: not checked, empty when nobody says it. `prefix` is the path below
    which it was asked for, as in `/tunerr`: letters, digits and `._~-` between single slashes, 200 characters at most;
    empty when nobody says one, or another.
    """

    client: str
    scheme: str
    host: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class _Said:
    """What a chain of proxies said, the farthest first; an element is empty where a proxy left it out."""

    clients: Sequence[str]
    schemes: Sequence[str]
    hosts: Sequence[str]
    ports: Sequence[str] = ()


def asked(peer: str, headers: MultiMapping[str], trusted: Sequence[Network]) -> Asked | None:
    """Whom a request from the address `peer` is for; None when it is the peer's own.

    That is so when `peer` is not `trusted`, and when it sent none of the headers. X-Forwarded-* goes before Forwarded.
    The client is the last one in the chain that is no trusted proxy, for only such ones tell the truth; the farthest
    when all of them are. A Forwarded header that isn't well-formed says nothing at all but that there is a proxy: a
    client could have written it so that what the proxy appended is read as a part of its own words.
    """
    if not _is_trusted(_address(peer), trusted):
        return None
    prefixes = _listed(headers, _PREFIX)
    said = _x_forwarded(headers) or _forwarded(headers) or (_Said((), (), ()) if prefixes else None)
    if said is None:
        return None
    hops, client = _client(said.clients, trusted)
    scheme = _said_at(said.schemes, hops).lower()
    host = _said_at(said.hosts, hops) or headers.get("Host", "")
    scheme = scheme if scheme in _DEFAULT_PORTS else "http"
    host = _with_port(host, _said_at(said.ports, hops), scheme)
    return Asked(client, scheme, host, _path(_said_at(prefixes, hops)))


def _is_trusted(address: Address | None, trusted: Sequence[Network]) -> bool:
    return address is not None and any(address in network for network in trusted)


def _client(chain: Sequence[str], trusted: Sequence[Network]) -> tuple[int, str]:
    """Find the client: how many trusted proxies stand between it and the one that asked us, and its address."""
    for hops, node in enumerate(reversed(chain)):
        address = _address(node)
        if address is None:
            return hops, UNKNOWN
        if hops == len(chain) - 1 or not _is_trusted(address, trusted):
            return hops, str(address)
    return 0, UNKNOWN


def _said_at(values: Sequence[str], hops: int) -> str:
    """What the proxy nearest to the client said; one nearer to us where it said nothing."""
    return next((value for value in values[max(0, len(values) - 1 - hops) :] if value), "")


def _x_forwarded(headers: MultiMapping[str]) -> _Said | None:
    clients, schemes, hosts, ports = (_listed(headers, name) for name in (_FOR, _PROTO, _HOST, _PORT))
    return _Said(clients, schemes, hosts, ports) if clients or schemes or hosts or ports else None


def _listed(headers: MultiMapping[str], name: str) -> Sequence[str]:
    return [part.strip() for line in headers.getall(name, ()) for part in line.split(",")]


def _forwarded(headers: MultiMapping[str]) -> _Said | None:
    lines = headers.getall("Forwarded", ())
    if not lines:
        return None
    hops = _elements(",".join(lines))
    return _Said(*(tuple(hop.get(name, "") for hop in hops) for name in ("for", "proto", "host")))


def _elements(text: str) -> Sequence[dict[str, str]]:
    """The elements of a Forwarded header; none when it is not well-formed. Names are in lower case."""
    elements: list[dict[str, str]] = [{}]
    position, end = 0, ","
    while end:
        match = _PAIR.match(text, position)
        if match is None:
            return ()
        if match["name"]:
            quoted = match["quoted"]
            elements[-1][match["name"].lower()] = match["plain"] if quoted is None else _ESCAPED.sub(r"\1", quoted)
        position, end = match.end(), match["end"]
        if end == ",":
            elements.append({})
    return [element for element in elements if element]


def _address(node: str) -> Address | None:
    match = _NODE.fullmatch(node)
    text = (match["v6"] or match["v4"] or match["bare"] or "") if match else ""
    try:
        return plain_address(text)
    except ValueError:
        return None


def _path(prefix: str) -> str:
    path = prefix.removesuffix("/")
    return path if len(path) <= _LONGEST_PATH and _PATH.fullmatch(path) else ""


def _with_port(host: str, port: str, scheme: str) -> str:
    """`host` with its port, or else `port`, unless that is the scheme's own."""
    own = _BARE_PORT.search(host)
    if own is not None:
        return host[: own.start()] if own[1] == _DEFAULT_PORTS[scheme] else host
    named = host and _BARE_PORT.fullmatch(f":{port}") and port != _DEFAULT_PORTS[scheme]
    return f"{host}:{port}" if named else host
