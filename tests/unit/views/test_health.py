from datetime import UTC, datetime

from tunerr.model.channel import Channel, ChannelId, Lineup, LineupChannel, SourceId
from tunerr.model.numbers import GuideNumber
from tunerr.model.status import SourceState, SourceStatus
from tunerr.views.health import health

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ROW = LineupChannel(GuideNumber(1), Channel(ChannelId("dna-1"), "One"))


def test_before_the_first_refresh():
    view = health(None, ())
    assert (view.ready, view.channels, view.last_refresh) == (False, 0, None)


def test_a_failed_source_does_not_unready_the_last_good_lineup():
    sources = (
        SourceStatus(SourceId("m3u"), "playlist", "http://a", SourceState.OK, succeeded_at=AT),
        SourceStatus(SourceId("b"), "playlist", "http://b", SourceState.FAILED, message="It is gone.", hint="Look."),
    )
    view = health(Lineup("v", AT, (ROW,)), sources)
    assert (view.ready, view.channels, view.last_refresh) == (True, 1, AT)


def test_an_empty_lineup_is_not_ready():
    assert health(Lineup("v", AT, ()), ()).ready is False
