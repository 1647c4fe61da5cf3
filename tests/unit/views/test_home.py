"""Home: figures with their words, who watches, what happened."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.tools.attempts import PLEX, SmallGateway
from tests.tools.samples import AT, minute
from tests.tools.streams_now import HEALTHY, candidate, stream, viewer
from tunerr.errors import QueryRefused
from tunerr.gateway.accounts import AccountFacts
from tunerr.gateway.now import Standing
from tunerr.model.channel import ChannelId
from tunerr.model.guide import ChannelHealth, GuideHealth
from tunerr.model.happening import Happening
from tunerr.model.status import TunerStatus
from tunerr.views.activity import activity_view, entries, newest_first
from tunerr.views.history import trends
from tunerr.views.home import figures, guide_real, locked, watching

TUNERS = SmallGateway().status()


def shown(*, tuners=TUNERS, open_at=2, channels=479, left_out=0, guide=96.0, slot_limit=None, samples=()):
    account = AccountFacts("a" * 16, open_at, None, "", 0.0)
    return figures(
        tuners=tuners, accounts=(account,), channels=channels, left_out=left_out, guide=guide, slot_limit=slot_limit,
        trends=trends(samples),
    )  # fmt: skip


def test_without_samples_what_only_they_know_is_unknown():
    found = shown()
    assert (found.picture.value, found.picture.word) == (None, "unknown")
    assert (found.interruptions.value, found.interruptions.word) == (None, "unknown")
    assert (found.tuners.value, found.tuners.of, found.tuners.word) == (2, 3, "free")


def test_interruptions_of_24_hours_and_what_was_repaired_unseen():
    quiet = shown(samples=(minute(1, repaired=14),))
    assert (quiet.interruptions.value, quiet.interruptions.word, quiet.repaired) == (0, "none", 14)
    assert shown(samples=(minute(1, interruptions=1),)).interruptions.word == "some"


@pytest.mark.parametrize(("ms", "word"), [(999, "fast"), (1000, "fair"), (2999, "fair"), (3000, "slow")])
def test_how_fast_pictures_come(ms, word):
    assert shown(samples=(minute(1, picture_ms=ms),)).picture.word == word


@pytest.mark.parametrize(
    ("guide", "word"),
    [(None, "no_guide"), (49.9, "poor"), (50.0, "patchy"), (79.9, "patchy"), (80.0, "healthy")],
)
def test_how_good_the_guide_is(guide, word):
    assert shown(guide=guide).guide.word == word


def test_room_at_providers_and_on_tuners():
    assert shown().slots.word == "no_limit"
    assert [shown(slot_limit=limit).slots.word for limit in (2, 3)] == ["full", "free"]
    assert shown(tuners=TUNERS[1:]).tuners.word == "full"
    assert locked((TunerStatus(0, reserved_by="192.0.2.7"), replace(TUNERS[1], reserved_by="192.0.2.8"))) == (
        "Tuner 0 is locked by 192.0.2.7.",
    )


def test_what_is_offered():
    words = [shown(channels=count, left_out=out).channels.word for count, out in ((0, 0), (9, 0), (9, 3))]
    assert words == ["none_offered", "offered", "some_left_out"]


def test_the_share_of_channels_with_real_programmes():
    statuses = ("healthy", "good", "sparse", "unlinked")
    rows = tuple(ChannelHealth(ChannelId(f"dna-{one}"), "1", "C", "", one) for one in statuses)
    assert guide_real(GuideHealth("e", "v", AT, rows)) == 50.0
    assert guide_real(None) is None
    assert guide_real(GuideHealth("e", "v", AT, ())) is None


def test_who_watches_what_from_where_and_why():
    (row,) = watching([stream(7, viewers=(viewer(1), viewer(2, client=PLEX, cushion=4.0)))])
    assert (row.request, row.number, row.name, row.state) == ("r000007", "7", "Channel 7", "live")
    assert (row.source, row.why) == ("provider.test", "first choice: catalog order")
    assert row.viewers == ("VLC/3.0.20", "Plex/1.40")
    assert row.cushion == 2, "that of the viewer who is closest behind"


def test_a_rate_that_trembles_is_no_news():
    rows = [watching([replace(stream(1), bits_per_second=rate)]) for rate in (7_870_000, 7_930_000)]
    assert rows[0] == rows[1]
    assert rows[0][0].bits_per_second == 7_900_000


def test_another_source_than_the_first_says_what_is_wrong_with_that():
    waits = candidate(Standing.WAITING, wait=9.0, trouble="The provider refused (HTTP 458).")
    (row,) = watching([stream(1, candidates=(replace(waits, host="cdn-b.test"), candidate()))])
    assert row.why == "choice 2 of 2; cdn-b.test: the provider refused (HTTP 458)"
    (full,) = watching([stream(1, candidates=(candidate(Standing.FULL), candidate()))])
    assert full.why == "choice 2 of 2; provider.test: full"


def test_nothing_plays_yet():
    (row,) = watching([stream(1, state="opening", source=None, viewers=(), candidates=(candidate(Standing.OPENING),))])
    assert (row.source, row.why, row.cushion, row.viewers) == ("", "", None, ())
    behind = replace(HEALTHY, lead=-3.0)
    assert watching([stream(1, source=behind)])[0].cushion == 0


def test_the_channel_that_began_last_is_first():
    assert [row.number for row in watching([stream(1), stream(3), stream(2)])] == ["3", "2", "1"]


HAPPENED = tuple(
    Happening(AT + timedelta(minutes=number), "act" if number % 4 == 0 else "stream", "done", str(number), ".")
    for number in range(120)
)


def test_the_timeline_is_newest_first_by_pages_of_50():
    rows = newest_first(HAPPENED[:60], HAPPENED[60:])
    view = activity_view(rows)
    assert (view.rows[0], len(view.rows)) == (HAPPENED[-1], 50)
    assert (view.pages.page, view.pages.pages, view.pages.total, view.pages.query) == (1, 3, 120, "")
    assert activity_view(rows, page="3").rows[-1] == HAPPENED[0]
    assert [activity_view(rows, page=page).pages.page for page in ("9", "0", "x", "²", "9" * 99)] == [3, 1, 1, 1, 1]


def test_a_kind_is_chosen_and_kept_while_paging():
    view = activity_view(newest_first(HAPPENED), kind="act")
    assert {row.kind for row in view.rows} == {"act"}
    assert (view.pages.query, view.pages.total) == ("kind=act", 30)
    assert dict(view.counts) == {"stream": 90, "source": 0, "guide": 0, "host": 0, "act": 30}
    with pytest.raises(QueryRefused):
        activity_view(HAPPENED, kind="<script>")


def test_an_empty_timeline_has_one_page():
    assert activity_view(()).pages.pages == 1


def test_the_described_list_has_64_entries_at_most():
    rows = entries(newest_first(HAPPENED))["entries"]
    assert len(rows) == 64
    assert rows[0] == {
        "at": "2026-11-22T01:59:00+00:00", "kind": "stream", "actor": "tunerr", "title": "119", "message": ".",
        "detail": "",
    }  # fmt: skip
