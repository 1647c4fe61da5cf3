"""The demo's XMLTV: a week around now, the same for everybody who asks about the same day."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from lxml import etree

from tunerr.lab.demo.channels import CHANNELS, DemoChannel, Form

PAST = timedelta(days=1)
FUTURE = timedelta(days=6)

_SHOWS = Path(__file__).parent / "assets" / "shows.toml"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Show:
    title: str
    minutes: int
    categories: tuple[str, ...]
    desc: str
    episodes: tuple[str, ...] = ()
    year: int | None = None


@dataclass(frozen=True, slots=True)
class _Airing:
    show: _Show
    start: datetime
    stop: datetime
    count: int  # how often the show has aired; picks the episode


def render_guide(now: datetime) -> bytes:
    """XMLTV (UTF-8, valid by xmltv.dtd) of all programmes that touch the time from now - PAST to now + FUTURE."""
    root = etree.Element("tv", {"generator-info-name": "IPTV Tunerr demo"})
    for channel in CHANNELS:
        element = etree.SubElement(root, "channel", id=channel.tvg_id)
        for name in (channel.name, str(channel.number)):
            etree.SubElement(element, "display-name").text = name
    for channel in CHANNELS:
        for airing in _airings(channel, now - PAST, now + FUTURE):
            root.append(_programme(channel, airing))
    document: bytes = etree.tostring(
        root, xml_declaration=True, encoding="UTF-8", pretty_print=True, doctype='<!DOCTYPE tv SYSTEM "xmltv.dtd">'
    )
    return document


@cache
def _shows() -> dict[str, tuple[_Show, ...]]:
    data = tomllib.loads(_SHOWS.read_text("utf-8"))
    return {
        slug: tuple(
            _Show(
                show["title"],
                show["minutes"],
                tuple(show["categories"]),
                show["desc"],
                tuple(show.get("episodes", ())),
                show.get("year"),
            )
            for show in shows
        )
        for slug, shows in data.items()
    }


def _airings(channel: DemoChannel, begin: datetime, end: datetime) -> Iterator[_Airing]:
    day = begin.astimezone(UTC).date()
    while datetime.combine(day, time(), UTC) < end:
        yield from (airing for airing in _day(channel, day) if airing.stop > begin and airing.start < end)
        day += _DAY


def _day(channel: DemoChannel, day: date) -> Iterator[_Airing]:
    """One UTC day without gaps; the last programme ends with the day. Depends on nothing but channel and day."""
    shows = list(_shows()[channel.slug])
    random.Random(f"{channel.slug} {day}").shuffle(shows)  # noqa: S311 - a television schedule is no secret
    start = datetime.combine(day, time(), UTC)
    midnight = start + _DAY
    rounds = 0
    while True:
        for show in shows:
            stop = min(start + timedelta(minutes=show.minutes), midnight)
            yield _Airing(show, start, stop, day.toordinal() * 7 + rounds)
            if stop == midnight:
                return
            start = stop
        rounds += 1


def _programme(channel: DemoChannel, airing: _Airing) -> etree._Element:
    """One element, its children in the order of the DTD."""
    show = airing.show
    element = etree.Element("programme", start=_stamp(airing.start), stop=_stamp(airing.stop), channel=channel.tvg_id)
    season, episode = _episode(airing)
    _child(element, "title", show.title, lang="en")
    if show.episodes:
        _child(element, "sub-title", show.episodes[episode], lang="en")
    _child(element, "desc", show.desc, lang="en")
    if show.year is not None:
        _child(element, "date", str(show.year))
    for category in show.categories:
        _child(element, "category", category, lang="en")
    if show.episodes:
        _child(element, "episode-num", f"{season}.{episode}.", system="xmltv_ns")
        _child(element, "episode-num", f"S{season + 1:02}E{episode + 1:02}", system="onscreen")
    if channel.form is Form.TS_RADIO:
        _child(etree.SubElement(element, "video"), "present", "no")
    return element


def _episode(airing: _Airing) -> tuple[int, int]:
    """Season and episode, counted from 0 as xmltv_ns wants it; four seasons come round for ever."""
    per_season = max(1, len(airing.show.episodes))
    season, episode = divmod(airing.count % (4 * per_season), per_season)
    return season, episode


def _child(parent: etree._Element, tag: str, text: str, **attributes: str) -> None:
    etree.SubElement(parent, tag, attributes).text = text


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%d%H%M%S +0000")
