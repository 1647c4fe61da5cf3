"""Tests one stream: one request for its first bytes, guarded and counted as every stream of the account."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from tunerr.errors import AddressRefused, FetchError, Truncated, Unreachable, UpstreamError
from tunerr.model.channel import Stream
from tunerr.model.stream_test import Finding
from tunerr.model.url import SecretUrl, Zone
from tunerr.providers.validation.batch import Verdict
from tunerr.providers.validation.judge import judge_body, judge_status
from tunerr.providers.validation.targets import unusable
from tunerr.support.http import Answer, Headers, HttpClients, Reach, Visitor, merge_headers

__all__ = ["Lease", "Leases", "Prober"]

_READ_BYTES = 4096
_BY_CAUSE = {"timeout": Finding.SILENT, "proxy": Finding.PROXY}  # causes as Unreachable knows them
_RANGE = ("Range", f"bytes=0-{_READ_BYTES - 1}")


class Lease(Protocol):
    """The right to one open stream."""

    def opened(self) -> None:
        """The provider answered with a stream."""
        ...

    def closing(self) -> None:
        """The stream is about to be closed: a viewer may wait for its slot."""
        ...

    def yields(self, give_way: Callable[[], None]) -> None:
        """Call `give_way` when a viewer wants a stream of the account."""
        ...


class Leases(Protocol):
    """Who counts the open streams of accounts."""

    def lease(self, stream: Stream) -> AbstractAsyncContextManager[Lease]:
        """Hold one slot of the stream's account. Raises UpstreamError when it bears no more."""
        ...


class Prober:
    """Asks for the first 4096 bytes of streams and judges them.

    `timeout`, asked for each: seconds for one request and its body. `headers` go to every stream; its own win over
    them. `visitor` makes who dresses the requests of one test.
    """

    def __init__(
        self,
        *,
        clients: HttpClients,
        leases: Leases,
        timeout: Callable[[], float] = lambda: 8.0,
        headers: Headers = (),
        visitor: Callable[[], Visitor] | None = None,
    ) -> None:
        self._clients = clients
        self._leases = leases
        self._timeout = timeout
        self._headers = headers
        self._visitor = visitor

    async def test(self, stream: Stream, *, pace: Callable[[str], Awaitable[bool]]) -> Verdict:
        """Return the verdict on `stream`, whose host may be asked now.

        The first variant of a master playlist is asked once as well. `pace` waits until its host may be asked, while
        nothing is open, and returns False when that is too long.
        """
        visitor = self._visitor() if self._visitor is not None else None
        found = await self._ask(stream, stream.url, stream.zone, visitor)
        if isinstance(found, Verdict):
            return found
        variant, zone = found
        if (finding := unusable(variant)) is not None:
            told = "The HLS playlist names a variant that can't be asked for."
            return Verdict(finding if finding is Finding.SCHEME else Finding.EMPTY_PLAYLIST, told)
        if not await pace(variant.host):
            return Verdict(Finding.SLOW_DOWN, "The host of the HLS variant must not be asked now.")
        last = await self._ask(stream, variant, zone, visitor)
        if isinstance(last, Verdict):
            return last
        return Verdict(Finding.EMPTY_PLAYLIST, "The HLS playlist leads to further playlists only.")

    async def _ask(
        self, stream: Stream, url: SecretUrl, zone: Zone, visitor: Visitor | None
    ) -> Verdict | tuple[SecretUrl, Zone]:
        """Ask once; the verdict, or the variant to ask with the zone of the document that named it."""
        viewer_came = asyncio.Event()
        try:
            async with self._leases.lease(stream) as lease, asyncio.timeout(self._timeout()) as limit:

                def give_way() -> None:
                    viewer_came.set()
                    if not limit.expired():
                        limit.reschedule(0.0)

                lease.yields(give_way)
                lease.closing()  # from the start: a viewer who comes now waits until we are gone
                return await self._first_bytes(stream, url, zone, visitor, lease)
        except TimeoutError:
            if viewer_came.is_set():
                return Verdict(Finding.ACCOUNT_FULL, "A viewer came while it was tested.")
            return Verdict(Finding.SILENT, f"No stream came within {self._timeout():g} s.")
        except (UpstreamError, FetchError) as error:
            return Verdict(_finding(error), error.message)

    async def _first_bytes(
        self, stream: Stream, url: SecretUrl, zone: Zone, visitor: Visitor | None, lease: Lease
    ) -> Verdict | tuple[SecretUrl, Zone]:
        async with self._clients.request(
            url,
            reach=Reach(zone, allow_lan=stream.allow_lan),
            headers=merge_headers(self._headers, stream.headers, (_RANGE, ("Accept-Encoding", "identity"))),
            read_timeout=self._timeout(),
            visitor=visitor,
            proxy=stream.proxy,
        ) as answer:
            if (verdict := judge_status(answer.status, answer.headers)) is not None:
                return verdict
            lease.opened()
            head, cut = await _read(answer)
            found = judge_body(head, answer.headers.get("Content-Type", ""), answer.url, cut=cut)
            return found if isinstance(found, Verdict) else (found, max(zone, answer.zone))


def _finding(error: UpstreamError | FetchError) -> Finding:
    if isinstance(error, UpstreamError):  # who counts the streams of the account said no
        return Finding.ACCOUNT_FULL
    if isinstance(error, AddressRefused):
        return Finding.BLOCKED
    return _BY_CAUSE.get(error.cause, Finding.UNREACHABLE) if isinstance(error, Unreachable) else Finding.UNREACHABLE


async def _read(answer: Answer) -> tuple[bytes, bool]:
    """Read the first bytes; whether the document goes on. A stream that breaks off after some has shown them."""
    head = b""
    try:
        async for chunk in answer.chunks():
            head += chunk
            if len(head) >= _READ_BYTES:
                return head[:_READ_BYTES], True
    except Truncated:
        if not head:
            raise
    return head, _goes_on(answer, len(head))


def _goes_on(answer: Answer, received: int) -> bool:
    total = answer.headers.get("Content-Range", "").rpartition("/")[2]
    return total.isascii() and total.isdigit() and int(total[:18]) > received
