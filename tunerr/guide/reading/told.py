"""What providers tell of programmes in other forms than XMLTV, written as XMLTV: ingest knows that form only."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tunerr.guide.rows.markup import clean, element, web_address
from tunerr.guide.rows.times import format_time
from tunerr.support.spool import disk_errors, replaced

_HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<tv>\n'
_END = b"</tv>\n"


class ToldChannel(NamedTuple):
    """A channel; `names`: the best first."""

    id: str
    names: tuple[str, ...]
    icon: str = ""


class ToldProgramme(NamedTuple):
    """A programme of the channel with the id `channel`; Unix seconds.

    `shown_on`: the day of its first showing, `YYYYMMDD`, when this is a repeat.
    """

    channel: str
    start: int
    stop: int
    title: str
    sub_title: str = ""
    description: str = ""
    language: str = ""
    categories: tuple[str, ...] = ()
    icon: str = ""
    episode: str = ""
    shown_on: str = ""
    new: bool = False


def write_told(path: Path, channels: Iterable[ToldChannel], programmes: Iterable[ToldProgramme]) -> int:
    """Replace the file at `path`, whole or not at all, and return its size. Raises DataFolderError."""
    with replaced(path) as file, disk_errors(path):
        file.write(_HEAD)
        file.writelines(map(_channel, channels))
        file.writelines(map(_programme, programmes))
        file.write(_END)
        return file.tell()


def _channel(row: ToldChannel) -> bytes:
    inside = "".join(element("display-name", name) for name in map(clean, row.names) if name)
    if icon := web_address(row.icon):
        inside += element("icon", attributes=[("src", icon)])
    return f"{element('channel', attributes=[('id', clean(row.id))], inside=inside)}\n".encode()


def _programme(row: ToldProgramme) -> bytes:
    language = [("lang", clean(row.language))] if row.language else []
    texts = (("title", row.title), ("sub-title", row.sub_title), ("desc", row.description))
    inside = "".join(element(tag, text, language) for tag, said in texts if (text := clean(said)))
    inside += "".join(element("category", text) for text in map(clean, row.categories) if text)
    if icon := web_address(row.icon):
        inside += element("icon", attributes=[("src", icon)])
    if episode := clean(row.episode):
        inside += element("episode-num", episode, [("system", "onscreen")])
    if row.shown_on:
        inside += element("previously-shown", attributes=[("start", row.shown_on)])
    if row.new:
        inside += element("new")
    times = [("start", format_time(row.start)), ("stop", format_time(row.stop)), ("channel", clean(row.channel))]
    return f"{element('programme', attributes=times, inside=inside)}\n".encode("utf-8", "replace")
