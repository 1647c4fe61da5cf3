"""Worker job `convert-guide`: the JSON guide of an HDHomeRun device, or of its vendor's service, becomes XMLTV."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel

from tunerr.errors import NotAGuide, Truncated
from tunerr.guide.reading.told import ToldChannel, ToldProgramme, write_told
from tunerr.guide.rows.times import DAY
from tunerr.providers.xtream.values import integer, items, obj, text
from tunerr.storage.document import read_document

# Two weeks of 300 channels are some 30 MB.
_LARGEST_DOCUMENT = 128 << 20
_LONGEST_TEXT = 5000
_LONGEST_ADDRESS = 2000
_LATEST = 1 << 34  # the year 2514: what lies behind it is no time
# The day of the first showing is midnight, UTC, of a day that is the provider's own: further apart it is a repeat.
_SAME_SHOWING = DAY + 14 * 3600


class ConvertRequest(BaseModel):
    """Replace the JSON document at `path` by what it says, as XMLTV."""

    path: Path


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Do what a ConvertRequest asks. Raises NotAGuide, Truncated and DataFolderError; the document then stays."""
    asked = ConvertRequest.model_validate(request)
    rows = _rows(b"".join(read_document(asked.path, limit=_LARGEST_DOCUMENT)))
    size = write_told(asked.path, map(_channel, rows), (one for row in rows for one in _programmes(row)))
    return {"bytes": size}


def is_json(path: Path) -> bool:
    """Whether the document at `path`, plain or gzip, begins as JSON does. Raises DataFolderError."""
    try:
        start = next(read_document(path, limit=1 << 40), b"")
    except Truncated:
        return False  # what is left of a guide in XMLTV is used; whoever reads it says what is wrong
    return start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"[", b"{"}


def _rows(body: bytes) -> list[Mapping[str, object]]:
    try:
        said = orjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise Truncated(
            "The device's guide ends in the middle or is damaged.", hint="It is asked for again at the next refresh."
        ) from error
    rows = [row for row in map(obj, said) if row.get("GuideNumber")] if isinstance(said, list) else []
    if not rows:
        raise NotAGuide(
            "The answer is JSON, but not the guide of an HDHomeRun device.", hint="Check the address of the guide."
        )
    return rows


def _channel(row: Mapping[str, object]) -> ToldChannel:
    number = text(row["GuideNumber"], 20)
    names = (text(row.get("GuideName")), text(row.get("Affiliate")), number)
    return ToldChannel(number, names, text(row.get("ImageURL"), _LONGEST_ADDRESS))


def _programmes(row: Mapping[str, object]) -> Iterator[ToldProgramme]:
    number = text(row["GuideNumber"], 20)
    for one in map(obj, items(row.get("Guide"))):
        start, stop, first = (_moment(one.get(name)) for name in ("StartTime", "EndTime", "OriginalAirdate"))
        if start is None or stop is None:
            continue
        repeat = first is not None and start - first > _SAME_SHOWING
        yield ToldProgramme(
            number,
            start,
            stop,
            title=text(one.get("Title")),
            sub_title=text(one.get("EpisodeTitle")),
            description=text(one.get("Synopsis"), _LONGEST_TEXT),
            categories=tuple(map(text, items(one.get("Filter")))),
            icon=text(one.get("ImageURL"), _LONGEST_ADDRESS),
            episode=text(one.get("EpisodeNumber"), 40),
            shown_on=time.strftime("%Y%m%d", time.gmtime(first)) if repeat else "",
            new=first is not None and not repeat,
        )


def _moment(value: object) -> int | None:
    seconds = integer(value)
    return seconds if seconds is not None and seconds < _LATEST else None
