"""What was learned under the keys of one kind and one source, as arrays of numbers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunerr.model.channel import ChannelId
from tunerr.storage.hashing import text_numbers

Numbers = NDArray[np.uint64]
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]

SHARED = np.uint64(0)
"""In the place of a channel: several channels share the key, it recognises none."""

_DIGITS = 16
_FEW = 5000


def numbers(texts: Iterable[str]) -> Numbers:
    """Hash texts; 0 for an empty one."""
    return np.frombuffer(text_numbers(texts), "<u8")


def names(channels: Numbers) -> list[ChannelId]:
    """Return channel ids as they are shown: `dna-` and the number in 16 hex digits."""
    digits = channels.astype(">u8").tobytes().hex()
    return [ChannelId(f"dna-{digits[at : at + _DIGITS]}") for at in range(0, len(digits), _DIGITS)]


def each_name(channels: Numbers) -> Iterator[ChannelId]:
    """Yield `names`, made a few at a time: 200,000 of them are 14 MB."""
    for start in range(0, len(channels), _FEW):
        yield from names(channels[start : start + _FEW])


def channel_numbers(channels: Iterable[str]) -> Numbers:
    """Return the numbers of channel ids; the inverse of `names`."""
    digits = "".join([channel[-_DIGITS:] for channel in channels])
    return np.frombuffer(bytes.fromhex(digits), ">u8").astype(np.uint64)


@dataclass(frozen=True, slots=True)
class Known:
    """`keys`, ascending and without repetition, the channel of each (or SHARED), and when it was learned (Unix s)."""

    keys: Numbers
    channels: Numbers
    times: NDArray[np.float64]

    @classmethod
    def of(cls, packed: bytes = b"") -> Known:
        """Read what `packed` wrote."""
        count = len(packed) // 24
        return cls(
            np.frombuffer(packed, "<u8", count),
            np.frombuffer(packed, "<u8", count, 8 * count),
            np.frombuffer(packed, "<f8", count, 16 * count),
        )

    def packed(self) -> bytes:
        """Return it as it is stored: all keys, all channels, all times; little-endian, eight bytes each."""
        return b"".join([self.keys.tobytes(), self.channels.tobytes(), self.times.tobytes()])

    def find(self, keys: Numbers) -> tuple[Places, Places]:
        """Return the places in `keys` of those that are known, and where those are here."""
        if not len(self.keys):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        found = np.flatnonzero(self.keys[at] == keys)
        return found, at[found]

    def learn(self, keys: Numbers, channels: Numbers, at: float) -> Known:
        """Add what an answer teaches; what says the same keeps its time. Of a repeated key the last one counts.

        Returns this very object when nothing is new.
        """
        order = np.argsort(keys, kind="stable")
        keys, channels = keys[order], channels[order]
        last = np.append(keys[1:] != keys[:-1], np.ones(min(1, len(keys)), np.bool_))
        keys, channels = keys[last], channels[last]
        found, here = self.find(keys)
        differs = self.channels[here] != channels[found]
        fresh = np.ones(len(keys), np.bool_)
        fresh[found] = False
        if not differs.any() and not fresh.any():
            return self
        changed, times = self.channels.copy(), self.times.copy()
        changed[here[differs]], times[here[differs]] = channels[found[differs]], at
        before = np.searchsorted(self.keys, keys[fresh])
        return Known(
            np.insert(self.keys, before, keys[fresh]),
            np.insert(changed, before, channels[fresh]),
            np.insert(times, before, at),
        )
