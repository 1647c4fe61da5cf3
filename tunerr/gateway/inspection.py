"""What the inspector says about one run of packets."""

from __future__ import annotations

from dataclasses import dataclass

from tunerr.gateway.headers import Headers
from tunerr.gateway.psi import Layout


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """A picture (radio: a frame of sound) from which decoding can start.

    `index` is the packet in which its PES begins. `closed`: everything after it decodes; otherwise pictures that follow
    it and are shown before it may refer to pictures that came earlier.
    """

    index: int
    closed: bool


@dataclass(frozen=True, slots=True)
class Inspection:
    """Packets of one source under one layout.

    `layout` is None until PAT and PMT are known. `broken` are indices of packets before which packets of the same PID
    are missing (a counter that jumped without an announcement); `repeated` are those that repeat the packet before them
    on their PID and may be left out. All indices count packets of `headers`.
    """

    headers: Headers
    layout: Layout | None
    points: tuple[AccessPoint, ...] = ()
    broken: tuple[int, ...] = ()
    repeated: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Signs:
    """What a source has shown since it was opened: totals that only grow, unless said otherwise.

    `media`: seconds of stream received, by its PCR; wraps are followed, jumps left out. `gop`: signature of the last
    whole group of pictures, equal for groups of equal content whatever their timestamps; None before there is one.
    """

    media: float = 0.0
    packets: int = 0
    video_units: int = 0  # PES packets begun
    audio_units: int = 0
    video_bytes: int = 0
    points: int = 0
    broken: int = 0  # continuity counters that jumped
    jumps: int = 0  # of the PCR
    scrambled: int = 0  # packets of video and sound that only a licensed receiver can read
    gops: int = 0
    gop: int | None = None
    has_video: bool = False  # by the PMT in force
