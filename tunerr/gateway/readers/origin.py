"""Where one stream's HTTP requests go: its headers, its reach, and failures told as UpstreamError."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from tunerr.errors import AddressRefused, FetchError, Truncated, UpstreamError
from tunerr.gateway.readers.refusals import HDHOMERUN_ERROR, hardware_refusal, retry_after
from tunerr.model.url import SecretUrl, Zone
from tunerr.support.causes import WORDS, cause_of_status
from tunerr.support.http import Answer, Headers, HttpClients, Reach, Visitor, merge_headers

__all__ = ["Headers", "Origin", "bad_status", "body_chunks", "read_head", "read_whole"]

_HTTP = ("http", "https")
_NO_HEADERS: Mapping[str, str] = {}


def bad_status(status: int, headers: Mapping[str, str] = _NO_HEADERS) -> UpstreamError:
    """The error for an answer that is no success; `reason` is "status", or what HDHomeRun hardware says of itself."""
    if HDHOMERUN_ERROR in headers:
        return hardware_refusal(status, headers[HDHOMERUN_ERROR])
    said, hint = WORDS[cause_of_status(status, headers.get("Server", ""))]
    wait = retry_after(headers)
    message = f"The provider {said} (HTTP {status})."
    return UpstreamError(message, reason="status", status=status, hint=hint, retry_after=wait)


def _told(error: FetchError) -> UpstreamError:
    reason = {AddressRefused: "refused", Truncated: "reset"}.get(type(error), "unreachable")
    return UpstreamError(error.message, reason=reason, hint=error.hint)


@dataclass(frozen=True, slots=True)
class Origin:
    """Makes the requests that belong to one stream. All carry `headers` and bear `silence` seconds without a byte.

    `allow_lan`: all of them, redirects included, may go to the local network. `visitor` has a say in each. All go
    through `proxy` when there is one.
    """

    clients: HttpClients
    headers: Headers = ()
    silence: float = 30.0
    allow_lan: bool = False
    visitor: Visitor | None = None
    proxy: SecretUrl | None = None

    @asynccontextmanager
    async def request(self, url: SecretUrl, zone: Zone, *, headers: Headers = ()) -> AsyncIterator[Answer]:
        """GET `url`, named by a document of `zone`; any status comes back.

        Raises UpstreamError: "refused" (the guard, or a scheme other than http and https), "unreachable", "reset".
        """
        if url.scheme not in _HTTP:
            raise UpstreamError(f"A playlist names an address of the kind {url.scheme[:20]!r}.", reason="refused")
        asked = merge_headers(self.headers, headers, (("Accept-Encoding", "identity"),))
        try:
            reach = Reach(zone, allow_lan=self.allow_lan)
            async with self.clients.request(
                url, reach=reach, headers=asked, read_timeout=self.silence, visitor=self.visitor, proxy=self.proxy
            ) as answer:
                yield answer
        except FetchError as error:
            raise _told(error) from error

    @asynccontextmanager
    async def get(self, url: SecretUrl, zone: Zone, *, headers: Headers = ()) -> AsyncIterator[Answer]:
        """As `request`, but an answer that is no success raises UpstreamError "status"."""
        async with self.request(url, zone, headers=headers) as answer:
            if not 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP's range of success
                raise bad_status(answer.status, answer.headers)
            yield answer


async def body_chunks(answer: Answer, head: bytes = b"") -> AsyncGenerator[bytes]:
    """`head`, then the rest of the body as it arrives. Raises UpstreamError "reset" or "unreachable" (silent)."""
    if head:
        yield head
    try:
        async for chunk in answer.chunks():
            yield chunk
    except FetchError as error:
        raise _told(error) from error


async def read_whole(answer: Answer, limit: int, head: bytes = b"") -> bytes:
    """The whole body, `head` included. Raises as `body_chunks`, and UpstreamError "garbage" past `limit` bytes."""
    body = bytearray()
    async for chunk in body_chunks(answer, head):
        body += chunk
        if len(body) > limit:
            raise UpstreamError(f"A document of the stream is larger than {limit} bytes.", reason="garbage")
    return bytes(body)


async def read_head(answer: Answer, size: int) -> bytes:
    """The first bytes: at least `size` unless the body ends before. Raises as `body_chunks`."""
    head = b""
    async with aclosing(body_chunks(answer)) as chunks:
        async for chunk in chunks:
            head += chunk
            if len(head) >= size:
                break
    return head
