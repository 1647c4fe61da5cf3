import asyncio
import math
import socket
import time
import tracemalloc
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise

import pytest
import uvloop
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.clock import ManualClock
from tests.tools.until import until
from tests.unit.gateway.viewers_rig import (
    PLAYER,
    SERVER,
    SIZE,
    Recorder,
    connection,
    data,
    delivering,
    hub_of,
    piece,
    publish,
)
from tunerr.gateway.hub import Hub
from tunerr.gateway.piece import Piece
from tunerr.gateway.viewer import HIGH_WATER
from tunerr.support.clock import SystemClock

CUSHION = 3.99  # 200 pieces, and half a piece of leeway for rounding


@asynccontextmanager
async def watching(hub, client):
    viewer, transport = hub.admit(client), Recorder()
    async with delivering(viewer, transport) as task:
        yield viewer, transport, task


def live(hub, clock, numbers, **options):
    """The source sends so many pieces in real time."""
    for number in numbers:
        clock.advance(0.02)
        publish(hub, [number], **options)


async def test_media_servers_stay_behind_by_the_cushion_and_players_do_not():
    clock = ManualClock()
    hub = hub_of(300, clock=clock, cushion=CUSHION, every=50)  # 6 s
    async with watching(hub, SERVER) as (_, server, _), watching(hub, PLAYER) as (_, player, _):
        assert server.numbers == list(range(50, 100)), "from the access point before the cushion up to it"
        assert player.numbers[0] == 250
        assert len(server.writes) == 1
        live(hub, clock, range(300, 350), every=50)
        assert server.numbers == list(range(50, 150))
        assert player.numbers[-1] == 349
    hub.stop()


async def test_one_head_serves_all_media_servers():
    clock = ManualClock()
    hub = hub_of(300, clock=clock, cushion=CUSHION, every=50)
    async with watching(hub, SERVER) as (_, first, _):
        live(hub, clock, range(300, 330), every=50)
        async with watching(hub, SERVER) as (_, second, _):
            assert second.numbers == list(range(100, 130))
            live(hub, clock, range(330, 335), every=50)
            assert first.numbers[-1] == second.numbers[-1] == 134
            assert first.writes[-1] is second.writes[-1]
    hub.stop()


async def test_media_servers_outlive_an_outage_without_a_gap():
    clock = ManualClock()
    hub = hub_of(300, clock=clock, cushion=CUSHION, every=50)
    async with watching(hub, SERVER) as (_, server, _), watching(hub, PLAYER) as (_, player, _):
        player.writes.clear()
        for _ in range(97):  # 3.9 s without a byte
            clock.advance(0.04)
            before = len(server.body)
            hub.tick()
            assert len(server.body) > before
        assert player.writes == []
        live(hub, clock, range(300, 310), every=50)
        assert server.numbers == list(range(50, 50 + len(server.numbers)))
    hub.stop()


async def test_in_a_cold_start_the_media_server_gets_its_picture_at_once():
    clock = ManualClock()
    hub = hub_of(clock=clock, cushion=4)
    async with watching(hub, SERVER) as (viewer, server, _):
        hub.publish(piece(0))
        assert viewer.unread is None
        hub.publish(piece(1, 188))
        assert server.writes == [data(1)[188:]]
    hub.stop()


async def test_the_held_head_starts_anew_when_the_last_media_server_has_left():
    clock = ManualClock()
    hub = hub_of(300, clock=clock, cushion=CUSHION, every=50)
    async with watching(hub, SERVER) as (viewer, _, _), watching(hub, PLAYER):
        hub.dismiss(viewer)
        assert not hub.held_head.running
        live(hub, clock, range(300, 500), every=50)
        async with watching(hub, SERVER) as (_, again, _):
            assert again.numbers == list(range(250, 300))
    hub.stop()


async def test_without_a_cushion_media_servers_are_live():
    hub = hub_of(20, cushion=0)
    async with watching(hub, SERVER) as (_, server, _):
        assert server.numbers == list(range(10, 20))
        publish(hub, [20])
        assert server.numbers[-1] == 20
    hub.stop()


@pytest.mark.parametrize("cushion", [0, 4])
async def test_before_a_change_of_codecs_media_servers_get_the_rest_and_end(cushion):
    hub = hub_of(300, cushion=cushion, every=50)
    async with watching(hub, SERVER) as (_, server, task), watching(hub, PLAYER) as (_, player, other):
        server.held = 1 << 20
        hub.publish(piece(300, 0, changed=True))
        hub.publish(piece(301))
        server.held = 0
        await asyncio.wait_for(task, 1)
        assert server.numbers == list(range(server.numbers[0], 300))
        assert player.numbers == list(range(250, 302))
        assert not other.done()
        async with watching(hub, SERVER) as (_, later, _):
            assert later.numbers[0] == 300, "a new one sees the new codecs only"
    hub.stop()


async def test_media_servers_that_wait_for_a_start_are_not_ended_by_a_change_of_codecs():
    hub = hub_of(cushion=4)
    async with watching(hub, SERVER) as (viewer, server, _):
        hub.publish(piece(0, 188, changed=True))
        assert not viewer.over
        assert server.writes == [data(0)[188:]]
    hub.stop()


async def test_only_those_who_are_meant_are_finished():
    hub = hub_of(300, cushion=4, every=50)
    async with watching(hub, SERVER) as (viewer, server, task), watching(hub, PLAYER) as (_, player, _):
        hub.finish(lambda one: one is viewer)
        await asyncio.wait_for(task, 1)
        assert server.numbers == list(range(50, 300)), "what was held included"
        publish(hub, [300])
        assert player.numbers[-1] == 300
        assert len(hub) == 2
        hub.dismiss(viewer)
        assert len(hub) == 1
        hub.dismiss(viewer)
    hub.stop()


async def test_stop_ends_all_at_once():
    hub = hub_of(1)
    async with watching(hub, PLAYER) as (_, full, task), watching(hub, SERVER) as (_, _, other):
        full.held = 1 << 20
        publish(hub, [1])
        hub.stop()
        await asyncio.wait_for(asyncio.gather(task, other), 1)
    assert full.numbers == [0]


async def test_without_viewers_nothing_ticks():
    hub = hub_of(1)
    idle = len(asyncio.get_running_loop()._scheduled)
    first, second = hub.admit(PLAYER), hub.admit(SERVER)
    assert hub._timer is not None
    hub.dismiss(first)
    hub.dismiss(second)
    assert hub._timer is None
    assert sum(not handle.cancelled() for handle in asyncio.get_running_loop()._scheduled) <= idle


@pytest.mark.parametrize("client", [PLAYER, SERVER])
async def test_a_silent_viewer_gets_no_place_and_pins_nothing(client):
    clock = ManualClock()
    hub = hub_of(1, clock=clock, cushion=CUSHION)
    viewer = hub.admit(client, silent=True)
    for number in range(1, 600):
        live(hub, clock, [number])
        hub.tick()
        assert (hub.ring.end - hub.ring.first) * 0.02 < 4 + 1
    assert (len(hub), viewer.unread, viewer.sent, viewer.lapped, hub.held_head.running) == (1, None, 0, 0, False)
    hub.dismiss(viewer)
    assert viewer.over
    assert hub._timer is None


async def test_who_watches_and_holds_the_channel_too_counts_once():
    hub = Hub(clock=ManualClock(), stalled_viewer=30, cushion=0)
    held = hub.admit(PLAYER, silent=True)
    assert hub.audience == (PLAYER,)
    first, second = hub.admit(PLAYER), hub.admit(PLAYER)
    assert hub.audience == (PLAYER, PLAYER)
    hub.dismiss(first)
    hub.dismiss(second)
    assert hub.audience == (PLAYER,)
    hub.dismiss(held)
    assert hub.audience == ()


async def test_a_silent_viewer_ends_with_the_others_and_not_with_media_servers_alone():
    hub = hub_of(300, cushion=4)
    viewer = hub.admit(PLAYER, silent=True)
    hub.publish(piece(300, 0, changed=True))
    assert not viewer.over
    hub.finish(lambda one: one.client is SERVER)
    assert not viewer.over
    ended = asyncio.get_running_loop().create_task(viewer.ended())
    hub.finish()
    await asyncio.wait_for(ended, 1)
    hub.dismiss(viewer)
    viewer = hub.admit(PLAYER, silent=True)
    hub.stop()
    await asyncio.wait_for(viewer.ended(), 1)


async def test_the_ring_keeps_what_viewers_need_and_no_more():
    clock = ManualClock()
    hub = hub_of(300, clock=clock, cushion=CUSHION, every=150)
    async with watching(hub, SERVER), watching(hub, PLAYER) as (_, slow, _):
        for number in range(300, 2000):
            live(hub, clock, [number], every=150)
            hub.tick()
            assert hub.held_head.entry is not None, "the next media server finds a picture"
            assert number < 600 or (hub.ring.end - hub.ring.first) * 0.02 < 4 + 3 + 1
        slow.held = 1 << 20
        live(hub, clock, range(2000, 2900), every=150)
        hub.tick()
        assert (hub.ring.end - hub.ring.first) * 0.02 >= 18
    hub.stop()


async def test_joining_takes_the_server_less_than_20_ms():
    hub = hub_of(300, clock=SystemClock(), every=200)
    took = []
    for _ in range(5):
        async with connection() as (transport, reader, peer):
            peer.resume_reading()
            began = time.perf_counter()
            async with watching_on(hub, transport):
                first = await reader.read(SIZE)
                took.append(time.perf_counter() - began)
                assert first[:4] == data(200)[:4]
    assert sorted(took)[2] < 0.02
    hub.stop()


@asynccontextmanager
async def watching_on(hub, transport, client=PLAYER):
    viewer = hub.admit(client)
    async with delivering(viewer, transport):
        yield viewer
    hub.dismiss(viewer)


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("count", [1, 12])
def test_many_megabytes_reach_every_viewer_unchanged(run, count):
    async def main():
        hub = hub_of(1, clock=SystemClock())

        async def watch():
            async with connection() as (transport, reader, peer), watching_on(hub, transport):
                peer.resume_reading()
                return await reader.readexactly(SIZE * 1500)

        tasks = [asyncio.get_running_loop().create_task(watch()) for _ in range(count)]
        await until(lambda: sum(viewer.sent > 0 for viewer in hub) == count)
        for number in range(1, 1500):
            publish(hub, [number])
            await asyncio.sleep(0)
        return await asyncio.gather(*tasks)

    expected = b"".join(data(number) for number in range(1500))
    assert all(body == expected for body in run(main()))


class Sink(asyncio.Protocol):
    """Counts and forgets what it reads."""

    def __init__(self):
        self.received = 0

    def data_received(self, data):
        self.received += len(data)


@asynccontextmanager
async def sink(hub, *, reads):
    ours, theirs = socket.socketpair()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
    peer, protocol = await loop.create_connection(Sink, sock=theirs)
    if not reads:
        peer.pause_reading()
    try:
        async with watching_on(hub, transport) as viewer:
            yield viewer, protocol, transport
    finally:
        transport.abort()
        peer.abort()


def test_twenty_stalled_viewers_among_fifty_disturb_nobody_and_hold_no_memory_of_their_own():
    async def main():
        hub = hub_of(1, clock=SystemClock())
        async with AsyncExitStack() as stack:
            stalled = [await stack.enter_async_context(sink(hub, reads=False)) for _ in range(20)]
            reading = [await stack.enter_async_context(sink(hub, reads=True)) for _ in range(30)]
            tracemalloc.start()
            latest = 0
            try:
                for number in range(1, 400):
                    publish(hub, [number])
                    await asyncio.sleep(0.002)
                    latest = max(latest, sum(one.unread < hub.ring.end for one, _, _ in reading))
                own = tracemalloc.get_traced_memory()[0] - hub.ring.bytes
            finally:
                tracemalloc.stop()
            assert latest == 0
            assert all(one.sent == 400 * SIZE for one, _, _ in reading)
            await until(lambda: all(peer.received == 400 * SIZE for _, peer, _ in reading), deadline=2)
            assert all(one.unread < hub.ring.end and one.lapped == 0 for one, _, _ in stalled)
            assert all(transport.get_write_buffer_size() < (256 << 10) + SIZE for _, _, transport in stalled)
            assert own < 2 << 20, "private copies would be 5 MB"
        hub.stop()

    uvloop.run(main())


STEPS = st.one_of(
    st.tuples(st.just("send"), st.integers(1, 30)),
    st.tuples(st.just("wait"), st.floats(0, 20)),
    st.tuples(st.just("join"), st.sampled_from([PLAYER, SERVER])),
    st.tuples(st.sampled_from(["leave", "finish", "full", "drain"]), st.integers(0, 5)),
    st.tuples(st.just("change"), st.none()),
)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=60))
def test_whatever_happens_each_viewer_gets_whole_pieces_in_order(steps):
    async def main():
        clock = ManualClock()
        hub = hub_of(clock=clock, stalled_viewer=1000, cushion=4)
        watched = []
        async with AsyncExitStack() as stack:
            for step, value in steps:
                chosen = watched[value % len(watched)] if watched and isinstance(value, int) else None
                if step == "send":
                    for _ in range(value):
                        clock.advance(0.5)
                        publish(hub, [hub.ring.end], every=7)
                elif step == "change":
                    hub.publish(piece(hub.ring.end, 0, changed=True))
                elif step == "wait":
                    clock.advance(value)
                elif step == "join":
                    watched.append(await stack.enter_async_context(watching(hub, value)))
                elif chosen is not None and step == "leave":
                    hub.dismiss(chosen[0])
                elif chosen is not None and step == "finish":
                    hub.finish(lambda viewer, chosen=chosen: viewer is chosen[0])
                elif chosen is not None:
                    chosen[1].held = (1 << 20) * (step == "full")
                hub.tick()
                for viewer, transport, _ in watched:
                    numbers = transport.numbers
                    assert sum(after != before + 1 for before, after in pairwise(numbers)) <= viewer.lapped
                    assert numbers == sorted(set(numbers))
                    assert viewer.sent == len(numbers) * SIZE
                    assert viewer.unread is None or viewer.unread <= hub.ring.end
                    if transport.held == 0 and viewer.unread is not None and viewer.client is PLAYER:
                        assert viewer.unread == hub.ring.end
                assert len(hub.ring._kept) == hub.ring.end - hub.ring.first
        hub.stop()

    asyncio.run(main())


@pytest.mark.parametrize("lead", [0.0, 1.5, 6.0, 500.0])
async def test_a_viewer_gets_in_hand_what_a_bursty_source_is_ahead(lead):
    """It would otherwise wait for the next burst with a picture that stands still."""
    clock = ManualClock()
    hub = Hub(clock=clock, stalled_viewer=30.0, cushion=0.0, lead=lambda: lead)
    first = hub.admit(PLAYER)
    for second in range(12):  # a burst: the clock stands
        hub.publish(Piece(bytes(188), float(second), (0,)))
    clock.advance(9.0)
    hub.tick()
    joined = hub.admit(PLAYER)
    in_hand = hub.ring.time - hub.ring.time_of(joined.unread)
    assert in_hand == min(math.ceil(lead), 11)
    hub.dismiss(first)
    hub.dismiss(joined)


async def test_what_a_viewer_could_have_taken_is_told_apart_from_what_is_held_back_from_it():
    clock = ManualClock()
    hub = hub_of(300, clock=clock, cushion=CUSHION, every=50)
    came = clock.now()
    async with watching(hub, SERVER) as (_, server, _), watching(hub, PLAYER) as (_, player, _):
        live(hub, clock, range(300, 350))
        player.held = server.held = HIGH_WATER
        live(hub, clock, range(350, 450))
        served, played = hub.now()
        assert (served.client, played.client, served.since) == (SERVER, PLAYER, came)
        assert served.cushion == pytest.approx(CUSHION, abs=0.2)
        assert played.cushion == 0
        assert (served.backlog, played.backlog) == (pytest.approx(2, abs=0.1), pytest.approx(2, abs=0.1))
        assert (played.lapped, played.lapped_ago) == (0, None)
        clock.advance(60)
        publish(hub, range(450, 452), every=1)
        hub.tick()
        player.held = 0
        publish(hub, range(452, 500))
        played = hub.now()[1]
        assert played.lapped == 1
        assert 0 <= played.lapped_ago <= 1
    hub.stop()


async def test_a_silent_viewer_counts_where_its_client_has_no_other():
    hub = hub_of(20)
    silent = hub.admit(PLAYER, silent=True)
    assert [one.client for one in hub.now()] == [PLAYER]
    heard = hub.admit(PLAYER, "r000002")
    assert [one.request for one in hub.now()] == ["r000002"]
    for viewer in (silent, heard):
        hub.dismiss(viewer)
    assert hub.now() == ()
