import time

import pytest

from tests.tools.until import until
from tests.unit.gateway.rig import SERVER, WATCHER, FakeOpener, Feed, row, running
from tunerr.errors import TuneError, TuneFailed, UpstreamError
from tunerr.gateway.limits import Limits

REFUSED = UpstreamError("The provider refused.", reason="status", status=403)


def happened(gateway, kind):
    return any(event.kind == kind for event in gateway.attempts()[0].events)


def in_real_time(data, **behaviour):
    return Feed(data, rate=len(data) / 12, **behaviour)


async def test_the_time_for_a_tune_counts_from_the_request(samples):
    """The wait for the tuner included."""
    opener = FakeOpener({"1-0": [Feed(samples["h264"], close=0.6)], "2-0": [Feed(b"")]})
    async with running(opener, tuner_count=1, limits=Limits(tune=1.0, retries=0)) as gateway:
        async with gateway.watch(row(1), client=WATCHER):
            pass
        began = time.monotonic()
        with pytest.raises(TuneError):
            async with gateway.watch(row(2), client=WATCHER):
                pass
        assert time.monotonic() - began < 1.4


async def test_a_retry_waits_as_long_as_the_provider_asks(samples):
    busy = UpstreamError("Busy.", reason="status", status=503, retry_after=0.8)
    opener = FakeOpener({"1-0": [Feed(b"", refuse=busy), Feed(samples["h264"])]})
    async with running(opener, limits=Limits(retry_pause=0.05)) as gateway:
        began = time.monotonic()
        async with gateway.watch(row(), client=WATCHER):
            assert time.monotonic() - began > 0.75


async def test_a_provider_that_asks_for_more_time_than_a_tune_has_is_not_asked_again(samples):
    busy = UpstreamError("Busy.", reason="status", status=503, retry_after=60)
    opener = FakeOpener({"1-0": [Feed(b"", refuse=busy), Feed(samples["h264"])]})
    async with running(opener, limits=Limits(retry_pause=0.05)) as gateway:
        with pytest.raises(TuneError):
            async with gateway.watch(row(), client=WATCHER):
                pass
        assert opener.opened["1-0"] == 1


async def test_other_retries_count_from_the_next_tune_on():
    busy = UpstreamError("Busy.", reason="status", status=503)
    opener = FakeOpener({"1-0": [Feed(b"", refuse=busy)]})
    async with running(opener, limits=Limits(retries=2, retry_pause=0.01)) as gateway:
        for retries, asked in ((2, 3), (0, 4), (1, 6)):
            gateway.set_retries(retries, 0.01)
            with pytest.raises(TuneError):
                async with gateway.watch(row(), client=WATCHER):
                    pass
            assert opener.opened["1-0"] == asked


async def test_the_timeline_tells_why_a_source_was_passed_over(samples):
    opener = FakeOpener({"1-0": [Feed(b"", refuse=REFUSED)], "1-1": [Feed(samples["h264"])]})
    async with running(opener) as gateway, gateway.watch(row(streams=2), client=WATCHER):
        events = gateway.attempts()[0].events
        assert [event.kind for event in events] == ["viewer", "failed", "live"]
        assert "the provider refused" in events[1].text


async def test_a_loss_is_seen_while_a_better_source_is_tried(samples, monkeypatch):
    monkeypatch.setattr("tunerr.gateway.rotation._BETTER", 0.5)
    data = samples["h264"]
    opener = FakeOpener({
        "1-0": [Feed(b"", refuse=REFUSED), Feed(b"", connect=60)],
        "1-1": [in_real_time(data, then="end"), Feed(data)],
    })  # fmt: skip
    opener.feeds["1-1"][0].data = data[: len(data) // 6]
    limits = Limits(better=0.2, replacement=30, access_point=30)
    async with running(opener, limits=limits) as gateway, gateway.watch(row(streams=2, accounts=2), client=WATCHER):
        await until(lambda: opener.opened["1-0"] == 2, deadline=5)
        await until(lambda: happened(gateway, "switch"), deadline=5)
        assert opener.opened == {"1-0": 2, "1-1": 2}
        assert opener.open_now == 1


async def test_what_was_received_never_falls_when_a_source_takes_over(samples, monkeypatch):
    monkeypatch.setattr("tunerr.gateway.rotation._BETTER", 0.5)
    data = samples["h264"]
    opener = FakeOpener({
        "1-0": [Feed(b"", refuse=REFUSED), in_real_time(data)], "1-1": [in_real_time(data, close=0.3)],
    })  # fmt: skip
    received = [0]

    def taken_over():
        received.append(gateway.facts.bytes_received)
        return gateway.attempts()[0].switches and opener.open_now == 1

    limits = Limits(better=0.2)
    async with running(opener, limits=limits) as gateway, gateway.watch(row(streams=2, accounts=2), client=WATCHER):
        await until(taken_over, deadline=5, every=0.01)
    assert received == sorted(received)


async def test_media_servers_that_come_late_are_not_given_a_card(samples):
    data = samples["h264"]
    opener = FakeOpener({"1-0": [Feed(data[: len(data) // 4], rate=4_000_000, then="end"), Feed(b"", refuse=REFUSED)]})
    limits = Limits(slate_after=0.1, slate_server=0.3, slate=30)

    async def refused():
        try:
            async with gateway.watch(row(), client=SERVER):
                return False
        except TuneFailed:
            return True

    async with running(opener, limits=limits) as gateway, gateway.watch(row(), client=WATCHER):
        await until(refused, deadline=8)
        assert gateway.status()[0].state == "slate"
        async with gateway.watch(row(), client=WATCHER):
            assert gateway.facts.viewers == 2


async def test_the_card_ends_in_time_though_the_provider_asks_for_more(samples):
    data = samples["h264"]
    busy = UpstreamError("Busy.", reason="status", status=429, retry_after=60)
    opener = FakeOpener({"1-0": [Feed(data[: len(data) // 4], rate=4_000_000, then="end"), Feed(b"", refuse=busy)]})
    limits = Limits(slate_after=0.1, slate=4, drain=0.1)
    async with running(opener, limits=limits) as gateway, gateway.watch(row(), client=WATCHER):
        await until(lambda: happened(gateway, "slate"), deadline=4)
        await until(lambda: gateway.facts.active_sessions == 0, deadline=4)
