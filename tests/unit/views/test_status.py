"""/deck/status.json in words."""

from datetime import UTC, datetime

import pytest

from tests.tools.attempts import SmallGateway
from tunerr.model.channel import Channel, ChannelId, LeftOut, Lineup, LineupChannel, SourceId
from tunerr.model.happening import Happening
from tunerr.model.numbers import GuideNumber
from tunerr.model.status import SourceState, SourceStatus
from tunerr.views.status import status_view
from tunerr.views.verdict import Verdict

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ONE = Lineup(
    "v", NOW, (LineupChannel(GuideNumber(1), Channel(ChannelId("dna-1"), "C1")),),
    (LeftOut(1, "the limit of 479 channels per device", ("Nine",)),),
)  # fmt: skip


def view(*, lineup=ONE, statuses=(), tuners=(), happened=()):
    return status_view(
        lineup=lineup, edition=None, statuses=statuses, tuners=tuners, happened=happened,
        verdict=Verdict("ready", "1 channel."), version="1", demo=False,
    )  # fmt: skip


def held_back(kind):
    return SourceStatus(SourceId("x"), kind, "http://provider.test", SourceState.REFUSED, attempted_at=NOW)


def test_channels_left_out_are_named():
    assert view().left_out == ("1 channel is left out: the limit of 479 channels per device. Among them: Nine.",)
    assert view(lineup=None).ready is False


@pytest.mark.parametrize(("kind", "acceptable"), [("playlist", True), ("guide", False)])
def test_only_a_playlist_can_be_accepted(kind, acceptable):
    row = view(statuses=(held_back(kind),)).sources[0]
    assert row.acceptable is acceptable
    assert row.hint == "It is asked again by itself; “Refresh” asks now."


def test_tuners_and_the_newest_lines_of_streams():
    lines = [Happening(NOW, "stream", "live", f"{number} C", "It plays.") for number in range(20)]
    found = view(tuners=SmallGateway().status(), happened=[Happening(NOW, "act", "done", "Undo", "."), *lines])
    assert [(row.number, row.state) for row in found.tuners] == [("", ""), ("1", "live"), ("2", "live")]
    assert len(found.happened) == 12
    assert (found.happened[0].channel, found.happened[0].kind, found.happened[0].text) == ("0 C", "live", "It plays.")
