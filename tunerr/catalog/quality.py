"""What a stream's name says of its picture. Pure; names themselves stay as providers write them."""

from __future__ import annotations

from dataclasses import dataclass

from tunerr.catalog.keys import words

# Lines of the picture. SD is what the old standards of most of the world have.
_HEIGHTS = {
    **dict.fromkeys(("8k", "4320p"), 4320),
    **dict.fromkeys(("4k", "uhd", "2160p"), 2160),
    **dict.fromkeys(("qhd", "1440p"), 1440),
    **dict.fromkeys(("fhd", "1080p", "1080i"), 1080),
    **dict.fromkeys(("hd", "720p"), 720),
    **dict.fromkeys(("sd", "576p"), 576),
    "480p": 480,
}
_RATES = {"25fps": 25, "30fps": 30, "50fps": 50, "60fps": 60}
_CODECS = {
    **dict.fromkeys(("hevc", "h265", "x265"), "hevc"),
    **dict.fromkeys(("avc", "h264", "x264"), "h264"),
    "av1": "av1",
}
_HDR = frozenset({"hdr", "hdr10"})
_BACKUP = frozenset({"backup", "bkup", "bkp", "alt", "alternate"})


@dataclass(frozen=True, slots=True)
class Quality:
    """`height` in lines and `fps` are None, and `codec` (h264, hevc, av1) is empty, where the name doesn't say."""

    height: int | None = None
    fps: int | None = None
    codec: str = ""
    hdr: bool = False
    raw: bool = False
    backup: bool = False


def of(name: str) -> Quality:
    """Read the quality off a name; of several heights the greatest counts (`HD 4K`)."""
    said = words(name)
    return Quality(
        height=max((_HEIGHTS[word] for word in said if word in _HEIGHTS), default=None),
        fps=max((_RATES[word] for word in said if word in _RATES), default=None),
        codec=next((_CODECS[word] for word in said if word in _CODECS), ""),
        hdr=not _HDR.isdisjoint(said),
        raw="raw" in said,
        backup=not _BACKUP.isdisjoint(said),
    )
