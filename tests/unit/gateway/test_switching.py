"""An operator asks for another source of a channel that plays."""

import asyncio

import pytest

from tests.tools.clock import ManualClock
from tests.tools.packet_walk import walk, without_tail
from tests.tools.until import until
from tests.unit.gateway.rig import WATCHER, FakeOpener, Feed, decoding_errors, row, running, served, whole_units
from tunerr.errors import ActionRefused, UpstreamError
from tunerr.gateway.limits import Limits
from tunerr.gateway.now import Standing
from tunerr.gateway.rotation import Rotation

REFUSED = UpstreamError("The provider refused.", reason="status", status=403)
FULL = {"account_limit": lambda _: 1}


@pytest.fixture
def chosen(monkeypatch):
    """Which source was left for which by the operator's wish, by their places from 0 on."""
    seen, choose = [], Rotation.choose

    def told(rotation, left, taken):
        seen.append((rotation.candidates.index(left), rotation.candidates.index(taken)))
        choose(rotation, left, taken)

    monkeypatch.setattr(Rotation, "choose", told)
    return seen


def in_real_time(data, **behaviour):
    return Feed(data, rate=len(data) / 12, **behaviour)


def kinds(gateway):
    return [event.kind for event in gateway.attempts()[0].events]


def standings(gateway):
    (stream,) = gateway.streams()
    return [one.standing for one in stream.supply.candidates]


def told(gateway):
    """The lines of the timeline without those about viewers."""
    return [(event.kind, event.text) for event in gateway.attempts()[0].events if event.kind != "viewer"]


async def received_over_switch(gateway, answer):
    """What a viewer gets until a second after the switch that is asked for."""
    body = await answer.content.readexactly(188 * 300)
    said = gateway.switch_stream(gateway.streams()[0].attempt.id)
    while gateway.attempts()[0].switches == 0:
        body += await answer.content.readexactly(188)
    return said, body + await answer.content.readexactly(188 * 600)


async def switch_once_it_plays(gateway):
    await until(lambda: gateway.streams()[0].supply.no_other == "")
    gateway.switch_stream(gateway.streams()[0].attempt.id)


def unbroken(body):
    seen = walk(without_tail(body))
    return (seen.continuity, seen.flags, seen.lost_sync, seen.pcr_back, seen.dts_back) == ((), 0, 0, 0, ())


async def test_where_the_accounts_bear_it_the_old_source_stays_until_the_other_has_a_picture(samples):
    data = samples["h264"]
    opener = FakeOpener({"1-0": [in_real_time(data)], "1-1": [in_real_time(data, connect=0.4)]})
    async with (
        running(opener) as gateway,
        served(gateway, {"1": row(streams=2, accounts=2)}) as (url, client),
        client.get(f"{url}/1") as answer,
    ):
        said, body = await received_over_switch(gateway, answer)
        await until(lambda: opener.open_now == 1)
        assert said.startswith("Trying source 2 of 2 (http://provider.test/")
        assert said.endswith("source 1 of 2 plays on until that has a picture.")
        assert standings(gateway) == [Standing.READY, Standing.PLAYING]
        assert [kind for kind in kinds(gateway) if kind != "viewer"] == ["live", "asked", "switch"]
        assert gateway.facts.switches == (("asked", 1),)
    assert unbroken(body)
    errors, _ = await asyncio.to_thread(decoding_errors, whole_units(body))
    assert errors == ""


async def test_on_one_account_the_old_source_makes_room(samples, chosen):
    data = samples["h264"]
    opener = FakeOpener({"1-0": [in_real_time(data)], "1-1": [in_real_time(data)]})
    async with (
        running(opener, **FULL) as gateway,
        served(gateway, {"1": row(streams=2)}) as (url, client),
        client.get(f"{url}/1") as answer,
    ):
        said, body = await received_over_switch(gateway, answer)
        assert said.endswith("source 1 of 2 makes room for it.")
        assert gateway.facts.switches == (("asked", 1),)
        await until(lambda: chosen == [(0, 1)])
        assert standings(gateway) == [Standing.READY, Standing.PLAYING]
        assert opener.opened == {"1-0": 1, "1-1": 1}
    assert unbroken(body)


async def test_a_source_that_shows_nothing_leaves_the_old_one_in_place(samples, chosen):
    data = samples["h264"]
    busy = UpstreamError("The provider is busy.", reason="status", status=429, retry_after=60)
    opener = FakeOpener({"1-0": [in_real_time(data)], "1-1": [Feed(b"", refuse=busy)]})
    async with running(opener) as gateway, served(gateway, {"1": row(streams=2, accounts=2)}) as (url, client):
        async with client.get(f"{url}/1") as answer:
            await answer.content.readexactly(188 * 100)
            gateway.switch_stream("r000001")
            await until(lambda: kinds(gateway).count("asked") == 2)
            assert told(gateway)[-1][1].endswith("was tried and shows no picture: the provider is busy")
            await answer.content.readexactly(188 * 100)
            supply = gateway.streams()[0].supply
            second = supply.candidates[1]
            assert (second.standing, second.trouble) == (Standing.WAITING, busy.message)
            assert 0 < second.wait <= 60
            with pytest.raises(ActionRefused, match="The other sources failed lately"):
                gateway.switch_stream("r000001")
            assert supply.no_other.startswith("The other sources failed lately; the first of them may be tried in ")
        assert opener.opened == {"1-0": 1, "1-1": 1}
        assert chosen == [], "nothing was left, so nothing is unwanted"
        assert gateway.facts.switches == ()


async def test_on_one_account_the_old_source_comes_back_when_the_other_shows_nothing(samples, chosen):
    data = samples["h264"]
    opener = FakeOpener({"1-0": [in_real_time(data), in_real_time(data)], "1-1": [Feed(b"", refuse=REFUSED)]})
    async with (
        running(opener, **FULL) as gateway,
        served(gateway, {"1": row(streams=2)}) as (url, client),
        client.get(f"{url}/1") as answer,
    ):
        _, body = await received_over_switch(gateway, answer)
        assert standings(gateway)[0] is Standing.PLAYING
        assert opener.opened == {"1-0": 2, "1-1": 1}
        assert chosen == [], "the old one plays on, so it is not unwanted"
        assert gateway.facts.switches == (("status", 1),)
        kind, text = told(gateway)[-1]
        assert (kind, text.split(" (")[0]) == ("switch", "source 2 of 2 shows no picture → source 1 of 2")
    assert unbroken(body)


async def test_the_old_source_comes_back_though_a_third_one_ranks_higher(samples, chosen):
    data = samples["h264"]
    opener = FakeOpener({
        "1-0": [in_real_time(data)], "1-1": [in_real_time(data)], "1-2": [Feed(b"", refuse=REFUSED)],
    })  # fmt: skip
    async with running(opener, **FULL) as gateway, gateway.watch(row(streams=3), client=WATCHER):
        for switches in (1, 2):
            await switch_once_it_plays(gateway)
            await until(lambda: gateway.attempts()[0].switches == switches)  # noqa: B023 - it is awaited here
        assert opener.opened == {"1-0": 1, "1-1": 2, "1-2": 1}
        assert gateway.facts.switches == (("asked", 1), ("status", 1))
        assert chosen == [(0, 1)]


async def test_what_was_asked_for_is_tried_though_the_source_is_lost_just_then(samples, chosen):
    data = samples["h264"]
    opener = FakeOpener({f"1-{place}": [in_real_time(data)] for place in range(3)})
    async with running(opener) as gateway, gateway.watch(row(streams=3, accounts=3), client=WATCHER):
        await switch_once_it_plays(gateway)
        await until(lambda: chosen == [(0, 1)])
        (pull,) = next(iter(gateway._sessions)).pulls
        pull.when_over(lambda: gateway.switch_stream("r000001"))
        pull.release()
        await until(lambda: standings(gateway)[2] is Standing.PLAYING)
        assert opener.opened == {"1-0": 1, "1-1": 1, "1-2": 1}
        assert [kind for kind, _ in told(gateway)] == ["live", "asked", "switch", "asked", "lost", "switch"]
        assert gateway.facts.switches == (("asked", 1), ("stopped", 1))
        await until(lambda: chosen == [(0, 1), (1, 2)])


async def test_a_switch_that_is_asked_for_begins_its_own_outage(samples):
    """Not the one before, which has nearly lasted too long."""
    data, clock = samples["h264"], ManualClock()
    opener = FakeOpener({
        "1-0": [Feed(data[: len(data) // 4], rate=4_000_000, then="end"), in_real_time(data)],
        "1-1": [Feed(b"", refuse=REFUSED), in_real_time(data)],
    })  # fmt: skip
    limits = Limits(slate_after=60, slate=600)
    async with (
        running(opener, clock=clock, limits=limits, **FULL) as gateway,
        gateway.watch(row(streams=2), client=WATCHER),
    ):
        await until(lambda: "failed" in kinds(gateway))
        clock.advance(599.9)
        await until(lambda: gateway.attempts()[0].switches == 1)
        clock.advance(0.2)
        await switch_once_it_plays(gateway)
        await until(lambda: gateway.attempts()[0].switches == 2)
        assert standings(gateway) == [Standing.READY, Standing.PLAYING]


async def test_what_can_not_be_switched_is_refused_with_the_reason(samples):
    data = samples["h264"]
    opener = FakeOpener({"1-0": [Feed(data)], "2-0": [Feed(data)], "2-1": [Feed(b"", connect=60)]})
    async with running(opener) as gateway, served(gateway, {"1": row(1), "2": row(2, streams=2, accounts=2)}) as on:
        url, client = on
        with pytest.raises(ActionRefused, match="no such stream"):
            gateway.switch_stream("r000009")
        async with client.get(f"{url}/1"), client.get(f"{url}/2"):
            with pytest.raises(ActionRefused, match="one source only"):
                gateway.switch_stream("r000001")
            gateway.switch_stream("r000002")
            with pytest.raises(ActionRefused, match="being tried already"):
                gateway.switch_stream("r000002")
            await until(lambda: opener.opened["2-1"] == 1)
            assert gateway.streams()[1].supply.candidates[1].standing is Standing.OPENING
            with pytest.raises(ActionRefused, match="being tried already"):
                gateway.switch_stream("r000002")


async def test_what_the_operator_left_is_not_gone_back_to_as_a_better_one(samples, monkeypatch):
    monkeypatch.setattr("tunerr.gateway.rotation._BETTER", 0.0)
    data = samples["h264"]
    opener = FakeOpener({"1-0": [in_real_time(data)], "1-1": [in_real_time(data)]})
    async with (
        running(opener, limits=Limits(better=0.1)) as gateway,
        served(gateway, {"1": row(streams=2, accounts=2)}) as (url, client),
        client.get(f"{url}/1") as answer,
    ):
        await received_over_switch(gateway, answer)
        await asyncio.sleep(0.5)  # several looks for a better one
        assert standings(gateway) == [Standing.READY, Standing.PLAYING]
        assert opener.opened == {"1-0": 1, "1-1": 1}


async def test_a_viewer_and_its_source_as_they_are_now(samples):
    data = samples["h264"]
    opener = FakeOpener({"1-0": [in_real_time(data)]})
    async with running(opener) as gateway, served(gateway, {"1": row(streams=1)}) as (url, client):
        assert gateway.streams() == ()
        async with client.get(f"{url}/1") as answer:
            await answer.content.readexactly(188 * 600)
            (stream,) = gateway.streams()
            (viewer,) = stream.viewers
            assert (stream.attempt.id, viewer.request, viewer.client.program) == ("r000001", "r000001", "test")
            assert viewer.sent >= 188 * 600
            assert (viewer.lapped, viewer.lapped_ago, viewer.dropped) == (0, None, False)
            source = stream.supply.source
            assert (source.breaks, stream.supply.continuity_errors) == (0, 0)
            assert source.pace > 0
            (candidate,) = stream.supply.candidates
            assert (candidate.source, candidate.host, candidate.reasons) == (
                "m3u", "provider.test", ("catalog order",),
            )  # fmt: skip
            assert "pass" not in candidate.label
