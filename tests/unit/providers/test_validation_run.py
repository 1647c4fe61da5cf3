import asyncio
import time
from random import Random

import pytest

from tests.tools.clock import ManualClock
from tests.tools.until import until
from tests.tools.validation import channel, channels, target
from tests.tools.world import pretended_zone
from tunerr.errors import ActionRefused
from tunerr.gateway.accounts import Accounts, account_of
from tunerr.model.channel import Channel, ChannelId, SourceId, Stream
from tunerr.model.stream_test import Finding, StreamTest
from tunerr.model.url import SecretUrl, Zone
from tunerr.providers.validation.batch import Limits, Verdict
from tunerr.providers.validation.pace import BURST, INTERVAL_S
from tunerr.providers.validation.prober import Prober
from tunerr.providers.validation.run import Bounds, Validation
from tunerr.providers.validation.targets import candidate
from tunerr.storage.connection import open_server
from tunerr.storage.stream_tests import StreamTests
from tunerr.support.http import HttpClients

TS = (b"\x47" + b"\xff" * 187) * 50
PASS = Verdict(Finding.PASS, "It plays.")
GONE = Verdict(Finding.GONE, "The stream is gone (HTTP 404).")


class Clock(ManualClock):
    """Sleeping moves it, so that hours pass at once."""

    async def sleep(self, seconds):
        self.advance(seconds)
        await asyncio.sleep(0)


class Asked:
    """Tests streams by a function of the URL; `also`: hosts of variants to ask."""

    def __init__(self, answer=lambda _: PASS, also=()):
        self.answer, self.also, self.urls, self.turns = answer, also, [], []

    async def test(self, stream, *, pace):
        self.urls.append(stream.url.reveal())
        for host in self.also:
            self.turns.append(await pace(host))
        answer = self.answer(stream.url.reveal())
        return await answer if asyncio.iscoroutine(answer) else answer


class Free:
    def __init__(self, spare=True):
        self.answer = spare

    def spare(self, _):
        return self.answer


@pytest.fixture
async def results(tmp_path):
    db = await open_server(tmp_path / "state.db", kind="state")
    yield StreamTests(db)
    await db.close()


@pytest.fixture
def clock():
    return Clock()


def engine(results, clock, prober, *, slots=None, guard=20, **limits):
    return Validation(
        prober=prober, slots=slots or Free(), results=results, clock=clock, random=Random(0),
        bounds=lambda: Bounds(Limits(**{"max_duration": 0.0, **limits}), guard=guard), sleep=clock.sleep,
    )  # fmt: skip


class TestRuns:
    async def test_results_are_kept_and_reported(self, results, clock):
        prober = Asked(lambda url: GONE if url.endswith("/c3") else PASS)
        validation = engine(results, clock, prober)
        assert (validation.progress, validation.last) == (None, None)
        report = await validation.run(channels(20))
        assert (report.total, report.passed, report.failed, report.untested) == (20, 19, 1, 0)
        assert report.requests == (("cdn.example", 20),)
        assert report.seconds >= (20 - BURST) * INTERVAL_S
        assert (validation.progress, validation.last) == (None, report)
        kept = await results.all()
        assert len(kept) == 20
        assert (kept["c3"].finding, kept["c3"].words) == (Finding.GONE, GONE.words)

    async def test_the_next_run_believes_them_and_the_second_failure_drops(self, results, clock):
        prober = Asked(lambda url: GONE if url.endswith("/c3") else PASS)
        validation = engine(results, clock, prober)
        await validation.run(channels(20))
        await validation.run(channels(20))
        assert len(prober.urls) == 20
        clock.advance(5 * 3600)
        assert await validation.failed(channels(20)) == frozenset()
        assert (await validation.run(channels(20))).dropped == {"c3"}
        assert await validation.failed(channels(20)) == {"c3"}
        assert await validation.failed(channels(3)) == frozenset()

    async def test_requests_for_variants_count_as_all_others(self, results, clock):
        prober = Asked(also=("cdn.example", "elsewhere.example"))
        report = await engine(results, clock, prober).run(channels(20))
        assert dict(report.requests) == {"cdn.example": 40, "elsewhere.example": 20}
        assert report.seconds >= (40 - BURST) * INTERVAL_S

    async def test_a_variant_s_host_that_is_on_hold_is_not_waited_for(self, results, clock):
        prober = Asked(lambda url: Verdict(Finding.SLOW_DOWN, "429", 600.0) if "held" in url else PASS, also=("held",))
        rows = [channel("h", host="held", account="h"), *channels(10, host="other")]
        report = await engine(results, clock, prober).run(rows)
        assert prober.turns[-1] is False
        assert report.seconds < 60

    async def test_progress_can_be_read_while_it_runs_and_a_run_can_be_ended(self, results, clock):
        go_on = asyncio.Event()

        async def answer():
            await go_on.wait()
            return PASS

        prober = Asked(lambda _: PASS if len(prober.urls) <= 5 else answer())
        validation = engine(results, clock, prober)
        running = asyncio.ensure_future(validation.run(channels(50)))
        await until(lambda: len(prober.urls) > 5)
        now = validation.progress
        assert (now.channels, now.tested, now.passed) == (50, 5, 5)
        assert validation.end()
        go_on.set()
        report = await running
        assert report.ended
        assert (report.passed, report.failed, report.untested) == (6, 0, 44)
        assert "ended early" in report.sentences()[0]
        assert not validation.end()

    async def test_one_at_a_time(self, results, clock):
        async def for_ever():
            await asyncio.sleep(60)

        validation = engine(results, clock, Asked(lambda _: for_ever()))
        running = asyncio.ensure_future(validation.run(channels(2)))
        await until(lambda: validation.progress is not None)
        for again in (validation.run(channels(2)), validation.test_channel(channel("c"))):
            with pytest.raises(ActionRefused):
                await again
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert validation.progress is None

    async def test_cancelled_it_keeps_what_played_and_nothing_of_tests_that_were_open(self, results, clock):
        async def for_ever():
            await asyncio.sleep(60)

        answers = iter([PASS, PASS, GONE])
        prober = Asked(lambda _: next(answers, None) or for_ever())
        validation = engine(results, clock, prober)
        running = asyncio.ensure_future(validation.run(channels(20)))
        await until(lambda: len(prober.urls) == 4)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert [test.finding for test in (await results.all()).values()] == [Finding.PASS] * 2
        assert validation.last is None

    async def test_the_loop_is_not_held_by_a_large_catalog(self, results, clock):
        rows = [channel(f"c{n}", host=f"h{n % 50}", account=f"h{n % 50}") for n in range(50_000)]
        at = clock.now().timestamp()
        known = {row.targets[0].key: StreamTest(at, Finding.PASS, "") for row in rows}

        class Known:
            async def all(self):
                return known

            async def save(self, tests, *, now):
                assert tests == {}

        worst, last = 0.0, time.perf_counter()

        async def beat():
            nonlocal worst, last
            while True:
                await asyncio.sleep(0.005)
                worst, last = max(worst, time.perf_counter() - last), time.perf_counter()

        beating = asyncio.ensure_future(beat())
        report = await engine(Known(), clock, Asked()).run(rows)
        beating.cancel()
        assert (report.passed, report.requests) == (50_000, ())
        assert worst < 0.25  # threads share the interpreter; done on the loop it is all of it at once


class TestOneChannel:
    async def test_each_stream_is_tested_now_and_only_what_plays_is_kept(self, results, clock):
        prober = Asked(lambda url: PASS if url.endswith("/b") else GONE)
        one = channel("c", target("a"), target("b"), target("x", url="http://"), target("d"))
        await results.save({"b": StreamTest(clock.now().timestamp(), Finding.GONE, "", 0.0)}, now=0.0)
        found = await engine(results, clock, prober).test_channel(one)
        assert [(where.key, verdict.finding) for where, verdict in found] == [
            ("a", Finding.GONE), ("b", Finding.PASS), ("x", Finding.MALFORMED), ("d", Finding.GONE),
        ]  # fmt: skip
        kept = await results.all()
        assert set(kept) == {"b"}
        assert kept["b"].passed

    async def test_viewers_come_first(self, results, clock):
        prober = Asked()
        found = await engine(results, clock, prober, slots=Free(spare=False)).test_channel(channel("c"))
        assert (found[0][1].finding, prober.urls) == (Finding.ACCOUNT_FULL, [])


class Cdn:
    """A real server that stops listening after `most` requests, as the one of the seed did."""

    def __init__(self, most):
        self.most, self.served, self.server, self.port = most, 0, None, 0

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.talk, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self.server.close()
        await self.server.wait_closed()

    async def talk(self, reader, writer):
        try:
            await reader.readuntil(b"\r\n\r\n")
            self.served += 1
            if self.served == self.most:
                self.server.close()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nConnection: close\r\n\r\n" + TS)
            await writer.drain()
        finally:
            writer.close()

    def rows(self, name, count):
        for number in range(count):
            url = SecretUrl(f"http://127.0.0.1:{self.port}/live/u/p/{name}{number}.ts")
            row = Channel(ChannelId(f"{name}{number}"), "", streams=(Stream(url, SourceId("m3u"), Zone.LOOPBACK),))
            yield candidate(row, key_of=lambda stream: stream.url.reveal(), account_of=account_of)


async def test_a_real_cdn_that_shuts_loses_no_channel_and_is_left_alone(results, clock):
    clients = HttpClients(user_agent="Tunerr/test", zone_of=pretended_zone)
    async with Cdn(30) as cdn:
        accounts = Accounts(clock=clock)
        prober = Prober(clients=clients, leases=accounts)
        validation = engine(results, clock, prober, slots=accounts, guard=100)
        first = await validation.run(list(cdn.rows("bcastus", 30)))
        assert (first.passed, first.failed, first.untested) == (30, 0, 0)
        for days in range(3):
            for name in ("newsus", "sportsb", "bcastus"):
                report = await validation.run(list(cdn.rows(name, 30)))
                assert (report.failed, report.dropped) == (0, frozenset()), (days, name)
                assert report.passed + report.untested == 30
                assert sum(count for _, count in report.requests) in (0, 5)
            clock.advance(86400)
        assert cdn.served == 30
        assert report.inconclusive == (("127.0.0.1", Finding.UNREACHABLE),)
    await clients.aclose()
