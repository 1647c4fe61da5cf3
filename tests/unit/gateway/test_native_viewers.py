"""What the native protocol needs of the gateway: reserved tuners, silent viewers, facts of the stream."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.tools.until import until
from tests.unit.gateway.rig import WATCHER, FakeOpener, Feed, receive, row, running, served
from tunerr.errors import AllTunersInUse, TunerInUse, UnknownChannel, UpstreamError
from tunerr.gateway.limits import Limits
from tunerr.model.carried import Carried
from tunerr.model.status import Client, TunerStatus

NATIVE = Client("192.0.2.9", "HDHomeRun")
ANNA, BERT = "192.0.2.9", "192.0.2.10"
BRIEF = Limits(slot=0.2)
HD = Carried("h264", "aac", 320, 180)


def opener_of(samples, *numbers, **behaviour):
    return FakeOpener({f"{number}-0": [Feed(samples["h264"], **behaviour)] for number in numbers})


def silent(gateway, number, tuner=None, user=ANNA):
    return gateway.watch(row(number), client=NATIVE, tuner=tuner, user=user, silent=True)


async def test_a_silent_viewer_keeps_the_channel_playing_and_takes_nothing(samples):
    opener = opener_of(samples, 1, rate=2_000_000)
    async with running(opener) as gateway:
        async with silent(gateway, 1, tuner=1) as viewer:
            (status,) = [status for status in gateway.status() if status.number is not None]
            assert (status.index, status.clients, viewer.tuner) == (1, (NATIVE,), 1)
            await until(lambda: gateway.facts.bytes_received > 500_000, deadline=10)
            assert (viewer.sent, viewer.lapped, viewer.unread) == (0, 0, None)
            assert not viewer.over
            assert gateway.facts.bytes_sent == 0
        await until(lambda: gateway.facts.active_sessions == 0, deadline=2)
    assert viewer.over


async def test_a_viewer_beside_a_silent_one_gets_the_stream_and_leaves_it_behind(samples):
    async with (
        running(opener_of(samples, 1)) as gateway,
        served(gateway, {"1": row()}) as (url, client),
        silent(gateway, 1) as viewer,
    ):
        assert len(await receive(client, f"{url}/1", 188 * 500)) == 188 * 500
        await until(lambda: gateway.facts.viewers == 1, deadline=2)
        assert not viewer.over


@pytest.mark.parametrize("how", ["stop", "end", "close"])
async def test_a_silent_viewer_hears_of_the_end(samples, how):
    opener = opener_of(samples, 1, rate=20_000_000, then="end" if how == "end" else "wait")
    opener.feeds["1-0"].append(Feed(b"", refuse=UpstreamError("Refused.", reason="status", status=403)))
    async with running(opener, limits=Limits(slate=0.1)) as gateway, silent(gateway, 1) as viewer:
        ended = asyncio.get_running_loop().create_task(viewer.ended())
        await asyncio.sleep(0)
        if how == "stop":
            gateway.stop_streams(channel=row().channel.id)
        closing = asyncio.get_running_loop().create_task(gateway.aclose()) if how == "close" else None
        await asyncio.wait_for(ended, 5)
        assert viewer.over
        await viewer.ended()
        if closing is not None:
            await closing


async def test_a_reserved_tuner_is_passed_over_and_refused_by_name(samples):
    async with running(opener_of(samples, 1, 2, 3), limits=BRIEF) as gateway:
        gateway.reserve(0, ANNA)
        assert gateway.status() == (TunerStatus(0, reserved_by=ANNA), TunerStatus(1))
        with pytest.raises(TunerInUse) as refused:
            async with gateway.watch(row(1), client=WATCHER, tuner=0):
                pass
        assert refused.value.header == "804 Tuner In Use"
        async with gateway.watch(row(1), client=WATCHER) as viewer:
            assert viewer.tuner == 1
            with pytest.raises(AllTunersInUse):
                async with gateway.watch(row(2), client=WATCHER):
                    pass
            async with silent(gateway, 3, tuner=0) as mine:
                assert mine.tuner == 0
                assert gateway.status()[0].reserved_by == ANNA
        gateway.release(0)
        async with gateway.watch(row(2), client=WATCHER, tuner=0) as viewer:
            assert viewer.tuner == 0


async def test_who_may_reserve(samples):
    async with running(opener_of(samples, 1, 2), limits=BRIEF) as gateway, AsyncExitStack() as watching:
        viewer = await watching.enter_async_context(gateway.watch(row(1), client=WATCHER))
        with pytest.raises(TunerInUse, match=r"Tuner 0 plays 1 for 192\.0\.2\.7\."):
            gateway.reserve(0, ANNA)
        await watching.enter_async_context(silent(gateway, 2, tuner=1))
        gateway.reserve(1, ANNA)
        gateway.reserve(1, ANNA)
        with pytest.raises(TunerInUse):
            gateway.reserve(1, BERT)
        with pytest.raises(UnknownChannel):
            gateway.reserve(2, ANNA)
        gateway.release(1)
        gateway.release(1)
        gateway.reserve(1, BERT)
        assert gateway.status()[1].clients == (NATIVE,), "what plays for another user plays on"
        assert not viewer.over


async def test_a_tuner_that_closes_may_be_reserved_and_is_had_when_it_is_free(samples):
    opener = opener_of(samples, 1, 2)
    opener.feeds["1-0"][0].close = 0.3
    async with running(opener, tuner_count=1) as gateway:
        async with gateway.watch(row(1), client=WATCHER):
            pass
        gateway.reserve(0, ANNA)
        async with silent(gateway, 2, tuner=0) as viewer:
            assert (viewer.tuner, opener.open_now) == (0, 1)


async def test_a_channel_that_plays_is_shared_whatever_tuner_is_asked_for(samples):
    async with running(opener_of(samples, 1), limits=BRIEF) as gateway, gateway.watch(row(1), client=WATCHER):
        gateway.reserve(1, ANNA)
        async with silent(gateway, 1, tuner=1) as viewer:
            assert viewer.tuner == 0
        with pytest.raises(TunerInUse):
            gateway.reserve(0, ANNA)


async def test_all_who_wait_for_a_channel_get_it_on_the_tuner_that_one_of_them_has_reserved(samples):
    async with running(opener_of(samples, 1, 2), limits=Limits(slot=5)) as gateway:
        gateway.reserve(1, ANNA)
        async with gateway.watch(row(1), client=WATCHER), AsyncExitStack() as watching:
            waiting = asyncio.get_running_loop().create_task(
                watching.enter_async_context(gateway.watch(row(2), client=WATCHER))
            )
            await asyncio.sleep(0.05)
            assert not waiting.done()
            mine = await asyncio.wait_for(watching.enter_async_context(silent(gateway, 2, tuner=1)), 2)
            assert (mine.tuner, (await waiting).tuner) == (1, 1)


async def test_who_left_while_all_waited_leaves_no_reserved_tuner_to_the_others(samples):
    async with running(opener_of(samples, 1, 2), limits=Limits(slot=0.6), tuner_count=1) as gateway:
        async with AsyncExitStack() as watching:
            await watching.enter_async_context(silent(gateway, 1, tuner=0))
            gateway.reserve(0, ANNA)
            mine = asyncio.get_running_loop().create_task(silent(gateway, 2, tuner=0).__aenter__())
            other = asyncio.get_running_loop().create_task(gateway.watch(row(2), client=WATCHER).__aenter__())
            await until(lambda: len(gateway.attempts()[0].viewers) == 2, deadline=2)
            mine.cancel()
            await asyncio.wait({mine})
        with pytest.raises(AllTunersInUse):
            await other


async def test_status_tells_of_the_stream_that_is_published(samples):
    seen = []
    opener = opener_of(samples, 1, rate=400_000, connect=0.2)
    async with running(opener, on_carried=lambda *what: seen.append(what)) as gateway:
        task = asyncio.get_running_loop().create_task(silent(gateway, 1).__aenter__())
        await until(lambda: gateway.status()[0].number, deadline=2)
        opening = gateway.status()[0]
        assert (opening.program, opening.transport_stream, opening.symbol_quality) == (0, 0, 0)
        assert not opening.has_signal
        await task
        await until(lambda: gateway.status()[0].program, deadline=2)
        status = gateway.status()[0]
        assert (status.program, status.transport_stream, status.symbol_quality) == (1, 1, 100)
        assert status.has_signal
        await until(lambda: seen, deadline=2)
        assert seen == [(row().channel.id, HD)]


async def test_what_is_missing_in_the_source_lowers_the_quality(samples):
    data = samples["h264"]
    damaged = data[: 188 * 400] + data[188 * 401 :]
    opener = FakeOpener({"1-0": [Feed(damaged, rate=len(damaged) / 12)]})
    async with running(opener) as gateway, silent(gateway, 1):
        await until(lambda: 0 < gateway.status()[0].symbol_quality < 100, deadline=5)


async def test_without_a_source_there_is_no_signal(samples):
    data = samples["h264"]
    opener = FakeOpener({"1-0": [Feed(data, rate=20_000_000, then="end"), Feed(data, connect=60)]})
    async with running(opener) as gateway, silent(gateway, 1):
        await until(lambda: not gateway.status()[0].has_signal, deadline=5)
        await until(lambda: gateway.status()[0].symbol_quality < 60, deadline=5)


async def test_what_a_channel_carries_is_told_once_until_it_changes(samples):
    seen = []
    refused = UpstreamError("Refused.", reason="status", status=403)
    h264, mpeg2 = (Feed(samples[name], rate=20_000_000, then="end") for name in ("h264", "mpeg2"))
    opener = FakeOpener({"1-0": [h264, h264, mpeg2, Feed(b"", refuse=refused)]})
    limits = Limits(slate=2)
    async with (
        running(opener, limits=limits, on_carried=lambda *what: seen.append(what)) as gateway,
        silent(gateway, 1) as viewer,
    ):
        await asyncio.wait_for(viewer.ended(), 20)
    assert [carried for _, carried in seen] == [HD, Carried("mpeg2", "ac3", 320, 180)]
