"""What the headers of video are made of (ITU-T H.262, H.264 and H.265): start codes, and the bits behind them."""

from __future__ import annotations

from typing import Final

START_CODE: Final = b"\0\0\1"
_ESCAPED, _PLAIN = b"\0\0\3", b"\0\0"
_LONGEST_CODE = 32  # zeros before an Exp-Golomb code
_ONE = bytes((1,))


def plain(unit: bytes) -> bytes:
    """A NAL unit, or a part of one, without emulation prevention."""
    return unit.replace(_ESCAPED, _PLAIN)


class Bits:
    """Reads the bits of a header, which is plain; ValueError where they end."""

    def __init__(self, data: bytes) -> None:
        # A bit before the first, which keeps the zeros that it begins with.
        self._bits = f"{int.from_bytes(_ONE + data, 'big'):b}"
        self._at = 1

    def skip(self, count: int) -> None:
        """Pass over some bits, which may end meanwhile."""
        self._at += count

    def number(self, count: int) -> int:
        """The number that the next `count` bits are."""
        start, self._at = self._at, self._at + count
        if self._at > len(self._bits):
            raise ValueError("ends early")
        return int(self._bits[start : self._at], 2)

    def flag(self) -> bool:
        """The next bit."""
        return bool(self.number(1))

    def code(self) -> int:
        """An Exp-Golomb code; ValueError also where there is none."""
        zeros = self._bits.find("1", self._at) - self._at
        if not 0 <= zeros <= _LONGEST_CODE:
            raise ValueError("no code")
        self._at += zeros
        return self.number(zeros + 1) - 1

    def signed(self) -> int:
        """A signed Exp-Golomb code; ValueError as for `code`."""
        code = self.code()
        return (code + 1) // 2 if code % 2 else -(code // 2)
