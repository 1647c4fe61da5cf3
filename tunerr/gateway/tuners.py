"""The tuners that clients may occupy."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

from tunerr.errors import AllTunersInUse, TunerInUse, UnknownChannel

MOST_LEASES: Final = 5
"""Of one tuner within its rest."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request may have: one tuner, None for any. `user`: who asks, if it may have reserved that tuner."""

    tuner: int | None = None
    user: str = ""


class TunerPool:
    """Tuners 0 to `count` - 1, each leased by one session at a time.

    A reserved tuner is leased to claims that name both it and the user who reserved it, and to no other. One that was
    leased MOST_LEASES times rests: each lease opens a stream at a provider, and providers ban who opens many.
    """

    def __init__(self, *, count: int, patience: float, rest: float) -> None:
        """`patience`: seconds that a request waits for a tuner that is closing or rests.

        `rest`: seconds, less than `patience`, in which a tuner is leased no more than MOST_LEASES times.
        """
        self._playing: list[str | None] = [None] * count
        self._leased = [deque[float](maxlen=MOST_LEASES) for _ in range(count)]  # when, in the loop's seconds
        self._reserved: dict[int, str] = {}
        self._patience = patience
        self._rest = rest
        self._changed = asyncio.Event()

    @property
    def count(self) -> int:
        """Number of tuners."""
        return len(self._playing)

    @property
    def in_use(self) -> int:
        """Number of tuners that are leased."""
        return sum(channel is not None for channel in self._playing)

    def check(self, tuner: int | None) -> None:
        """Raise UnknownChannel when there is no such tuner; None means any."""
        if tuner is not None and not 0 <= tuner < self.count:
            raise UnknownChannel(f"There is no tuner {tuner}.", hint=f"This device has {self.count}, counted from 0.")

    def reserve(self, tuner: int, user: str) -> None:
        """Keep a tuner for `user`, whatever it plays. Raises TunerInUse when another has it, UnknownChannel."""
        self.check(tuner)
        if self._reserved.setdefault(tuner, user) != user:
            raise self._refusal(tuner)

    def release(self, tuner: int) -> None:
        """End the reservation of a tuner; one without is no error."""
        if self._reserved.pop(tuner, None) is not None:
            self.wake()

    def reserved_by(self, tuner: int) -> str:
        """Who reserved it; empty for nobody."""
        return self._reserved.get(tuner, "")

    def wake(self) -> None:
        """Have those who wait look again: there is a tuner, or one of them claims more."""
        waiting, self._changed = self._changed, asyncio.Event()
        waiting.set()

    @asynccontextmanager
    async def lease(self, channel: str, claims: Collection[Claim]) -> AsyncIterator[int]:
        """Index of a tuner that plays `channel` inside the block: what one of the `claims` may have.

        Claims may come and go while it waits; one that comes is followed by `wake`. After `patience` it raises
        TunerInUse when all name tuners, else AllTunersInUse.
        """
        index = await self._take(channel, claims)
        try:
            yield index
        finally:
            self._playing[index] = None
            self.wake()

    async def _take(self, channel: str, claims: Collection[Claim]) -> int:
        try:
            async with asyncio.timeout(self._patience):
                # Nothing may be awaited between finding a tuner and taking it, nor after taking it.
                while (index := self._free(claims)) is None:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(self._first_rested()):
                            await self._changed.wait()
        except TimeoutError:
            named = [claim.tuner for claim in claims if claim.tuner is not None]
            raise self._refusal(named[0] if 0 < len(named) == len(claims) else None) from None
        self._playing[index] = channel
        self._leased[index].append(asyncio.get_running_loop().time())
        return index

    def _rest_left(self, index: int) -> float:
        """Seconds in which a tuner may not be leased; 0 or less when it may be."""
        leased = self._leased[index]
        return leased[0] + self._rest - asyncio.get_running_loop().time() if len(leased) == MOST_LEASES else 0.0

    def _first_rested(self) -> float | None:
        """Seconds until the next one of those that rest may be leased; None when none rests."""
        return min((left for index in range(self.count) if (left := self._rest_left(index)) > 0), default=None)

    def _free(self, claims: Collection[Claim]) -> int | None:
        free = [index for index, channel in enumerate(self._playing) if channel is None and self._rest_left(index) <= 0]
        return next((index for claim in claims for index in free if self._may_have(claim, index)), None)

    def _may_have(self, claim: Claim, index: int) -> bool:
        owner = self._reserved.get(index)
        if claim.tuner is None:
            return owner is None
        return claim.tuner == index and owner in {None, claim.user}

    def _refusal(self, tuner: int | None) -> AllTunersInUse | TunerInUse:
        if tuner is None:
            hint = "Stop a stream, or raise the tuner count."
            return AllTunersInUse(f"All {self.count} tuners are in use.", hint=hint)
        if self._playing[tuner] is not None:
            return TunerInUse(f"Tuner {tuner} plays {self._playing[tuner]}.")
        if tuner in self._reserved:
            return TunerInUse(f"Tuner {tuner} is reserved by {self._reserved[tuner]}.")
        return TunerInUse(f"Tuner {tuner} was tuned too often.", hint="It can be tuned again in a moment.")
