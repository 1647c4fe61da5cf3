"""One HLS segment: asked for, resumed where it broke off, cut to its byte range, decrypted, handed on as it arrives."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from tunerr.errors import UpstreamError
from tunerr.gateway.readers.decrypt import KEY_BYTES, SegmentDecryptor, sequence_iv
from tunerr.gateway.readers.origin import Headers, Origin, body_chunks, read_whole
from tunerr.gateway.readers.patience import within
from tunerr.gateway.readers.playlist import Key, Segment
from tunerr.model.url import SecretUrl, Zone
from tunerr.support.sniff import HEAD_BYTES, Kind, is_packed, is_ts, sniff

_KEYS_KEPT = 16
_RESUMPTIONS = 2
_PARTIAL = 206
_CONTENT_RANGE = re.compile(r"\s*bytes\s+([0-9]{1,18})-", re.IGNORECASE)

Patience = Callable[[], float]
"""Seconds to wait for the next sign of life, asked for at each wait."""


class SegmentReader:
    """Reads segments; each key is fetched once for as long as it is in use."""

    def __init__(self, *, origin: Origin, patience: Patience) -> None:
        self._origin = origin
        self._patience = patience
        self._keys: dict[str, bytes] = {}

    async def chunks(self, segment: Segment, zone: Zone) -> AsyncGenerator[bytes, None]:
        """The clear bytes of `segment`, named by a playlist of `zone`; the first ones are enough to see what it is.

        Raises UpstreamError: "filler", "key", "html" or "garbage" (no media), "empty", "timeout", and as `Origin.get`.
        """
        if segment.filler:
            raise UpstreamError("The provider shows a black picture instead of the channel.", reason="filler")
        head: bytes | None = b""
        try:
            async with aclosing(self._clear(segment, zone)) as chunks:
                async for chunk in chunks:
                    if head is None:
                        yield chunk
                    elif len(head := head + chunk) >= HEAD_BYTES:
                        yield _media(head)
                        head = None
            if head:
                yield _media(head)
        except UpstreamError as error:
            if segment.key is not None and error.reason in ("key", "garbage"):
                self._keys.pop(segment.key.url, None)  # there may be another one under the same address by now
            raise

    async def _clear(self, segment: Segment, zone: Zone) -> AsyncGenerator[bytes, None]:
        decryptor = await self._decryptor(segment, zone)
        async with aclosing(self._resumed(segment, zone)) as chunks:
            async for chunk in chunks:
                if clear := decryptor.update(chunk) if decryptor is not None else chunk:
                    yield clear
        if decryptor is not None and (rest := decryptor.finish()):
            yield rest

    async def _resumed(self, segment: Segment, zone: Zone) -> AsyncGenerator[bytes, None]:
        """The bytes as the provider has them; where the answer breaks off, the next one goes on."""
        received = 0
        for left in range(_RESUMPTIONS, -1, -1):
            try:
                async with aclosing(self._unless_silent(self._answered(segment, zone, received))) as chunks:
                    async for chunk in chunks:
                        received += len(chunk)
                        yield chunk
                break
            except UpstreamError as error:
                if not received or not left or error.reason == "refused":
                    raise
        if not received:
            raise UpstreamError("A segment is empty.", reason="empty")

    async def _answered(self, segment: Segment, zone: Zone, received: int) -> AsyncGenerator[bytes, None]:
        """One answer: the segment without its first `received` bytes."""
        offset, length = segment.span or (0, None)
        offset, length = offset + received, length - received if length is not None else None
        async with self._origin.get(SecretUrl(segment.url), zone, headers=_range(offset, length)) as answer:
            partial = answer.status == _PARTIAL
            if received and partial:
                found = _CONTENT_RANGE.match(answer.headers.get("Content-Range", ""))
                if found is None or int(found[1]) != offset:
                    raise UpstreamError("A broken segment goes on at the wrong place.", reason="garbage")
            chunks: AsyncGenerator[bytes, None] = body_chunks(answer)
            wanted = partial or (not offset and length is None)
            async with aclosing(chunks if wanted else _cut(chunks, offset, length)) as body:
                async for chunk in body:
                    yield chunk

    async def _unless_silent(self, chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        """`chunks`, none of which may be long in coming; how long our reader takes between two does not count."""
        async with aclosing(chunks):
            while True:
                async with within(self._patience(), "A segment"):
                    chunk = await anext(chunks, None)
                if chunk is None:
                    return
                yield chunk

    async def _decryptor(self, segment: Segment, zone: Zone) -> SegmentDecryptor | None:
        if segment.key is None:
            return None
        key = await self._key(segment.key, zone)
        return SegmentDecryptor(key=key, iv=segment.key.iv or sequence_iv(segment.sequence))

    async def _key(self, key: Key, zone: Zone) -> bytes:
        if key.url not in self._keys:
            try:
                async with within(self._patience(), "A key"), self._origin.get(SecretUrl(key.url), zone) as answer:
                    # One byte more than a key is enough to see that it is none.
                    self._keys[key.url] = await read_whole(answer, 64 * KEY_BYTES)
            except UpstreamError as error:
                if error.reason == "refused":
                    raise
                raise UpstreamError(
                    f"The stream's key can't be had: {error.message}", reason="key", status=error.status
                ) from error
            while len(self._keys) > _KEYS_KEPT:
                del self._keys[next(iter(self._keys))]
        return self._keys[key.url]


def _range(offset: int, length: int | None) -> Headers:
    if length is not None:
        return (("Range", f"bytes={offset}-{offset + length - 1}"),)
    return (("Range", f"bytes={offset}-"),) if offset else ()


def _media(head: bytes) -> bytes:
    if is_ts(head) or is_packed(head):
        return head
    if sniff(head, "") is Kind.TEXT:
        raise UpstreamError("A segment is a page of text.", reason="html")
    raise UpstreamError("A segment is no media, or its key is wrong.", reason="garbage")


async def _cut(body: AsyncGenerator[bytes, None], offset: int, length: int | None) -> AsyncGenerator[bytes, None]:
    """The byte range of a server that ignores Range and sends the whole file."""
    position, end = 0, offset + length if length is not None else None
    async with aclosing(body):
        async for chunk in body:
            piece = chunk[max(offset - position, 0) : None if end is None else max(end - position, 0)]
            position += len(chunk)
            if piece:
                yield piece
            if end is not None and position >= end:
                return
