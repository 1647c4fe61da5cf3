"""The one door to HTTP: sessions per reach and proxy, redirects by hand, every hop guarded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from ipaddress import ip_address
from types import MappingProxyType
from typing import Protocol

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.connector import Connection
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from tunerr.errors import FetchError, Unreachable
from tunerr.model.url import SecretUrl, Zone
from tunerr.support.guard import Guard, GuardedResolver, Reach, ZoneOf
from tunerr.support.hops import Hop, first_hop, follow
from tunerr.support.http_errors import NETWORK_ERRORS, translated, translated_body
from tunerr.support.names import RememberingResolver
from tunerr.support.proxy import FAILURES, Proxy
from tunerr.support.zones import zone_of as real_zone_of

__all__ = ["Answer", "Headers", "HttpClients", "Reach", "Visitor", "merge_headers"]

Headers = tuple[tuple[str, str], ...]

_MAX_REDIRECTS = 10
# One read takes what a burst brought; small buffers cost a wake-up per packet (performance.md, 1d).
_READ_BUFFER_BYTES = 512 * 1024
# Signed URLs in Location pass the 8 KiB that aiohttp allows by default.
_MAX_HEADER_BYTES = 64 * 1024
_KEEPALIVE_SECONDS = 15.0
_LOOKUP_SECONDS = 10.0


def merge_headers(*layers: Iterable[tuple[str, str]]) -> Headers:
    """One header for each name, whatever its case; a later layer wins."""
    return tuple({name.lower(): (name, value) for layer in layers for name, value in layer}.values())


@dataclass(frozen=True, slots=True)
class Answer:
    """An open answer. `url` is the final one, `zone` that of the address that gave it, `body` is not decompressed.

    What a name behind a proxy answers has Zone.INTERNET.
    """

    status: int
    headers: CIMultiDictProxy[str]
    url: SecretUrl
    zone: Zone
    body: aiohttp.StreamReader

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body as it arrives. Raises Truncated when it ends early, Unreachable when it goes silent."""
        received = 0
        try:
            async for chunk in self.body.iter_any():
                received += len(chunk)
                yield chunk
        except NETWORK_ERRORS as error:
            raise translated_body(error, self.url, received) from error


class Visitor(Protocol):
    """Has a say in each request of a chain of redirects."""

    def dress(self, url: SecretUrl, headers: Headers) -> Headers:
        """The headers with which `url` is asked; `headers` are the caller's, those for other origins left out."""
        ...

    def answered(self, url: SecretUrl, headers: CIMultiDictProxy[str]) -> None:
        """Take note of the headers that `url`, a redirect or the final one, answered with."""
        ...


class HttpClients:
    """HTTP for all parts: one session for each reach, so that no connection is reused by a document it is closed to.

    A proxy looks names up itself, so only addresses written as such are judged then: none may be in a zone that the
    document may not name. The proxy itself is the operator's word and may be anywhere.

    `agents`: User-Agents by host (lower case) that win over all others, in requests without a visitor. Cookies are a
    visitor's business. Names that once had addresses keep them while DNS fails. `zone_of` and `resolver`
    are there to be replaced by tests.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        agents: Mapping[str, str] = MappingProxyType({}),
        zone_of: ZoneOf = real_zone_of,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._user_agent = user_agent
        self._agents = agents
        self._zone_of = zone_of
        self._resolver = RememberingResolver(resolver) if resolver is not None else None
        self._clients: dict[tuple[Reach, SecretUrl | None], _Client] = {}

    @asynccontextmanager
    async def request(
        self,
        url: SecretUrl,
        *,
        reach: Reach,
        headers: Iterable[tuple[str, str]] = (),
        connect_timeout: float = 10.0,
        read_timeout: float = 30.0,
        method: str = "GET",
        visitor: Visitor | None = None,
        proxy: SecretUrl | None = None,
    ) -> AsyncIterator[Answer]:
        """Ask for `url` with GET or HEAD; any final status is an answer. Time-outs are seconds, of silence for reading.

        `proxy`, an http, https, socks5 or socks5h URL, is used for redirects too.
        Follows at most 10 redirects; each is judged as a document of the address it came from. The answer's
        connection is closed on exit unless its body was read to the end. Raises Unreachable, AddressRefused.
        """
        limits = aiohttp.ClientTimeout(total=None, connect=connect_timeout, sock_read=read_timeout)
        hop = first_hop(url, reach=reach, headers=headers)
        for _ in range(_MAX_REDIRECTS + 1):
            client = self._client(hop.reach, proxy)
            dressed = replace(
                hop, headers=self._headers(hop) if visitor is None else visitor.dress(hop.url, hop.headers)
            )
            response = await client.send(dressed, method=method, limits=limits)
            try:
                answer = client.answer(response, hop)
                if visitor is not None:
                    visitor.answered(hop.url, answer.headers)
                following = follow(hop, status=answer.status, headers=answer.headers, zone=answer.zone)
                if following is None:
                    yield answer
                    return
            finally:
                response.close()
            hop = following
        raise Unreachable(
            f"{hop.url} redirects more than {_MAX_REDIRECTS} times.",
            hint="The provider's redirects run in a circle.",
            cause="redirects",
        )

    async def check(self, host: str, port: int, *, reach: Reach) -> str:
        """Numeric address of `host` for what opens its connection itself. Raises Unreachable, AddressRefused."""
        return await self._client(reach).check(host.strip("[]"), port)

    async def aclose(self) -> None:
        """Close all sessions and the resolver."""
        while self._clients:
            _, client = self._clients.popitem()
            await client.aclose()
        if self._resolver is not None:
            await self._resolver.close()
            self._resolver = None

    def _headers(self, hop: Hop) -> Headers:
        agent = self._agents.get(hop.url.host)
        if agent is None:
            return hop.headers
        return (*(row for row in hop.headers if row[0].lower() != "user-agent"), ("User-Agent", agent))

    def _client(self, reach: Reach, proxy: SecretUrl | None = None) -> _Client:
        client = self._clients.get((reach, proxy))
        if client is None:
            if self._resolver is None:
                self._resolver = RememberingResolver(aiohttp.AsyncResolver())
            made = _Client if proxy is None else partial(_ProxiedClient, proxy=Proxy(proxy))
            guard = Guard(reach=reach, zone_of=self._zone_of)
            client = made(guard=guard, inner=self._resolver, user_agent=self._user_agent)
            self._clients[reach, proxy] = client
        return client


class _Response(aiohttp.ClientResponse):
    """Notes the peer's address: the connection itself is gone as soon as a short body has come."""

    peer = ""

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        peername = connection.transport.get_extra_info("peername") if connection.transport else None
        self.peer = str(peername[0]) if peername else ""
        return await super().start(connection)


class _Client:
    """The session of one reach."""

    def __init__(self, *, guard: Guard, inner: AbstractResolver, user_agent: str) -> None:
        self._guard = guard
        self._resolver = GuardedResolver(inner=inner, guard=guard)
        self._session = _session(_connector(self._resolver, guard), user_agent)

    async def send(self, hop: Hop, *, method: str, limits: aiohttp.ClientTimeout) -> _Response:
        try:
            response = await self._session.request(
                method, hop.wire_url(), headers=CIMultiDict(hop.headers), allow_redirects=False, timeout=limits
            )
        except FAILURES as error:
            raise self._told(error, hop.url) from error
        assert isinstance(response, _Response)  # noqa: S101 - the session was told to make them; for mypy
        if not response.peer:
            response.close()
            raise translated(aiohttp.ServerDisconnectedError(), hop.url)
        return response

    def answer(self, response: _Response, hop: Hop) -> Answer:
        zone = self._guard.zone(response.peer)
        return Answer(status=response.status, headers=response.headers, url=hop.url, zone=zone, body=response.content)

    async def check(self, host: str, port: int) -> str:
        try:
            ip_address(host)
        except ValueError:
            pass
        else:
            refusal = self._guard.refusal(host, host)
            if refusal is not None:
                raise refusal
            return host
        try:
            async with asyncio.timeout(_LOOKUP_SECONDS):
                found = await self._resolver.resolve(host, port)
        except (OSError, ValueError) as error:
            raise Unreachable(
                f"The name {host} was not found.", hint="Check the spelling of the host.", cause="dns"
            ) from error
        # The programs that get this address try only one, and servers of these old protocols often know IPv4 alone.
        return next((result["host"] for result in found if ":" not in result["host"]), found[0]["host"])

    async def aclose(self) -> None:
        await self._session.close()

    def _told(self, error: Exception, url: SecretUrl) -> FetchError:
        return translated(error, url)


class _ProxiedClient(_Client):
    """The session of one reach through one proxy: what is connected is the proxy, what is judged is the target."""

    def __init__(self, *, guard: Guard, inner: AbstractResolver, user_agent: str, proxy: Proxy) -> None:
        self._guard = guard
        self._proxy = proxy
        typed = guard.of_proxy(proxy.host)
        self._resolver = GuardedResolver(inner=inner, guard=typed)
        connector = proxy.connector(_KEEPALIVE_SECONDS) if proxy.socks else _connector(self._resolver, typed)
        self._session = _session(connector, user_agent, proxy.session_url())

    async def send(self, hop: Hop, *, method: str, limits: aiohttp.ClientTimeout) -> _Response:
        self._guard.behind_proxy(hop.url.host)
        response = await super().send(hop, method=method, limits=limits)
        refused = self._proxy.own_answer(response.status, response.headers, hop.url)
        if refused is not None:
            response.close()
            raise refused
        return response

    def answer(self, response: _Response, hop: Hop) -> Answer:
        zone = self._guard.behind_proxy(hop.url.host)
        return Answer(status=response.status, headers=response.headers, url=hop.url, zone=zone, body=response.content)

    def _told(self, error: Exception, url: SecretUrl) -> FetchError:
        return self._proxy.told(error, url) or translated(self._proxy.behind(error), url)


def _connector(resolver: GuardedResolver, guard: Guard) -> aiohttp.TCPConnector:
    return aiohttp.TCPConnector(
        resolver=resolver,
        socket_factory=guard.open_socket,
        limit=0,  # every viewer's stream is a connection; the tuner slots are the limit
        keepalive_timeout=_KEEPALIVE_SECONDS,
    )


def _session(connector: aiohttp.TCPConnector, user_agent: str, proxy: URL | None = None) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        proxy=proxy,
        # Without a caller's word no compression: the body is handed on raw.
        headers={"User-Agent": user_agent, "Accept-Encoding": "identity"},
        cookie_jar=aiohttp.DummyCookieJar(),  # two accounts on one panel must not share a session
        auto_decompress=False,
        read_bufsize=_READ_BUFFER_BYTES,
        max_line_size=_MAX_HEADER_BYTES,
        max_field_size=_MAX_HEADER_BYTES,
        response_class=_Response,
    )
