"""HDHomeRun device ids: 32 bits whose nibbles carry a checksum that the vendor's tools verify."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Self

# The vendor's published checksum table (libhdhomerun, hdhomerun_discover_validate_device_id).
_TABLE = (0xA, 0x5, 0xF, 0x6, 0x7, 0xC, 0x1, 0xB, 0x9, 0x2, 0x8, 0xD, 0x4, 0x3, 0xE, 0x0)
# 105xxxxx is outside every range that the vendor's tools treat as legacy hardware.
_PREFIX = 0x105
# Means "any device" in discovery requests.
_WILDCARD = 0xFFFFFFFF


def _checksum(value: int) -> int:
    high = (value >> 28, value >> 20, value >> 12, value >> 4)
    low = (value >> 24, value >> 16, value >> 8, value)
    total = 0
    for nibble in high:
        total ^= _TABLE[nibble & 0xF]
    for nibble in low:
        total ^= nibble & 0xF
    return total


@dataclass(frozen=True, slots=True)
class DeviceId:
    """A valid device id; constructing one with a wrong checksum raises ValueError."""

    value: int

    def __post_init__(self) -> None:
        if not 0 < self.value < _WILDCARD or _checksum(self.value):
            raise ValueError(f"{self.value:08X} is no valid HDHomeRun device id")

    @classmethod
    def nearest(cls, value: int) -> Self:
        """The valid id that differs from `value` in its last digit only."""
        return cls(value ^ _checksum(value))

    @classmethod
    def generate(cls) -> Self:
        """A random valid id outside the vendor's legacy ranges."""
        return cls.nearest((_PREFIX << 20) | secrets.randbits(20))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read 8 hex digits (`0x` allowed); the ValueError of an invalid one names the nearest valid id."""
        if re.fullmatch(r"(?:0[xX])?[0-9A-Fa-f]{8}", text) is None:
            raise ValueError(
                f"{text[:20]!r} is no device id; it has 8 hexadecimal digits, for example {cls.generate()}"
            )
        value = int(text, 16)
        if _checksum(value):
            raise ValueError(f"{value:08X} has a wrong checksum; the nearest valid device id is {cls.nearest(value)}")
        return cls(value)

    def __str__(self) -> str:
        return f"{self.value:08X}"
