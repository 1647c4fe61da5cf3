"""The tuners that clients may occupy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tunerr.errors import AllTunersInUse, TunerInUse, UnknownChannel


class TunerPool:
    """Tuners 0 to `count` - 1, each leased by one session at a time."""

    def __init__(self, *, count: int, patience: float) -> None:
        """`patience`: seconds that a request waits for a tuner that is closing."""
        self._users: list[str | None] = [None] * count
        self._patience = patience
        self._freed = asyncio.Event()

    @property
    def count(self) -> int:
        """Number of tuners."""
        return len(self._users)

    @property
    def in_use(self) -> int:
        """Number of tuners that are leased."""
        return sum(user is not None for user in self._users)

    def check(self, tuner: int | None) -> None:
        """Raise UnknownChannel when there is no such tuner; None means any."""
        if tuner is not None and not 0 <= tuner < self.count:
            raise UnknownChannel(f"There is no tuner {tuner}.", hint=f"This device has {self.count}, counted from 0.")

    @asynccontextmanager
    async def lease(self, user: str, tuner: int | None = None) -> AsyncIterator[int]:
        """Index of a tuner that is `user`'s inside the block.

        Raises AllTunersInUse, or TunerInUse when `tuner` names one, after `patience`; UnknownChannel as `check`.
        """
        self.check(tuner)
        index = await self._claim(user, tuner)
        try:
            yield index
        finally:
            self._users[index] = None
            waiting, self._freed = self._freed, asyncio.Event()
            waiting.set()

    async def _claim(self, user: str, tuner: int | None) -> int:
        try:
            async with asyncio.timeout(self._patience):
                # Nothing may be awaited between finding a tuner and taking it, nor after taking it.
                while (index := self._free(tuner)) is None:
                    await self._freed.wait()
        except TimeoutError:
            raise self._refusal(tuner) from None
        self._users[index] = user
        return index

    def _free(self, tuner: int | None) -> int | None:
        if tuner is not None:
            return tuner if self._users[tuner] is None else None
        return next((index for index, user in enumerate(self._users) if user is None), None)

    def _refusal(self, tuner: int | None) -> AllTunersInUse | TunerInUse:
        if tuner is not None:
            return TunerInUse(f"Tuner {tuner} plays {self._users[tuner]}.")
        return AllTunersInUse(f"All {self.count} tuners are in use.", hint="Stop a stream, or raise the tuner count.")
