"""What can be sent: encodings by ffmpeg, and the ways in which they are put into a transport stream."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

FRAMES_PER_SECOND = 25


class Picture(enum.StrEnum):
    """What is seen; each is a lavfi source."""

    CLOCK = "testsrc2"  # its counter makes every frame another one
    BLACK = "color=c=black"
    BLOCKED = "color=c=red"


@dataclass(frozen=True, slots=True)
class Encoding:
    """A clip as ffmpeg makes it.

    `frames` of video (25 a second) must last as long as a whole number of frames of sound, or the loop would drift:
    24 s suits AAC, MP2 and AC-3 at 48 kHz. `skipped` frames at its beginning are not used, for clips that must not hold
    the IDR picture with which every encoder begins. No `video`: a radio.
    """

    video: tuple[tuple[str, Any], ...]
    audio: tuple[tuple[str, Any], ...]
    video_type: int = 0x1B
    audio_type: int = 0x0F
    size: str = "320x180"
    frames: int = 600
    skipped: int = 0
    picture: Picture = Picture.CLOCK


@dataclass(frozen=True, slots=True)
class Pids:
    """Where a program's parts are. `pcr` None: with the video (radio: with the sound)."""

    program: int = 1
    pmt: int = 0x1000
    video: int = 0x100
    audio: int = 0x101
    pcr: int | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """Programs and how they are multiplexed.

    `descriptors`: bytes of descriptors in the PMT, 0 for none. `frames_per_pes`: audio frames put into one PES packet;
    must divide their number in the clip. `packet`: 188, 192 (four bytes of arrival time before each) or 204 (sixteen of
    error correction after each).
    """

    programs: tuple[tuple[Encoding, Pids], ...]
    random_access_flags: bool = True
    descriptors: int = 0
    frames_per_pes: int = 1
    packet: int = 188


def _x264(**options: Any) -> tuple[tuple[str, Any], ...]:
    base = {"c:v": "libx264", "preset": "ultrafast", "g": 25, "keyint_min": 25, "sc_threshold": 0, "bf": 0}
    rate = {"b:v": "230k", "maxrate": "280k", "bufsize": "280k", "threads": 1}
    return tuple({**base, **rate, **options}.items())


_AAC = (("c:a", "aac"), ("b:a", "96k"), ("aac_coder", "fast"))
_AC3 = (("c:a", "ac3"), ("b:a", "128k"))
_MP2 = (("c:a", "mp2"), ("b:a", "96k"))
_MPEG2 = (
    ("c:v", "mpeg2video"), ("g", 25), ("bf", 2), ("flags", "+cgop"), ("sc_threshold", 1_000_000_000),
    ("b:v", "300k"), ("maxrate", "400k"), ("bufsize", "400k"), ("threads", 1),
)  # fmt: skip
_X265 = "keyint=25:min-keyint=25:scenecut=0:open-gop=0:bframes=2:repeat-headers=1:pools=1:frame-threads=1:log-level=0"
_HEVC = (("c:v", "libx265"), ("preset", "ultrafast"), ("b:v", "230k"), ("x265-params", _X265))

_H264 = Encoding(_x264(), _AAC)
# Without an IDR picture the counters of H.264 (frame_num, picture order count) are never reset: over the loop they must
# come back to where they began. 640 frames, half of them references, are multiples of what x264 counts to.
_OPEN = Encoding(
    _x264(g=32, keyint_min=32, bf=1, b_strategy=0, **{"x264-params": "open-gop=1:b-pyramid=none:ref=1"}),
    _AAC,
    frames=640,
    skipped=64,
)

FORMATS: dict[str, Format] = {
    "h264": Format(((_H264, Pids()),), frames_per_pes=5),
    # The same codecs from somewhere else: other PIDs, another bit rate.
    "h264-b": Format(
        ((Encoding(_x264(**{"b:v": "330k", "maxrate": "400k", "bufsize": "400k"}), _AAC), Pids(7, 0x64, 0x65, 0x66)),)
    ),
    "h264-low": Format(
        ((Encoding(_x264(**{"b:v": "100k", "maxrate": "130k", "bufsize": "130k"}), _AAC, size="160x90"), Pids()),)
    ),
    "h264-bframes": Format(((Encoding(_x264(bf=2, b_strategy=0), _AAC), Pids()),)),
    "h264-ac3": Format(((Encoding(_x264(), _AC3, audio_type=0x81), Pids()),)),
    "mpeg2": Format(((Encoding(_MPEG2, _MP2, 0x02, 0x03), Pids(1, 0x20, 0x21, 0x24)),)),
    "hevc": Format(((Encoding(_HEVC, _AAC, 0x24), Pids()),)),
    "radio": Format(((Encoding((), _AAC), Pids()),)),
    # B pictures that follow an I picture and refer to what came before it. Who joins here reads one "mmco" complaint of
    # ffmpeg's decoder: x264 tells the first P picture to forget references that such a viewer never had.
    "open-gop": Format(((_OPEN, Pids()),)),
    "gop10": Format(((Encoding(_x264(g=250, keyint_min=250), _AAC, frames=1000), Pids()),)),
    "no-rai": Format(((_H264, Pids()),), random_access_flags=False),
    "long-pmt": Format(((_H264, Pids()),), descriptors=300),
    "pcr-pid": Format(((_H264, Pids(pcr=0x1FF)),)),
    "packets-192": Format(((_H264, Pids()),), packet=192),
    "packets-204": Format(((_H264, Pids()),), packet=204),
    "programs": Format(((_H264, Pids()), (Encoding((), _AAC), Pids(2, 0x1001, 0x110, 0x111)))),
    "blocked": Format(((Encoding(_x264(), _AAC, picture=Picture.BLOCKED), Pids()),)),
}
"""Every format by its name.

All last 24 s, so that their pictures agree, but `open-gop` (25.6 s) and `gop10` (40 s).
"""
