"""Channels, their health and what they show, for the guide's views."""

from datetime import UTC, datetime

from tunerr.guide.making.airing import Airing
from tunerr.guide.rows.markup import element
from tunerr.model.channel import Channel, ChannelId, GuideWish, Lineup, LineupChannel, SourceId
from tunerr.model.guide import ChannelHealth, GuideHealth, GuideLink
from tunerr.model.numbers import GuideNumber

NOW = datetime(2026, 8, 23, 12, tzinfo=UTC)
XMLTV = SourceId("xmltv")
STATUSES = ("healthy", "unlinked", "sparse", "placeholder_only", "matched_no_programmes", "good")
METHODS = ("id", "id", "name", "words", "number", "call_sign")


def airing(start, stop, title, *, source="xmltv", more=""):
    """A row between two minutes from NOW."""
    begin = int(NOW.timestamp())
    return Airing(begin + start * 60, begin + stop * 60, (element("title", title) + more).encode(), source)


def row_of(number, name="", **wish):
    group = "Odd" if number % 2 else "Even"
    channel = Channel(
        ChannelId(f"dna-{number:016x}"), name or f"Channel {number}", group=group, guide=GuideWish(**wish)
    )
    return LineupChannel(GuideNumber(number), channel)


def lineup_of(count, *changed):
    """Channels 1 to `count`; those of `changed` stand for the ones of their number."""
    rows = {number: row_of(number) for number in range(1, count + 1)} | {row.number.major: row for row in changed}
    return Lineup("v1", NOW, tuple(rows.values()))


def health_of(count):
    """Of each status in turn; what is linked is linked to `<number>.test` by one method after the other."""
    return GuideHealth("e1", "v1", NOW, tuple(_health(number) for number in range(1, count + 1)))


def _health(number):
    status, method = STATUSES[(number - 1) % 6], METHODS[(number - 1) % 6]
    linked = status not in {"unlinked", "good"}
    links = (GuideLink(XMLTV, f"{number}.test", method, f"by {method}"),) if linked else ()
    return ChannelHealth(ChannelId(f"dna-{number:016x}"), str(number), f"Channel {number}", "", status, links)
