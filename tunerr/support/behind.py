"""Writing that nobody waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from tunerr.support.tasks import Supervisor

_Item = TypeVar("_Item")


class WriteBehind(Generic[_Item]):
    """Gives `write` what is added, in that order and as much at once as came since it was called last."""

    def __init__(
        self, write: Callable[[Sequence[_Item]], Awaitable[None]], *, background: Supervisor, name: str
    ) -> None:
        """`write` must not raise; `name`: of the task."""
        self._write = write
        self._background = background
        self._name = name
        self._waiting: list[_Item] = []
        self._writing: asyncio.Task[None] | None = None

    def add(self, item: _Item) -> None:
        """Write it in the background."""
        self._waiting.append(item)
        if self._writing is None or self._writing.done():
            self._writing = self._background.spawn(self._write_waiting(), self._name)

    async def aclose(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the writing goes on after it
        """Wait until all that was added is written, for `timeout` seconds at most."""
        if self._writing is not None:
            await asyncio.wait({self._writing}, timeout=timeout)

    async def _write_waiting(self) -> None:
        while self._waiting:
            items, self._waiting = self._waiting, []
            await self._write(items)
