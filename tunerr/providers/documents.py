"""What the fetched documents of a source say, whatever form they have: entries in the source's order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from tunerr.providers import m3u
from tunerr.providers.entry import Entry, Header, Skipped
from tunerr.providers.hdhr import lineup
from tunerr.providers.lines import lines
from tunerr.providers.xtream import live
from tunerr.providers.xtream.live import PanelLogin
from tunerr.storage.document import read_document

__all__ = ["Form", "PanelLogin", "entries"]

Form = Literal["m3u", "xtream", "hdhr"]

# Bytes after decompression; 200,000 entries are some 50 MB of M3U and 100 MB of JSON.
_LARGEST_DOCUMENT = 1 << 30
_LARGEST_LINEUP = 16 << 20  # of a device, which has some hundred channels


def entries(
    form: Form, documents: Mapping[str, Path], *, panel: PanelLogin | None = None
) -> Iterator[Header | Entry | Skipped]:
    """Yield what the documents say.

    They are `playlist` of an M3U; `lineup` of an HDHomeRun device; `categories` and `streams` of a panel, which needs
    `panel`. Raises Truncated and the ContentErrors of the form, some of them only at the end: what was yielded before
    is then worth nothing.
    """
    if form == "m3u":
        yield from m3u.parse(lines(_read(documents["playlist"])))
        return
    if form == "hdhr":
        yield from lineup.channels(b"".join(read_document(documents["lineup"], limit=_LARGEST_LINEUP)))
        return
    if panel is None:
        raise ValueError("The streams of a panel need its login.")
    groups = live.categories(_read(documents["categories"]))
    yield from live.streams(_read(documents["streams"]), groups, panel)


def _read(path: Path) -> Iterator[bytes]:
    return read_document(path, limit=_LARGEST_DOCUMENT)
