"""Groups of pictures that are recognized when they come again."""

from __future__ import annotations

import zlib

# In the first packet of a PES there is room for so much behind PCR, PTS and DTS, however it is muxed.
_SAMPLE = 128


class Gops:
    """Signs each group of pictures by how its access units begin, how many they are and how long they are together.

    Time stamps, counters and the cut into packets don't enter into it. `last` is the signature of the last whole group,
    `count` the number of whole groups.
    """

    def __init__(self) -> None:
        self.count = 0
        self.last: int | None = None
        self._open = False
        self._crc = self._units = self._size = 0

    def abandon(self) -> None:
        """What follows up to the next `begin` is no whole group."""
        self._open = False

    def begin(self) -> None:
        """The group ends and the next one begins."""
        if self._open:
            self.count += 1
            self.last = zlib.crc32(b"%d %d" % (self._units, self._size), self._crc)
        self._open = True
        self._crc = self._units = self._size = 0

    def unit(self, head: bytes) -> None:
        """An access unit begins with `head`."""
        self._units += 1
        self._crc = zlib.crc32(head[:_SAMPLE], self._crc)

    def carry(self, size: int) -> None:
        """The group goes on for `size` bytes."""
        self._size += size
