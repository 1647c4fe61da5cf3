import asyncio
import random
import time

import pytest
import uvloop

from tests.tools.until import until
from tests.unit.gateway.rig import (
    WATCHER,
    FakeOpener,
    Feed,
    continuity_errors,
    decoding_errors,
    flags_of,
    joins_cleanly,
    packets,
    pid_of,
    receive,
    row,
    running,
    served,
    slow_socket,
    whole_units,
)
from tunerr.errors import (
    ActionRefused,
    AllTunersInUse,
    SystemBusy,
    TuneFailed,
    TunerInUse,
    UnknownChannel,
    UpstreamError,
)
from tunerr.gateway import session as session_module
from tunerr.gateway.limits import Limits

REFUSED = UpstreamError("The provider refused.", reason="status", status=403)


def idle(gateway):
    return gateway.facts.active_sessions == 0 and not gateway._sessions


@pytest.mark.parametrize("name", ["h264", "mpeg2", "radio"])
async def test_a_viewer_gets_pat_pmt_access_point_and_a_faultless_stream(samples, name):
    """S01, S02."""
    opener = FakeOpener({"1-0": [Feed(samples[name], rate=2_000_000, then="end"), Feed(b"", refuse=REFUSED)]})
    limits = Limits(slate=0.2)
    async with running(opener, limits=limits) as gateway, served(gateway, {"1": row()}) as (url, client):
        async with client.get(f"{url}/1") as answer:
            body = await answer.content.read()
        assert joins_cleanly(body) or name == "radio"
        assert len(body) > 0.95 * len(samples[name])
        assert continuity_errors(body) == []
        errors, frames = await asyncio.to_thread(decoding_errors, body)
        assert errors == ""
        assert frames
        await until(lambda: idle(gateway), deadline=1)
        assert opener.open_now == 0


async def test_viewers_share_one_upstream_and_a_late_one_joins_at_an_access_point(samples):
    """S05, S07: three overlapping requests, the first one closing ends nothing."""
    opener = FakeOpener({"1-0": [Feed(samples["h264"], rate=300_000)]})
    async with running(opener, tuner_count=1) as gateway, served(gateway, {"1": row()}) as (url, client):
        first = await client.get(f"{url}/1")
        await first.content.readexactly(188 * 300)
        second = await client.get(f"{url}/1")
        await second.content.readexactly(188)
        assert gateway.status()[0].clients == (WATCHER, WATCHER)
        first.close()
        began = time.monotonic()
        body = await receive(client, f"{url}/1", 188 * 200)
        assert time.monotonic() - began < 1
        second.close()
        assert joins_cleanly(body)
        assert continuity_errors(body) == []
        assert opener.opened["1-0"] == 1
        await until(lambda: idle(gateway), deadline=1)


async def test_no_tuner_left(samples):
    """S04, S14."""
    opener = FakeOpener({"1-0": [Feed(samples["h264"])], "2-0": [Feed(samples["h264"])]})
    async with (
        running(opener, tuner_count=1, limits=Limits(slot=0.3)) as gateway,
        served(gateway, {"1": row(1), "2": row(2)}) as (url, client),
    ):
        first = await client.get(f"{url}/1")
        async with client.get(f"{url}/2") as refused:
            assert refused.status == 503
            assert refused.headers["X-HDHomeRun-Error"] == "805 All Tuners In Use"
        assert opener.opened["2-0"] == 0
        with pytest.raises(TunerInUse):
            async with gateway.watch(row(2), client=WATCHER, tuner=0):
                pass
        with pytest.raises(UnknownChannel):
            async with gateway.watch(row(1), client=WATCHER, tuner=9):
                pass
        first.close()
        assert dict(gateway.facts.tunes_failed) == {801: 1, 804: 1, 805: 1}


async def test_zapping_waits_for_the_tuner_that_closes_and_its_upstream(samples):
    """S06; the old upstream is closed before the tuner is free."""
    opener = FakeOpener({"1-0": [Feed(samples["h264"], close=0.3)], "2-0": [Feed(samples["h264"])]})
    async with running(opener, tuner_count=1) as gateway:
        async with gateway.watch(row(1), client=WATCHER):
            pass
        began = time.monotonic()
        async with gateway.watch(row(2), client=WATCHER) as viewer:
            assert opener.open_now == 1
            assert viewer.tuner == 0
            assert 0.25 < time.monotonic() - began < 1.5


async def test_a_cold_herd_opens_one_upstream(samples):
    opener = FakeOpener({"1-0": [Feed(samples["h264"], rate=600_000, connect=0.1)]})
    async with running(opener) as gateway, served(gateway, {"1": row()}) as (url, client):
        bodies = await asyncio.gather(*(receive(client, f"{url}/1", 188 * 1000) for _ in range(30)))
        assert len(set(bodies)) == 1
        assert continuity_errors(bodies[0]) == []
        assert opener.opened["1-0"] == 1
        await until(lambda: idle(gateway), deadline=1)


async def test_the_next_candidate_is_tried_and_every_outcome_told(samples):
    outcomes = []
    opener = FakeOpener({"1-0": [Feed(b"", refuse=REFUSED)], "1-1": [Feed(b"")], "1-2": [Feed(samples["h264"])]})
    async with (
        running(opener, limits=Limits(candidate=0.2), on_outcome=outcomes.append) as gateway,
        gateway.watch(row(streams=3), client=WATCHER),
    ):
        assert opener.opened["1-2"] == 1
        assert "pass" not in gateway.status()[0].source
        assert gateway.status()[0].state == "live"
    assert [(outcome.reason, outcome.status, outcome.picture_after is not None) for outcome in outcomes] == [
        ("status", 403, False), ("empty", None, False), ("stopped", None, True),
    ]  # fmt: skip
    assert outcomes[2].bytes > 0


@pytest.mark.parametrize(("feed", "code"), [
    (Feed(b"", refuse=REFUSED), 806),
    (Feed(b"", connect=60), 807),
    (Feed(b""), 807),
    (Feed(b"<html>no</html>" * 10_000, rate=10_000_000), 807),
    (Feed(b"", then="end"), 807),
    (Feed(b"", refuse=UpstreamError("Protected.", reason="drm")), 811),
])  # fmt: skip
async def test_what_a_viewer_is_told_when_there_is_no_picture(feed, code):
    """S09, S10: within the limit for the tune."""
    opener = FakeOpener({"1-0": [feed]})
    async with (
        running(opener, limits=Limits(tune=0.5)) as gateway,
        served(gateway, {"1": row()}) as (url, client),
        client.get(f"{url}/1") as answer,
    ):
        assert answer.status == (503)
        assert answer.headers["X-HDHomeRun-Error"].startswith(str(code))
        await until(lambda: idle(gateway), deadline=1)


async def test_a_stream_without_access_points_plays_before_the_tune_is_given_up(samples):
    """Its only access point is cut off, and its GOP is longer than the tune may last."""
    whole = packets(samples["long"])
    begins = [at for at, packet in enumerate(whole) if pid_of(packet) == 0x100 and packet[1] & 0x40]
    data = b"".join([*whole[: begins[0]], *whole[begins[1] :]])
    opener = FakeOpener({"1-0": [Feed(data, rate=len(data) / 12)]})
    async with running(opener, limits=Limits(tune=2)) as gateway:
        began = time.monotonic()
        async with gateway.watch(row(), client=WATCHER):
            assert 0.9 < time.monotonic() - began < 2.2


async def test_leaving_while_it_connects_cancels_at_once():
    opener = FakeOpener({"1-0": [Feed(b"", connect=60)]})
    async with running(opener) as gateway:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1), gateway.watch(row(), client=WATCHER):
                pass
        await until(lambda: idle(gateway), deadline=0.5)
        assert opener.open_now == 0
        assert gateway.attempts()[0].status == "ok"


async def test_one_waiting_viewer_that_leaves_does_not_end_the_others(samples):
    opener = FakeOpener({"1-0": [Feed(samples["h264"], connect=0.3)]})
    async with running(opener) as gateway:
        async with asyncio.TaskGroup() as group:

            async def leaves():
                try:
                    async with asyncio.timeout(0.1), gateway.watch(row(), client=WATCHER):
                        pass
                except TimeoutError:
                    pass

            async def stays():
                async with gateway.watch(row(), client=WATCHER):
                    assert gateway.facts.viewers == 1

            group.create_task(leaves())
            group.create_task(stays())
        assert opener.opened["1-0"] == 1


@pytest.mark.parametrize("then", ["end", "fail"])
async def test_a_lost_upstream_is_replaced_and_the_stream_goes_on_without_a_flaw(samples, then):
    cut = len(samples["h264"]) // 2 + 77  # within a packet of a picture
    first = Feed(samples["h264"][:cut], rate=1_500_000, then=then)
    opener = FakeOpener({"1-0": [first], "1-1": [Feed(samples["h264"], rate=1_500_000)]})
    async with running(opener) as gateway, served(gateway, {"1": row(streams=2)}) as (url, client):
        body = await receive(client, f"{url}/1", cut // 188 * 188 + 188 * 2000)
        assert opener.opened == {"1-0": 1, "1-1": 1}
        assert gateway.facts.switches == (("ended" if then == "end" else "reset", 1),)
        assert continuity_errors(body) == []
        assert not any(flags_of(packet) & 0x80 for packet in packets(body))
        errors, _ = await asyncio.to_thread(decoding_errors, whole_units(body))
        assert errors == ""
        attempt = gateway.attempts()[0]
        assert attempt.switches == 1
        assert [event.kind for event in attempt.events[:4]] == ["viewer", "live", "lost", "switch"]
        assert " → source 2 of 2 " in attempt.events[3].text


async def test_a_lost_single_upstream_is_opened_again(samples):
    opener = FakeOpener(
        {"1-0": [Feed(samples["h264"][: 188 * 2000], rate=2_000_000, then="end"), Feed(samples["h264"])]}
    )
    async with running(opener) as gateway, served(gateway, {"1": row()}) as (url, client):
        body = await receive(client, f"{url}/1", 188 * 2500)
        assert opener.opened["1-0"] == 2
        assert continuity_errors(body) == []


async def test_a_session_that_is_over_keeps_no_media_and_a_flapping_source_no_endless_record(samples, monkeypatch):
    monkeypatch.setattr(session_module, "_MOST_OUTCOMES", 2)
    pieces = [Feed(samples["h264"][: 188 * 2000], rate=4_000_000, then="end") for _ in range(3)]
    opener = FakeOpener({"1-0": [*pieces, Feed(samples["h264"], rate=4_000_000)]})
    async with running(opener) as gateway, served(gateway, {"1": row()}) as (url, client):
        async with client.get(f"{url}/1") as answer:
            await until(lambda: opener.opened["1-0"] == 4, deadline=20)
            session = next(iter(gateway._sessions))
            attempt = session.attempt()
            assert answer.status == 200
        assert len(attempt.outcomes) == 2
        assert attempt.bytes >= 3 * 188 * 2000
        assert session.hub.ring.bytes > 0
        await until(lambda: idle(gateway), deadline=1)
        assert session.hub.ring.bytes == 0


@pytest.mark.parametrize("later", [Feed(b"", refuse=REFUSED), None])
async def test_a_channel_that_is_lost_for_good_ends_its_viewers_with_all_that_came(samples, later):
    feed = Feed(samples["h264"][: 188 * 1500], rate=20_000_000, then="end")
    opener = FakeOpener({"1-0": [feed, later or feed]})
    limits = Limits(slate=1.2, drain=5)
    async with running(opener, limits=limits) as gateway, served(gateway, {"1": row()}) as (url, client):
        began = time.monotonic()
        async with client.get(f"{url}/1") as answer:
            body = await answer.content.read()
        assert time.monotonic() - began < 6
        assert len(body) >= 188 * 1400
        assert continuity_errors(body) == []
        assert 2 <= opener.opened["1-0"] <= 5
        await until(lambda: idle(gateway), deadline=1)
        assert gateway.attempts()[0].status == "stream_ended_after_progress"


async def test_media_that_stops_in_mid_stream_is_a_loss(samples):
    data = samples["h264"]
    first = Feed(data[: len(data) // 4 // 188 * 188], rate=len(data) / 12)
    opener = FakeOpener({"1-0": [first, Feed(data)]})
    async with running(opener) as gateway, served(gateway, {"1": row()}) as (url, client):
        body = await receive(client, f"{url}/1", len(first.data) + 188 * 500)
        assert opener.opened["1-0"] == 2
        assert continuity_errors(body) == []
        assert [outcome.reason for outcome in gateway.attempts()[0].outcomes] == ["stalled"]


async def test_a_card_is_shown_while_no_source_can_be_had(samples):
    data = samples["h264"]
    first = Feed(data[: len(data) // 3], rate=len(data) / 8, then="end")
    opener = FakeOpener({"1-0": [first, Feed(b"", refuse=REFUSED), Feed(b"", refuse=REFUSED), Feed(data)]})
    limits = Limits(slate_after=0.1)
    async with (
        running(opener, limits=limits, ffmpeg=lambda: "ffmpeg") as gateway,
        served(gateway, {"1": row()}) as (url, client),
        client.get(f"{url}/1") as answer,
    ):
        body = b""
        while not any(event.kind == "switch" for event in gateway.attempts()[0].events):
            body += await answer.content.readexactly(188 * 10)
        body += await answer.content.readexactly(188 * 1000)
        assert continuity_errors(body) == []
        kinds = [event.kind for event in gateway.attempts()[0].events]
        assert kinds[:3] == ["viewer", "live", "lost"]
        assert "slate" in kinds
        errors, _ = await asyncio.to_thread(decoding_errors, whole_units(body))
        assert errors == ""


async def test_media_servers_see_a_card_for_a_shorter_time(samples):
    data = samples["h264"]
    first = Feed(data[: len(data) // 4], rate=4_000_000, then="end")
    opener = FakeOpener({"1-0": [first, Feed(b"", refuse=REFUSED)]})
    limits = Limits(slate_after=0.1, slate_server=0.5, slate=30)
    async with (
        running(opener, limits=limits) as gateway,
        served(gateway, {"1": row()}) as (url, client),
        client.get(f"{url}/1") as person,
        client.get(f"{url}/1?server") as server,
    ):
        async with asyncio.timeout(15):
            body = await server.content.read()
        assert continuity_errors(body) == []
        assert await person.content.read(1)
        assert gateway.facts.viewers == 1
        assert gateway.status()[0].state == "slate"


async def test_the_better_source_is_gone_back_to_without_a_flaw(samples, monkeypatch):
    """Beside the one that plays: the viewers never have none."""
    monkeypatch.setattr("tunerr.gateway.rotation._BETTER", 1.0)
    data = samples["h264"]
    rate = len(data) / 12
    opener = FakeOpener({"1-0": [Feed(b"", refuse=REFUSED), Feed(data, rate=rate)], "1-1": [Feed(data, rate=rate)]})
    limits = Limits(better=0.2)
    async with (
        running(opener, limits=limits) as gateway,
        served(gateway, {"1": row(streams=2, accounts=2)}) as (url, client),
        client.get(f"{url}/1") as answer,
    ):
        body = b""
        while gateway.attempts()[0].switches == 0:
            body += await answer.content.readexactly(188)
        body += await answer.content.readexactly(188 * 500)
        assert opener.opened == {"1-0": 2, "1-1": 1}
        await until(lambda: opener.open_now == 1)
        assert continuity_errors(body) == []
        errors, _ = await asyncio.to_thread(decoding_errors, whole_units(body))
        assert errors == ""
        assert gateway.attempts()[0].outcomes[-1].reason == "stopped"


async def test_an_operator_ends_a_stream(samples):
    opener = FakeOpener({"1-0": [Feed(samples["h264"])]})
    async with running(opener) as gateway, served(gateway, {"1": row()}) as (url, client):
        first = await client.get(f"{url}/1")
        async with client.get(f"{url}/1") as second:
            with pytest.raises(ActionRefused):
                gateway.stop_streams(request="r000009")
            assert gateway.stop_streams(request="r000002") == 1
            await second.content.read()
        assert gateway.facts.viewers == 1
        assert gateway.stop_streams(channel=row().channel.id) == 1
        await first.content.read()
        await until(lambda: idle(gateway), deadline=1)
        assert [(attempt.id, attempt.status) for attempt in gateway.attempts()] == [("r000001", "ok")]


async def test_an_operator_ends_one_viewer_though_it_came_first(samples):
    opener = FakeOpener({"1-0": [Feed(samples["h264"], rate=len(samples["h264"]) / 12)]})
    async with running(opener) as gateway, served(gateway, {"1": row()}) as (url, client):
        async with client.get(f"{url}/1") as first, client.get(f"{url}/1") as second:
            gateway.stop_viewer("r000001")
            await until(lambda: gateway.facts.viewers == 1, deadline=3)
            assert await second.content.readexactly(188 * 300)
            with pytest.raises(ActionRefused, match="no such viewer"):
                gateway.stop_viewer("r000001")
            await first.content.read()
            assert first.content.at_eof()
        await until(lambda: idle(gateway), deadline=3)


async def test_duration(samples):
    """S15."""
    opener = FakeOpener({"1-0": [Feed(samples["h264"], rate=100_000)]})
    async with running(opener) as gateway, served(gateway, {"1": row()}) as (url, client):
        began = time.monotonic()
        async with client.get(f"{url}/1?duration=0.5") as answer:
            body = await answer.content.read()
        assert 0.4 < time.monotonic() - began < 1.5
        assert len(body) % 188 == 0
        await until(lambda: idle(gateway), deadline=1)


@pytest.mark.parametrize("reset", [False, True])
async def test_a_lost_client_frees_the_tuner_within_a_second_even_when_nothing_flows(samples, reset):
    """S08."""
    opener = FakeOpener({"1-0": [Feed(samples["h264"][: 188 * 1000], rate=20_000_000)]})
    async with running(opener) as gateway, served(gateway, {"1": row()}) as (url, _):
        sock = await slow_socket(f"{url}/1")
        await until(lambda: gateway.facts.bytes_sent > 100_000)
        if reset:
            sock.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")  # SO_LINGER 0: closing sends RST
        sock.close()
        await until(lambda: idle(gateway), deadline=1)
        assert opener.open_now == 0


async def test_a_slow_reader_holds_up_nobody_and_is_given_up(samples):
    """S19."""
    data = samples["mpeg2"] * 8
    opener = FakeOpener({"1-0": [Feed(data, rate=3_000_000)]})
    limits = Limits(stalled_viewer=1.5)
    async with running(opener, limits=limits) as gateway, served(gateway, {"1": row()}) as (url, client):
        stalled = [await slow_socket(f"{url}/1") for _ in range(3)]
        began = time.monotonic()
        body = await receive(client, f"{url}/1", 6_000_000 // 188 * 188)
        assert time.monotonic() - began < 4
        assert body
        assert gateway.facts.lapped == 0
        async with client.get(f"{url}/1") as living:
            await until(lambda: gateway.facts.dropped == 3, deadline=6)
            assert await living.content.readexactly(188)
        for sock in stalled:
            sock.close()
        await until(lambda: idle(gateway), deadline=1)


async def test_a_viewer_that_reads_late_gets_all_of_it_in_order(samples):
    opener = FakeOpener({"1-0": [Feed(samples["mpeg2"], rate=20_000_000)]})
    async with running(opener) as gateway, served(gateway, {"1": row()}) as (url, client):
        async with client.get(f"{url}/1") as answer:
            await asyncio.sleep(0.5)
            body = await answer.content.readexactly(len(samples["mpeg2"]) - 188 * 20)
        assert continuity_errors(body) == []


async def test_closing_ends_viewers_and_refuses_new_ones(samples):
    opener = FakeOpener({"1-0": [Feed(samples["h264"], close=0.2)]})
    async with running(opener) as gateway, served(gateway, {"1": row()}) as (url, client):
        async with client.get(f"{url}/1") as answer:
            await answer.content.readexactly(188)
            began = time.monotonic()
            await gateway.aclose()
            assert opener.open_now == 0
            await answer.content.read()
            assert time.monotonic() - began < 2
        with pytest.raises(SystemBusy):
            async with gateway.watch(row(), client=WATCHER):
                pass


async def test_a_reader_that_breaks_in_an_unforeseen_way_fails_the_tune_and_frees_all(samples):
    opener = FakeOpener({"1-0": [Feed(b"", refuse=ValueError("bug"))]})
    async with running(opener) as gateway:
        with pytest.raises(TuneFailed):
            async with gateway.watch(row(), client=WATCHER):
                pass
        await until(lambda: idle(gateway), deadline=1)


@pytest.mark.parametrize("seed", range(3))
async def test_zapping_at_random_leaks_nothing(samples, seed):
    chance = random.Random(seed)
    feeds = {f"{number}-0": [Feed(samples["h264"], connect=0.01 * number, close=0.01)] for number in range(1, 5)}
    feeds["5-0"] = [Feed(b"", refuse=REFUSED)]
    opener = FakeOpener(feeds)
    async with running(opener, tuner_count=2, limits=Limits(slot=0.05)) as gateway:

        async def zap():
            for _ in range(15):
                try:
                    async with asyncio.timeout(chance.random() * 0.06):
                        async with gateway.watch(row(chance.randint(1, 5)), client=WATCHER):
                            assert gateway.facts.active_sessions <= 2
                            await asyncio.sleep(chance.random() * 0.05)
                except (TimeoutError, AllTunersInUse, TuneFailed):
                    pass

        await asyncio.gather(*(zap() for _ in range(10)))
        await until(lambda: idle(gateway), deadline=2)
        assert opener.open_now == 0
        assert gateway.facts.tunes_ok > 10


def test_the_same_on_the_loop_that_the_product_runs_on(samples):
    """uvloop: sharing, joining late, a client that never reads, one that goes away."""

    async def scenario():
        opener = FakeOpener({"1-0": [Feed(samples["mpeg2"] * 4, rate=3_000_000)]})
        limits = Limits(stalled_viewer=1)
        async with running(opener, limits=limits) as gateway, served(gateway, {"1": row()}) as (url, client):
            stalled = await slow_socket(f"{url}/1")
            bodies = await asyncio.gather(*(receive(client, f"{url}/1", 188 * 8000) for _ in range(9)))
            assert all(continuity_errors(body) == [] for body in bodies)
            assert opener.opened["1-0"] == 1
            await until(lambda: gateway.facts.dropped == 1 and idle(gateway), deadline=4)
            stalled.close()
            assert gateway.facts.lapped == 0
            assert gateway.facts.bytes_sent > 9 * 188 * 8000

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(scenario())
