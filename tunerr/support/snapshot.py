"""A published immutable value: readers take one reference and never see half an update."""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

T = TypeVar("T")


class Published(Generic[T]):
    """Holds the current value; `publish` replaces it whole, `changed` waits for the next replacement."""

    def __init__(self, value: T) -> None:
        self._value = value
        self._next: asyncio.Event = asyncio.Event()

    @property
    def current(self) -> T:
        """The value published last."""
        return self._value

    def publish(self, value: T) -> None:
        """Replace the value and wake everyone who waits in `changed`."""
        self._value = value
        waiting, self._next = self._next, asyncio.Event()
        waiting.set()

    async def changed(self) -> T:
        """Wait for the next `publish` and return what it published (or something newer)."""
        await self._next.wait()
        return self._value
