"""The server's readers over a guide.db that the worker's jobs made."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime

from tunerr.guide.diagnosis import health_file
from tunerr.guide.lookup.reader import GuideReader
from tunerr.model.channel import Channel, ChannelId, GuideWish, Lineup, LineupChannel, SourceId
from tunerr.model.numbers import GuideNumber
from tunerr.model.source import Source
from tunerr.model.url import SecretUrl
from tunerr.storage.connection import open_server
from tunerr.support.snapshot import Published


@asynccontextmanager
async def opened(desk):
    """A read-only connection to the desk's guide.db."""
    db = await open_server(desk.db, kind="guide", readonly=True)
    try:
        yield db
    finally:
        await db.close()


def source(name):
    return Source(SourceId(name), "guide", SecretUrl(f"http://guide.test/{name}"), 1.0)


def lineup_rows(channels):
    """The server's values for the rows that `Desk.render` was given."""
    return [
        LineupChannel(
            GuideNumber.parse(number),
            Channel(
                ChannelId(f"dna-{0x1234567800000000 + place:016x}"),
                name,
                tvg_id=tvg_id,
                logo=logo,
                guide=GuideWish(shift=dict(*more).get("shift", "")),
            ),
        )
        for place, (number, name, tvg_id, logo, *more) in enumerate(channels)
    ]


def lineup_of(channels, version="v1"):
    return Lineup(version, datetime(2026, 8, 23, tzinfo=UTC), tuple(lineup_rows(channels)))


def reader_of(desk, db, sources):
    health = Published(health_file.read(desk.guide_dir))
    return GuideReader(guide=db, health=health, sources=Published(tuple(sources)))
