from datetime import UTC, datetime

from tunerr.guide.matching.values import Wanted
from tunerr.guide.wanted import render_channels, wanted_of
from tunerr.model.channel import Channel, ChannelId, GuideWish, Lineup, LineupChannel, SourceId, Stream
from tunerr.model.numbers import GuideNumber
from tunerr.model.source import Source
from tunerr.model.url import SecretUrl, Zone

URL = SecretUrl("http://h/1")


def stream(source, name=""):
    return Stream(URL, SourceId(source), Zone.INTERNET, name=name)


CHANNEL = Channel(
    ChannelId("dna-1"),
    "Mine",
    tvg_id=" one.uk ",
    wanted_number=GuideNumber(5, 1),
    streams=(stream("a", "One HD"), stream("b", "One"), stream("a", "One HD"), stream("c")),
    guide=GuideWish("two.uk", ("three.uk",), "+1"),
)


def test_a_channel_looks_for_all_that_it_is_called():
    assert wanted_of(CHANNEL, {SourceId("a"): "gb", SourceId("b"): "de"}) == Wanted(
        "dna-1", ("Mine", "One HD", "One"), "one.uk", "5.1", "gb", ("a", "b", "c"), "two.uk", ("three.uk",)
    )
    assert wanted_of(Channel(ChannelId("dna-2"), "X"), {}) == Wanted("dna-2", ("X",))


def test_rows_say_what_the_edition_shows():
    lineup = Lineup("v", datetime(2026, 1, 1, tzinfo=UTC), (LineupChannel(GuideNumber(7), CHANNEL, device=2),))
    (row,) = render_channels(lineup, [Source(SourceId("a"), "playlist", URL, 5, country="gb")])
    assert (row.number, row.name, row.logo, row.device, row.shift, row.id) == ("7", "Mine", "", 2, "+1", "dna-1")
    assert row.wanted.country == "gb"
