import pytest

from tests.tools.clock import ManualClock
from tests.tools.validation import CDN, PASS, Simulation, channel, channels, target
from tunerr.model.channel import Channel, ChannelId
from tunerr.model.stream_test import Finding, StreamTest
from tunerr.providers.validation.pace import Pace
from tunerr.providers.validation.report import progress, report
from tunerr.providers.validation.settle import failed_channels, passes, settle
from tunerr.providers.validation.targets import candidate

T = ManualClock().now().timestamp()
HOUR = 3600.0
HELD = StreamTest(T - HOUR, Finding.GONE, "", T - 3 * HOUR)
ONCE = StreamTest(T - 2 * HOUR, Finding.GONE, "", T - 2 * HOUR)
PLAYS = StreamTest(T - HOUR, PASS, "")


class TestFailedChannels:
    @pytest.mark.parametrize(
        ("keys", "failed"),
        [
            ("a", True),
            ("ab", True),
            ("ap", False),
            ("ao", False),
            ("ax", False),
            ("", False),
            ("aa", True),
            ("x", False),
        ],
    )
    def test_every_stream_must_have_failed_confirmed(self, keys, failed):
        tests = {"a": HELD, "b": HELD, "p": PLAYS, "o": ONCE}
        found = failed_channels([(ChannelId("c"), list(keys))], tests, now=T)
        assert (found == {"c"}) is failed

    def test_without_failures_nobody_is_asked(self):
        assert failed_channels(iter(()), {"p": PLAYS}, now=T) == frozenset()


class Runs:
    """Runs over the same channels, four hours apart, each kept as the last one says."""

    def __init__(self, rows, guard=0.2):
        self.rows, self.guard = rows, guard
        self.clock, self.known = ManualClock(), {}

    def once(self, answer, **options):
        run = Simulation(self.rows, answer, clock=self.clock, known=self.known, **options).run()
        settled = settle(run.batch, guard=self.guard, now=self.clock.now().timestamp())
        self.known |= settled.tests
        self.report = report(run.batch, settled, requests=run.pace.asked, guard=round(self.guard * 100))
        self.clock.advance(4 * HOUR)
        self.run = run
        return settled


def dead(*names):
    return lambda work: Finding.GONE if work.target.key in names else PASS


class TestTwoRuns:
    def test_a_channel_is_dropped_by_the_second_failure_and_comes_back_with_the_first_pass(self):
        runs = Runs(channels(10))
        first = runs.once(dead("c3"))
        assert (first.failed, first.dropped, first.would_drop) == (1, frozenset(), 0)
        second = runs.once(dead("c3"))
        assert second.dropped == {"c3"}
        third = runs.once(dead("c3"))
        assert (third.dropped, third.back, third.failed) == (frozenset(), frozenset(), 1)
        fourth = runs.once(dead())
        assert (fourth.back, fourth.passed) == ({"c3"}, 10)

    def test_a_run_minutes_later_confirms_nothing(self):
        runs = Runs(channels(10))
        runs.once(dead("c3"), ttl=0.0)
        runs.clock.advance(-4 * HOUR + 600)
        assert runs.once(dead("c3"), ttl=0.0).dropped == frozenset()

    def test_one_good_stream_keeps_the_channel(self):
        runs = Runs([*channels(9), channel("two", target("bad"), target("good"))])
        for _ in range(4):
            settled = runs.once(dead("bad"))
            assert (settled.passed, settled.failed, settled.dropped) == (10, 0, frozenset())

    def test_a_malformed_address_is_dropped_at_once(self):
        runs = Runs([*channels(9), channel("m", target("m", url="http://"))])
        assert runs.once(dead()).dropped == {"m"}

    @pytest.mark.parametrize("finding", [Finding.SLOW_DOWN, Finding.ACCOUNT_FULL, Finding.NO_RANGE, Finding.BLOCKED])
    def test_what_speaks_of_us_never_drops_a_channel(self, finding):
        runs = Runs(channels(10), guard=1.0)
        for _ in range(4):
            settled = runs.once(lambda work: finding if work.target.key == "c3" else PASS)
            assert (settled.untested, settled.dropped) == (((finding.value, 1),), frozenset())


class TestInconclusiveHosts:
    def test_failures_before_it_was_left_alone_count_as_little_as_those_after(self):
        runs = Runs([*channels(30, host="ill", account="i"), *channels(30, "w", host="well", account="w")], guard=1.0)
        for _ in range(3):
            settled = runs.once(lambda work: Finding.FAULT if work.target.host == "ill" else PASS)
            assert settled.dropped == frozenset()
            assert (settled.passed, settled.failed) == (30, 0)
            assert runs.run.batch.stopped == {"ill": Finding.FAULT}

    def test_failures_of_another_kind_on_it_do_not_count_either(self):
        answers = iter([Finding.GONE, PASS, Finding.GONE, *[Finding.UNREACHABLE] * 5])
        runs = Runs(channels(30), guard=1.0)
        settled = runs.once(lambda _: next(answers))
        assert [test.finding for test in settled.tests.values()] == [PASS]

    def test_what_was_left_out_before_stays_so_until_it_passes(self):
        runs = Runs(channels(30))
        for _ in range(2):
            runs.once(dead("c3"))
        settled = runs.once(lambda _: Finding.UNREACHABLE)
        assert (settled.dropped, settled.back) == (frozenset(), frozenset())
        assert runs.known["c3"].holds(runs.clock.now().timestamp())


class TestRunGuard:
    def test_a_run_that_would_drop_more_than_the_share_drops_nothing(self):
        runs = Runs(channels(20), guard=0.2)
        names = [f"c{n}" for n in range(0, 20, 4)][:5]
        runs.once(dead(*names))
        settled = runs.once(dead(*names))
        assert (settled.tripped, settled.would_drop, settled.dropped) == (True, 5, frozenset())
        assert settled.failed == 5
        for _ in range(5):  # nor does any later one
            assert runs.once(dead(*names)).dropped == frozenset()

    def test_up_to_the_share_it_does(self):
        runs = Runs(channels(20), guard=0.2)
        runs.once(dead("c1", "c5", "c9", "c13"))
        settled = runs.once(dead("c1", "c5", "c9", "c13"))
        assert (settled.tripped, len(settled.dropped)) == (False, 4)

    def test_the_share_is_of_what_is_offered(self):
        runs = Runs(channels(20), guard=0.2)
        for _ in range(2):
            runs.once(dead("c1", "c5", "c9", "c13"))
        more = ("c0", "c4", "c8", "c12")  # 4 of the 16 that are left are too many
        for _ in range(2):
            settled = runs.once(dead("c1", "c5", "c9", "c13", *more))
        assert settled.tripped

    def test_passes_of_a_run_that_is_not_believed_are(self):
        runs = Runs(channels(10), guard=0.0)
        for _ in range(2):
            settled = runs.once(dead("c1"))
        assert settled.tripped
        assert all(test.passed for test in settled.tests.values())
        assert len(settled.tests) == 9

    def test_zero_never_drops(self):
        runs = Runs(channels(100), guard=0.0)
        assert [runs.once(dead("c1")).dropped for _ in range(4)] == [frozenset()] * 4


def test_a_run_that_was_cut_off_keeps_what_played():
    run = Simulation(channels(20), dead("c1", "c2"), max_duration=20.0).run()
    kept = passes(run.batch)
    assert kept
    assert all(test.passed for test in kept.values())


def test_a_candidate_is_made_of_a_channel():
    one, two = target("s").stream, target("t", "other").stream
    row = Channel(ChannelId("dna-1"), "One", group="News", streams=(one, two))
    made = candidate(row, key_of=lambda s: s.url.reveal()[-1], account_of=lambda s: s.url.host, region="ca")
    assert (made.channel, made.group, made.region) == ("dna-1", "News", "ca")
    assert [one[:3] for one in made.targets] == [("s", CDN, CDN), ("t", "other", "other")]


class TestWords:
    def test_a_quiet_run(self):
        runs = Runs(channels(10))
        runs.once(dead())
        said = runs.report
        assert not said.tripped
        assert not said.inconclusive
        assert said.sentences() == ("Of 10 channels 10 play, 0 fail and 0 were not tested (10 requests in 15 s).",)

    def test_an_inconclusive_host(self):
        runs = Runs(channels(30))
        runs.once(lambda _: Finding.UNREACHABLE)
        said = runs.report
        assert said.inconclusive
        assert said.requests == (("cdn.example", 5),)
        text = " ".join(said.sentences())
        assert "Of 30 channels 0 play, 0 fail and 30 were not tested" in text
        assert "cdn.example is inconclusive (connection refused or lost)" in text
        assert "Not tested (its host is inconclusive): 30 channels." in text

    def test_the_guard_says_what_to_do(self):
        runs = Runs(channels(10), guard=0.1)
        rows = ("c1", "c5")
        runs.once(dead(*rows))
        runs.once(dead(*rows))
        text = " ".join(runs.report.sentences())
        assert "would have dropped 2 channels, more than 10 %" in text
        assert "IPTV_TUNERR_SMOKETEST_RUN_GUARD" in text

    def test_channels_that_go_and_come(self):
        runs = Runs(channels(20))
        runs.once(dead("c1"))
        runs.once(dead("c1"))
        assert "Confirmed as dead: 1 channel. Back again: 0 channels." in runs.report.sentences()

    def test_progress(self):
        clock = ManualClock()
        run = Simulation(channels(10), dead(), clock=clock)
        assert progress(run.batch).sentence() == "Testing 10 channels: 0 streams tested in 0 s, 0 of them play."
        run.run()
        now = progress(run.batch)
        assert (now.channels, now.tested, now.passed, now.stopped) == (10, 10, 10, ())
        assert Pace(clock=clock).asked == {}
