import time

import pytest

from tests.tools.until import until
from tests.unit.gateway.rig import WATCHER, FakeOpener, Feed, row, running
from tunerr.errors import AllTunersInUse, TuneError, UpstreamError
from tunerr.gateway.accounts import account_of
from tunerr.gateway.limits import Limits
from tunerr.gateway.splicer import Splicer


def account(gateway, channel):
    """What the gateway knows of the account of the channel's first stream."""
    return gateway.accounts._account(account_of(channel.channel.streams[0])).limit


def just_closed(gateway, channel, seconds):
    """As if a stream of the account had ended now, whose slot is free after so many seconds."""
    account(gateway, channel).release_seconds = seconds
    account(gateway, channel).closed()


async def test_the_wait_for_a_slot_ends_with_the_time_for_the_tune(samples):
    opener = FakeOpener({"1-0": [Feed(samples["h264"])]})
    async with running(opener, limits=Limits(tune=0.5)) as gateway:
        just_closed(gateway, row(), 3.0)
        began = time.monotonic()
        with pytest.raises(AllTunersInUse):
            async with gateway.watch(row(), client=WATCHER):
                pass
        assert time.monotonic() - began < 1.5
        assert opener.opened["1-0"] == 0


async def test_the_wait_for_a_slot_is_not_held_against_the_source(samples):
    opener = FakeOpener({"1-0": [Feed(samples["h264"], connect=0.15)], "1-1": [Feed(samples["h264"])]})
    async with running(opener, limits=Limits(candidate=0.4)) as gateway:
        just_closed(gateway, row(), 0.6)
        async with gateway.watch(row(streams=2, accounts=2), client=WATCHER):
            assert opener.opened == {"1-0": 1}


async def test_an_upstream_that_failed_is_closed_in_its_own_time_and_keeps_its_reason():
    outcomes = []
    refused = UpstreamError("The provider refused.", reason="status", status=403)
    opener = FakeOpener({"1-0": [Feed(b"x" * 100, then="fail", close=0.5)], "1-1": [Feed(b"", refuse=refused)]})
    limits = Limits(tune=2, candidate=0.2, retries=0)
    async with running(opener, limits=limits, on_outcome=outcomes.append) as gateway:
        began = time.monotonic()
        with pytest.raises(TuneError):
            async with gateway.watch(row(streams=2), client=WATCHER):
                pass
        assert [outcome.reason for outcome in outcomes] == ["reset", "status"]
        assert time.monotonic() - began > 0.45


async def test_the_slot_of_an_upstream_that_is_closing_is_waited_for(samples):
    """Longer than that of one which plays on."""
    opener = FakeOpener({"1-0": [Feed(samples["h264"], close=1.6)], "2-0": [Feed(samples["h264"])]})
    async with running(opener) as gateway:
        account(gateway, row())._learn(1, "test")
        async with gateway.watch(row(1), client=WATCHER):
            pass
        async with gateway.watch(row(2), client=WATCHER):
            assert opener.open_now == 1


async def test_a_source_whose_packets_break_our_own_code_is_left(samples, monkeypatch):
    """Small pieces are worked on by a timer, whose errors nobody would hear of."""
    real = Splicer.feed
    calls = []

    def feed(splicer, inspection):
        calls.append(1)
        if len(calls) > 10 and not opener.opened["1-1"]:
            raise ValueError("bug")
        return real(splicer, inspection)

    monkeypatch.setattr(Splicer, "feed", feed)
    data = samples["h264"]
    slow = Feed(data, rate=len(data) / 12, piece=1880)
    opener = FakeOpener({"1-0": [slow], "1-1": [slow]})
    async with running(opener) as gateway, gateway.watch(row(streams=2), client=WATCHER):
        await until(lambda: gateway.attempts()[0].switches == 1, deadline=4)
        assert opener.opened == {"1-0": 1, "1-1": 1}
