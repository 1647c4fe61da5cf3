"""What the splicer publishes and everything behind it passes on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole packets of the one stream that viewers see, whatever source they came from.

    It ends with whole access units. `entries` are offsets in bytes where a viewer may start: there PAT, PMT and an
    access point follow one another. `time` is the stream's own time (PCR, wraps followed) at its end in seconds; it
    never goes back. `codecs_changed`: from its first packet on the PMT names other codecs than before.
    """

    data: bytes
    time: float
    entries: tuple[int, ...] = ()
    codecs_changed: bool = False
