"""Reading ahead of the consumer, bounded: the next segment comes while the last one is delivered."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from tunerr.errors import UpstreamError
from tunerr.support.tasks import Supervisor


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes of a stream; `ends`: when the last of them went on air, where told."""

    data: bytes
    ends: datetime | None = None


class ReadAhead:
    """Reads `source` in a task of its own until `limit` bytes wait; `async with` bounds the task's life."""

    def __init__(self, *, source: AsyncGenerator[Chunk, None], limit: int) -> None:
        self._source = source
        self._limit = limit
        self._waiting: deque[Chunk] = deque()
        self._held = 0
        self._changed = asyncio.Event()
        self._ended = False
        self._failure: UpstreamError | None = None
        self._tasks = Supervisor()

    async def __aenter__(self) -> Self:
        self._tasks.spawn(self._read(), "read ahead")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._tasks.aclose()
        await self._source.aclose()

    async def chunks(self) -> AsyncGenerator[Chunk, None]:
        """What `source` yields, in its order; then its end or its UpstreamError."""
        while True:
            while self._waiting:
                chunk = self._waiting.popleft()
                self._held -= len(chunk.data)
                self._changed.set()
                yield chunk
            if self._failure is not None:
                raise self._failure
            if self._ended:
                return
            await self._wait()

    async def _read(self) -> None:
        try:
            async with aclosing(self._source) as source:
                async for chunk in source:
                    self._waiting.append(chunk)
                    self._held += len(chunk.data)
                    self._changed.set()
                    while self._held >= self._limit:
                        await self._wait()
        except UpstreamError as error:
            self._failure = error
        finally:
            self._ended = True
            self._changed.set()

    async def _wait(self) -> None:
        self._changed.clear()
        await self._changed.wait()
