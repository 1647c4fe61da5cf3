"""Gathers small chunks, so that everything behind it costs little per byte."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

# performance.md, conclusion 2: 3 to 9 times less CPU for at most 20 ms.
_ENOUGH_BYTES = 32 << 10
_LONGEST_SECONDS = 0.02


class Coalescer:
    """Hands what was gathered to `sink`: as soon as it is 32 KiB, and 20 ms after its first byte at the latest."""

    def __init__(self, sink: Callable[[bytes], None]) -> None:
        self._sink = sink
        self._chunks: list[bytes] = []
        self._size = 0
        self._timer: asyncio.TimerHandle | None = None

    def feed(self, data: bytes) -> None:
        """Take a chunk of any size."""
        if not data:
            return
        self._chunks.append(data)
        self._size += len(data)
        if self._size >= _ENOUGH_BYTES:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_LONGEST_SECONDS, self.flush)

    def flush(self) -> None:
        """Hand over what has been gathered."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        chunks, self._chunks, self._size = self._chunks, [], 0
        if chunks:
            self._sink(chunks[0] if len(chunks) == 1 else b"".join(chunks))
