"""An operator asks for another source of a channel that plays."""

import asyncio

import pytest

from tests.tools.packet_walk import walk, without_tail
from tests.tools.until import until
from tests.unit.gateway.rig import FakeOpener, Feed, decoding_errors, row, running, served, whole_units
from tunerr.errors import ActionRefused, UpstreamError
from tunerr.gateway.limits import Limits
from tunerr.gateway.now import Standing

REFUSED = UpstreamError("The provider refused.", reason="status", status=403)


def in_real_time(data, **behaviour):
    return Feed(data, rate=len(data) / 12, **behaviour)


def kinds(gateway):
    return [event.kind for event in gateway.attempts()[0].events]


def standings(gateway):
    (stream,) = gateway.streams()
    return [one.standing for one in stream.supply.candidates]


async def received_over_switch(gateway, answer):
    """What a viewer gets until a second after the switch that is asked for."""
    body = await answer.content.readexactly(188 * 300)
    said = gateway.switch_stream(gateway.streams()[0].attempt.id)
    while gateway.attempts()[0].switches == 0:
        body += await answer.content.readexactly(188)
    return said, body + await answer.content.readexactly(188 * 600)


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
        await until(lambda: opener.open_now == 1, deadline=3)
        assert said.startswith("Trying source 2 of 2 (http://provider.test/")
        assert said.endswith("source 1 of 2 plays on until that has a picture.")
        assert standings(gateway) == [Standing.READY, Standing.PLAYING]
        assert [kind for kind in kinds(gateway) if kind != "viewer"] == ["live", "asked", "switch"]
        assert gateway.facts.switches == (("asked", 1),)
    assert unbroken(body)
    errors, _ = await asyncio.to_thread(decoding_errors, whole_units(body))
    assert errors == ""


async def test_on_one_account_the_old_source_makes_room(samples):
    data = samples["h264"]
    opener = FakeOpener({"1-0": [in_real_time(data)], "1-1": [in_real_time(data)]})
    async with (
        running(opener, account_limit=lambda _: 1) as gateway,
        served(gateway, {"1": row(streams=2)}) as (url, client),
        client.get(f"{url}/1") as answer,
    ):
        said, body = await received_over_switch(gateway, answer)
        assert said.endswith("source 1 of 2 makes room for it.")
        assert standings(gateway) == [Standing.READY, Standing.PLAYING]
        assert opener.opened == {"1-0": 1, "1-1": 1}
    assert unbroken(body)


async def test_a_source_that_shows_nothing_leaves_the_old_one_in_place(samples):
    data = samples["h264"]
    opener = FakeOpener({"1-0": [in_real_time(data)], "1-1": [Feed(b"", refuse=REFUSED)]})
    async with running(opener) as gateway, served(gateway, {"1": row(streams=2, accounts=2)}) as (url, client):
        async with client.get(f"{url}/1") as answer:
            await answer.content.readexactly(188 * 100)
            gateway.switch_stream("r000001")
            await until(lambda: "better" in kinds(gateway), deadline=3)
            await answer.content.readexactly(188 * 100)
            second = gateway.streams()[0].supply.candidates[1]
            assert (second.standing, second.trouble) == (Standing.WAITING, REFUSED.message)
            assert 0 < second.wait <= 0.5
            with pytest.raises(ActionRefused, match="The other sources failed lately"):
                gateway.switch_stream("r000001")
        assert opener.opened == {"1-0": 1, "1-1": 1}


async def test_on_one_account_the_old_source_comes_back_when_the_other_shows_nothing(samples):
    data = samples["h264"]
    opener = FakeOpener({"1-0": [in_real_time(data), in_real_time(data)], "1-1": [Feed(b"", refuse=REFUSED)]})
    async with (
        running(opener, account_limit=lambda _: 1) as gateway,
        served(gateway, {"1": row(streams=2)}) as (url, client),
        client.get(f"{url}/1") as answer,
    ):
        _, body = await received_over_switch(gateway, answer)
        assert standings(gateway)[0] is Standing.PLAYING
        assert opener.opened == {"1-0": 2, "1-1": 1}
    assert unbroken(body)


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
            await until(lambda: opener.opened["2-1"] == 1, deadline=3)
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
            assert (viewer.backlog, viewer.lapped, viewer.lapped_ago, viewer.dropped) == (0, 0, None, False)
            source = stream.supply.source
            assert (source.breaks, stream.supply.continuity_errors) == (0, 0)
            assert source.pace == pytest.approx(1, abs=0.3)
            (candidate,) = stream.supply.candidates
            assert (candidate.source, candidate.host, candidate.reasons) == (
                "m3u", "provider.test", ("catalog order",),
            )  # fmt: skip
            assert "pass" not in candidate.label
