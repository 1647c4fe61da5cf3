"""One HLS segment: asked for, cut to its byte range, decrypted, handed on while it arrives."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from tunerr.errors import UpstreamError
from tunerr.gateway.readers.decrypt import KEY_BYTES, SegmentDecryptor, sequence_iv
from tunerr.gateway.readers.origin import Headers, Origin, body_chunks, read_whole
from tunerr.gateway.readers.playlist import Key, Segment
from tunerr.model.url import SecretUrl, Zone

_KEYS_KEPT = 16
_PARTIAL = 206


class SegmentReader:
    """Reads segments; each key is fetched once for as long as it is in use."""

    def __init__(self, *, origin: Origin) -> None:
        self._origin = origin
        self._keys: dict[str, bytes] = {}

    async def chunks(self, segment: Segment, zone: Zone) -> AsyncGenerator[bytes, None]:
        """The clear bytes of `segment`, named by a playlist of `zone`. Raises UpstreamError, "ended" when empty."""
        decryptor = await self._decryptor(segment, zone)
        empty = True
        async with self._origin.get(SecretUrl(segment.url), zone, headers=_range(segment.span)) as answer:
            body: AsyncGenerator[bytes, None] = body_chunks(answer)
            if segment.span is not None and answer.status != _PARTIAL:
                body = _cut(body, *segment.span)
            async with aclosing(body):
                async for chunk in body:
                    empty = False
                    clear = chunk if decryptor is None else decryptor.update(chunk)
                    if clear:
                        yield clear
        if empty:
            raise UpstreamError("A segment is empty.", reason="ended")
        if decryptor is not None and (rest := decryptor.finish()):
            yield rest

    async def _decryptor(self, segment: Segment, zone: Zone) -> SegmentDecryptor | None:
        if segment.key is None:
            return None
        key = await self._key(segment.key, zone)
        return SegmentDecryptor(key=key, iv=segment.key.iv or sequence_iv(segment.sequence))

    async def _key(self, key: Key, zone: Zone) -> bytes:
        if key.url not in self._keys:
            async with self._origin.get(SecretUrl(key.url), zone) as answer:
                # One byte more than a key is enough to see that it is none.
                self._keys[key.url] = await read_whole(answer, 64 * KEY_BYTES)
            while len(self._keys) > _KEYS_KEPT:
                del self._keys[next(iter(self._keys))]
        return self._keys[key.url]


def _range(span: tuple[int, int] | None) -> Headers:
    if span is None:
        return ()
    offset, length = span
    return (("Range", f"bytes={offset}-{offset + length - 1}"),)


async def _cut(body: AsyncIterator[bytes], offset: int, length: int) -> AsyncGenerator[bytes, None]:
    """The byte range of a server that ignores Range and sends the whole file."""
    position = 0
    async for chunk in body:
        piece = chunk[max(offset - position, 0) : max(offset + length - position, 0)]
        position += len(chunk)
        if piece:
            yield piece
        if position >= offset + length:
            return
