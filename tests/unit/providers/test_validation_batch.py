from collections import Counter
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.clock import ManualClock
from tests.tools.validation import CDN, PASS, Simulation, channel, channels, target
from tunerr.model.stream_test import Finding, StreamTest
from tunerr.providers.validation.batch import (
    NO_STREAM,
    OVER_LIMIT,
    SKIPPED_GROUP,
    SKIPPED_REGION,
    Verdict,
)
from tunerr.providers.validation.pace import BURST, INTERVAL_S, Pace
from tunerr.providers.validation.settle import HOST_STOPPED, settle
from tunerr.providers.validation.stop_rule import IN_A_ROW, OWN_IN_A_ROW, HostRecord

# The seed's evidence: the first lineup passed whole, then the CDN refused every connection.
SEED_BATCHES = {"bcastus": 136, "newsus": 44, "sportsb": 281, "moviesprem": 253, "ukie": 112, "eusouth": 52}
SHUTS_AFTER = 136


def plays(_):
    return PASS


def paced(times):
    """Whether the times conform to a bucket of BURST tokens, one more each INTERVAL_S."""
    return all(
        times[last] - times[first] >= (last - first + 1 - BURST) * INTERVAL_S - 1e-6
        for first in range(len(times))
        for last in range(first, len(times))
    )


class TestTheSeedsCase:
    """136/136, then 0/44, 0/281, 0/253, 0/112, 0/52 with connection refused."""

    @pytest.mark.parametrize("seed", range(5))
    def test_batch_by_batch_nothing_is_dropped_and_a_handful_of_requests_reach_the_shut_host(self, seed):
        clock, known, served = ManualClock(), {}, 0

        def cdn(_):
            nonlocal served
            served += 1
            return PASS if served <= SHUTS_AFTER else Finding.UNREACHABLE

        for name, size in SEED_BATCHES.items():
            before = served
            run = Simulation(channels(size, name), cdn, clock=clock, known=known, seed=seed).run()
            settled = settle(run.batch, guard=1.0, now=clock.now().timestamp())  # even without the guard
            assert not settled.dropped
            known |= settled.tests
            if before >= SHUTS_AFTER:
                assert served - before == IN_A_ROW
                assert run.batch.stopped == {CDN: Finding.UNREACHABLE}
                assert (settled.passed, settled.failed) == (0, 0)
            else:
                assert (settled.passed, settled.failed) == (size, 0)
        assert all(test.passed for test in known.values())
        assert served == SHUTS_AFTER + IN_A_ROW * (len(SEED_BATCHES) - 1)

    def test_as_one_run_over_all_of_them(self):
        served = 0

        def cdn(_):
            nonlocal served
            served += 1
            return PASS if served <= SHUTS_AFTER else Finding.UNREACHABLE

        run = Simulation(channels(sum(SEED_BATCHES.values())), cdn).run()
        settled = settle(run.batch, guard=1.0, now=run.clock.now().timestamp())
        assert served == SHUTS_AFTER + IN_A_ROW
        assert (settled.passed, settled.failed, settled.dropped) == (SHUTS_AFTER, 0, frozenset())
        assert dict(settled.untested) == {HOST_STOPPED: 878 - SHUTS_AFTER}
        assert set(settled.tests) == set(run.keys()[:SHUTS_AFTER])

    def test_when_the_host_stays_shut_for_days_and_runs_go_on_nothing_is_dropped_either(self):
        clock, known = ManualClock(), {}
        for _ in range(20):
            run = Simulation(channels(281), lambda _: Finding.UNREACHABLE, clock=clock, known=known).run()
            assert len(run.asked) == IN_A_ROW
            settled = settle(run.batch, guard=1.0, now=clock.now().timestamp())
            assert settled.tests == {}
            clock.advance(6 * 3600)


class TestPace:
    def test_a_host_is_asked_as_often_as_one_person_zaps(self):
        run = Simulation(channels(60), plays, takes=0.01).run()
        assert paced(run.times(CDN))
        assert run.clock.monotonic() >= (60 - BURST) * INTERVAL_S

    def test_hosts_do_not_wait_for_one_another(self):
        rows = [channel(f"{host}-{n}", host=host, account=host) for host in "abcd" for n in range(10)]
        run = Simulation(rows, plays).run()
        assert run.clock.monotonic() < 10 * INTERVAL_S + 10
        assert all(paced(run.times(host)) for host in "abcd")

    def test_no_beat(self):
        run = Simulation(channels(60), plays, takes=0.01).run()
        times = run.times(CDN)
        gaps = {round(after - before, 3) for before, after in pairwise(times[5:])}
        assert len(gaps) > 40

    def test_a_host_that_says_slow_down_is_left_alone_as_long_as_it_asks(self):
        answers = iter([PASS, Verdict(Finding.SLOW_DOWN, "429", 90.0)])
        run = Simulation(channels(6), lambda _: next(answers, PASS)).run()
        times = run.times(CDN)
        assert times[2] - times[1] >= 90.0
        assert times[3] - times[2] >= INTERVAL_S  # it is not met with a burst then

    def test_requests_of_all_kinds_share_the_bucket(self):
        clock = ManualClock()
        pace = Pace(clock=clock)
        assert [pace.take("h") for _ in range(5)] == [0, 0, 0, INTERVAL_S, 2 * INTERVAL_S]
        assert pace.wait("h") == 3 * INTERVAL_S
        assert pace.asked == {"h": 5}
        clock.advance(1000)
        assert [pace.take("h") for _ in range(4)] == [0, 0, 0, INTERVAL_S]


class TestAccounts:
    def test_one_test_at_a_time_on_an_account_whatever_the_number_of_workers(self):
        run = Simulation(channels(30), plays, takes=5.0).run(workers=8)
        assert run.most == {"a": 1}

    def test_also_where_an_account_has_several_hosts(self):
        rows = [channel(f"{host}{n}", host=host, account="one") for host in "abc" for n in range(10)]
        assert Simulation(rows, plays, takes=3.0).run().most == {"one": 1}

    def test_an_account_with_viewers_waits_until_they_leave_and_the_others_go_on(self):
        rows = [*channels(5, "v", account="viewed"), *channels(5, "f", host="other", account="free")]
        clock = ManualClock()

        def spare(stream):
            return stream.url.host == "other" or clock.monotonic() > 100

        run = Simulation(rows, plays, clock=clock, spare=spare).run()
        times = {work.target.account: at for at, work in reversed(run.asked)}
        assert times["free"] < 5
        assert times["viewed"] > 100
        assert len(run.asked) == 10

    def test_when_they_never_leave_the_channels_are_kept_untested(self):
        run = Simulation(channels(5), plays, spare=lambda _: False, max_duration=300.0).run()
        assert run.asked == []
        assert run.clock.monotonic() < 310
        assert settle(run.batch, guard=1.0, now=0.0).failed == 0


class TestOrderAndLimits:
    def test_the_order_is_random_so_no_group_always_comes_last(self):
        rows = channels(40)
        orders = [Simulation(rows, plays, seed=seed).run().keys() for seed in range(3)]
        assert sorted(orders[0]) == sorted(orders[1])
        assert orders[0] != orders[1] != orders[2]
        assert orders[0] != [row.channel for row in rows]

    def test_streams_of_a_channel_are_tested_in_order_until_one_plays(self):
        rows = [channel("c", *(target(f"s{n}", f"h{n}", f"a{n}") for n in range(4)))]
        run = Simulation(rows, lambda work: PASS if work.target.key == "s2" else Finding.GONE).run()
        assert run.keys() == ["s0", "s1", "s2"]

    def test_what_does_not_speak_of_the_channel_keeps_it_so_its_other_streams_are_not_asked(self):
        rows = [channel("c", target("s0"), target("s1", "h"))]
        run = Simulation(rows, lambda _: Finding.ACCOUNT_FULL).run()
        assert run.keys() == ["s0"]

    def test_a_stream_of_two_channels_is_tested_once(self):
        rows = [channel("one", target("s")), channel("two", target("s")), channel("three", target("s", account="b"))]
        run = Simulation(rows, plays, takes=0.1).run(workers=1)
        assert run.keys() == ["s"]
        assert settle(run.batch, guard=1.0, now=0.0).passed == 3

    def test_a_bound_on_channels(self):
        run = Simulation(channels(50), plays, max_channels=20).run()
        assert len(run.asked) == 20
        assert Counter(run.batch.skipped.values()) == {OVER_LIMIT: 30}

    def test_cached_channels_do_not_use_up_the_bound(self):
        known = {f"c{n}": StreamTest(ManualClock().now().timestamp(), PASS, "") for n in range(30)}
        run = Simulation(channels(50), plays, known=known, max_channels=20).run()
        assert len(run.asked) == 20

    def test_a_bound_on_time(self):
        run = Simulation(channels(500), plays, max_duration=300.0).run()
        assert 130 < len(run.asked) <= 300 / INTERVAL_S + BURST
        assert run.clock.monotonic() <= 300 + INTERVAL_S + 1
        settled = settle(run.batch, guard=1.0, now=0.0)
        assert (settled.passed, settled.failed) == (len(run.asked), 0)

    def test_an_ended_run_gives_out_nothing_more(self):
        run = Simulation(channels(50), plays)
        answer = run.answer

        def end_after_ten(work):
            if len(run.asked) == 10:
                run.batch.end()
            return answer(work)

        run.answer = end_after_ten
        assert len(run.run().asked) == 10

    def test_groups_and_regions_can_be_skipped(self):
        rows = [
            channel("a", group="PPV Boxing"), channel("b", group="News"), channel("c", region="GB"),
            channel("d", region="ca"),
        ]  # fmt: skip
        run = Simulation(rows, plays, skip_groups=("ppv *",), skip_regions=("gb",)).run()
        assert sorted(run.keys()) == ["b", "d"]
        assert run.batch.skipped == {0: SKIPPED_GROUP, 2: SKIPPED_REGION}

    def test_a_channel_without_streams_is_kept(self):
        run = Simulation([channel("c", target("x"))._replace(targets=())], plays).run()
        assert run.batch.skipped == {0: NO_STREAM}
        assert settle(run.batch, guard=1.0, now=0.0).failed == 0


class TestEarlierResults:
    TTL = 4 * 3600.0

    def run(self, age, finding=PASS):
        clock = ManualClock()
        known = {"c0": StreamTest(clock.now().timestamp() - age, finding, "", None if finding is PASS else 0.0)}
        return Simulation(channels(2), plays, clock=clock, known=known).run()

    def test_a_younger_one_is_believed(self):
        assert self.run(self.TTL - 1).keys() == ["c1"]
        assert self.run(self.TTL - 1, Finding.GONE).keys() == ["c1"]

    def test_an_older_one_is_not(self):
        assert sorted(self.run(self.TTL + 1).keys()) == ["c0", "c1"]

    def test_an_earlier_failure_leads_to_the_next_stream(self):
        clock = ManualClock()
        known = {"s0": StreamTest(clock.now().timestamp() - 60, Finding.GONE, "", 0.0)}
        run = Simulation([channel("c", target("s0"), target("s1"))], plays, clock=clock, known=known).run()
        assert run.keys() == ["s1"]


class TestAddresses:
    @pytest.mark.parametrize("url", [" ", "nonsense", "http://", "http://host:99999/x", "http://[::1/x", "//h/x"])
    def test_a_malformed_one_fails_without_a_request(self, url):
        run = Simulation([channel("c", target("s", url=url))], plays).run()
        assert run.asked == []
        assert run.batch.results["s"].verdict.finding is Finding.MALFORMED

    @pytest.mark.parametrize("url", ["rtsp://h/x", "udp://239.0.0.1:1234", "rtmp://h/x", "srt://h:9", "file:///x.ts"])
    def test_one_of_another_protocol_is_untested(self, url):
        run = Simulation([channel("c", target("s", url=url), target("t"))], plays).run()
        assert run.asked == []
        assert settle(run.batch, guard=1.0, now=0.0).untested == ((Finding.SCHEME.value, 1),)


class TestStopRule:
    def test_one_kind_in_a_row(self):
        record = HostRecord()
        assert [record.add(Finding.UNREACHABLE) for _ in range(IN_A_ROW)] == [None] * (IN_A_ROW - 1) + [
            Finding.UNREACHABLE
        ]

    @pytest.mark.parametrize(
        "kind",
        [Finding.UNREACHABLE, Finding.SLOW_DOWN, Finding.FAULT, Finding.SILENT, Finding.ACCOUNT_FULL, Finding.REFUSED,
         Finding.TEXT, Finding.EMPTY, Finding.FILLER],
    )  # fmt: skip
    def test_six_of_ten_after_any_number_of_passes(self, kind):
        record = HostRecord()
        assert all(record.add(PASS) is None for _ in range(100))
        said = [record.add(finding) for finding in (kind, kind, PASS, kind, kind, PASS, kind, PASS, kind)]
        assert said == [None] * 8 + [kind]

    def test_five_of_ten_in_turns_are_not_enough(self):
        record = HostRecord()
        assert [record.add(finding) for _ in range(50) for finding in (PASS, Finding.FAULT)] == [None] * 100

    def test_channels_that_are_gone_are_common(self):
        record, random = HostRecord(), Random(1)
        assert all(record.add(Finding.GONE if random.random() < 0.33 else PASS) is None for _ in range(5000))

    def test_but_not_twelve_in_a_row(self):
        record = HostRecord()
        assert [record.add(Finding.GONE) for _ in range(OWN_IN_A_ROW)] == [None] * (OWN_IN_A_ROW - 1) + [Finding.GONE]

    def test_ten_failures_of_mixed_kinds(self):
        record, kinds = HostRecord(), (Finding.FAULT, Finding.SILENT, Finding.UNREACHABLE)
        said = [record.add(kinds[number % 3]) for number in range(10)]
        assert said[:9] == [None] * 9
        assert said[9] in kinds

    def test_a_healthy_host_goes_on_while_another_is_left_alone(self):
        rows = [*channels(40, "bad", host="bad", account="b"), *channels(40, "good", host="good", account="g")]
        run = Simulation(rows, lambda work: Finding.FAULT if work.target.host == "bad" else PASS).run()
        assert len(run.times("good")) == 40
        assert len(run.times("bad")) == IN_A_ROW
        assert run.batch.stopped == {"bad": Finding.FAULT}

    def test_tests_that_were_open_when_it_stopped_are_the_last(self):
        rows = [row for account in "abcd" for row in channels(20, account, account=account)]
        run = Simulation(rows, lambda _: Finding.UNREACHABLE, takes=60.0).run()
        assert len(run.asked) <= IN_A_ROW + 3


# An address is judged before anybody is asked.
_FINDINGS = st.sampled_from([PASS, PASS, PASS, *(one for one in Finding if one is not Finding.MALFORMED)])


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    shape=st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=3), min_size=1, max_size=40),
    findings=st.lists(_FINDINGS, min_size=1, max_size=200),
    takes=st.floats(0.01, 10.0),
    workers=st.integers(1, 6),
    guard=st.integers(0, 100),
    runs=st.integers(1, 4),
)
def test_whatever_providers_answer_it_does_no_harm(*, shape, findings, takes, workers, guard, runs):
    rows = [
        channel(f"c{n}", *(target(f"s{n}-{rank}", f"h{host}", f"h{host}") for rank, host in enumerate(hosts)))
        for n, hosts in enumerate(shape)
    ]
    clock, known, left_out = ManualClock(), {}, frozenset()
    answers = iter(findings * (1 + 500 // len(findings)))
    for _ in range(runs):
        run = Simulation(rows, lambda _: next(answers, PASS), clock=clock, known=known, takes=takes).run(workers)
        settled = settle(run.batch, guard=guard / 100, now=clock.now().timestamp())
        assert all(paced(run.times(f"h{host}")) for host in range(4))
        assert max(run.most.values(), default=0) <= 1
        failing = {key for key, result in run.batch.results.items()
                   if result.verdict.finding is not PASS and result.verdict.finding.speaks_of_channel}  # fmt: skip
        for row in rows:
            if row.channel in settled.dropped:  # every stream failed now or before, on hosts that were well
                keys = {one.key for one in row.targets}
                assert keys <= failing | {key for key, test in known.items() if not test.passed}
                assert not {one.host for one in row.targets if one.key in run.batch.results} & set(run.batch.stopped)
                assert all(known[key].failing_since is not None for key in keys)  # and once before
        assert len(settled.dropped) <= guard / 100 * (len(rows) - len(left_out))
        assert settled.passed + settled.failed + sum(count for _, count in settled.untested) == len(rows)
        known |= settled.tests
        left_out = left_out - settled.back | settled.dropped
        clock.advance(5 * 3600)
