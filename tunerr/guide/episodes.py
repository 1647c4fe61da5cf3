"""Episode numbers in the system `xmltv_ns`: `season.episode.part`, each counted from 0 and optionally `/total`."""

from __future__ import annotations

import re

_PART = re.compile(r"(?:(\d{1,6})(?:/(\d{1,6}))?)?", re.ASCII)
_FEWEST_PARTS, _PARTS = 2, 3


def canonical(text: str) -> str:
    """Return a valid `xmltv_ns` number without spaces; empty when nothing of it is usable.

    A missing last dot is added. A part that is no number is left out: `-1`, for example, is what some make of "0".
    """
    parts = re.sub(r"\s", "", text).split(".")
    if not _FEWEST_PARTS <= len(parts) <= _PARTS:
        return ""
    parts += [""] * (_PARTS - len(parts))
    kept = [part if _PART.fullmatch(part) else "" for part in parts]
    return ".".join(kept) if any(kept) else ""


def from_counts(season: str, episode: str) -> str:
    """`xmltv_ns` from plain numbers that count from 1; empty when neither is one."""
    parts = [_index(season), _index(episode)]
    return f"{parts[0]}.{parts[1]}." if any(parts) else ""


def _index(count: str) -> str:
    match = re.fullmatch(r"0*([1-9]\d{0,5})", count.strip(), re.ASCII)
    return str(int(match[1]) - 1) if match else ""
