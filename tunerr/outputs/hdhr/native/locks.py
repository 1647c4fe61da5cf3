"""Who may change a tuner. Pure."""

from __future__ import annotations

import re
from typing import Final

from tunerr.errors import ActionRefused

NONE: Final = "none"
"""How the protocol writes that there is nothing."""

_KEY = re.compile(r"[0-9]{1,10}", re.ASCII)
_MOST = 0xFFFFFFFF


class Caller:
    """The client at the other end of one control connection. `closed_at`: monotonic seconds, None while it is open."""

    __slots__ = ("address", "closed_at")

    def __init__(self, address: str) -> None:
        self.address = address
        self.closed_at: float | None = None

    def gone(self, now: float) -> float:
        """For how many seconds the connection has been closed; 0 while it is open."""
        return 0.0 if self.closed_at is None else now - self.closed_at


class Lock:
    """One tuner's lock: free until a key is set, then only requests with that key may set anything."""

    __slots__ = ("_key", "holder")

    def __init__(self) -> None:
        self.holder: Caller | None = None
        self._key = 0

    def check(self, key: int, caller: Caller) -> None:
        """Raise ActionRefused, in the protocol's words, unless the lock is free or `key` opens it.

        Who has the key holds the lock from now on: clients come again by another connection.
        """
        if self.holder is None:
            return
        if key != self._key:
            raise locked_by(self.holder.address)
        self.holder = caller

    def take(self, key: int, caller: Caller) -> None:
        """Lock it; the caller was checked."""
        self._key, self.holder = key, caller

    def free(self) -> None:
        """Let anybody have it."""
        self._key, self.holder = 0, None


def read_key(text: str) -> int:
    """Read the key that a client chose: 1 to 2³²-1, in decimal. Raises ActionRefused."""
    key = int(text) if _KEY.fullmatch(text) else 0
    if not 0 < key <= _MOST:
        raise ActionRefused("invalid lockkey")
    return key


def locked_by(address: str) -> ActionRefused:
    """Make the refusal that names who has the tuner."""
    return ActionRefused(f"resource locked by {address}")
