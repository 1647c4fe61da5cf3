import asyncio

import pytest

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
from tunerr.support.clock import SystemClock


async def test_joining_is_one_write_and_later_pieces_are_shared():
    hub = hub_of(1, every=100)
    hub.publish(piece(1, 376, 752))
    hub.publish(piece(2))
    viewer, transport = hub.admit(PLAYER), Recorder()
    async with delivering(viewer, transport):
        assert transport.writes == [data(1)[752:] + data(2)]
        third = piece(3, 0)
        hub.publish(third)
        assert transport.writes[1] is third.data
        assert viewer.sent == 3 * SIZE - 752
    hub.stop()


async def test_one_who_waits_starts_at_the_first_entry_however_late_it_delivers():
    hub = hub_of()
    viewer, transport = hub.admit(PLAYER), Recorder()
    hub.publish(piece(0))
    assert viewer.unread is None
    hub.publish(piece(1, 188, 376))
    hub.publish(piece(2, 0))
    async with delivering(viewer, transport):
        assert transport.writes == [data(1)[188:] + data(2)]
    hub.stop()


async def test_a_full_transport_gets_nothing_and_then_the_rest_in_order():
    hub = hub_of(1)
    viewer, transport = hub.admit(PLAYER), Recorder()
    async with delivering(viewer, transport):
        transport.held = 256 << 10
        publish(hub, range(1, 200))
        assert len(transport.writes) == 1
        transport.held = 0
        await until(lambda: viewer.sent == 200 * SIZE, deadline=2)
        assert transport.numbers == list(range(200))
        assert max(map(len, transport.writes)) < (256 << 10) + SIZE
    hub.stop()


async def test_a_lapped_viewer_goes_on_at_the_newest_access_point():
    hub = hub_of(1, stalled_viewer=60)
    viewer, transport = hub.admit(PLAYER), Recorder()
    async with delivering(viewer, transport):
        transport.held = 1 << 20
        publish(hub, range(1, 9003))  # 34 MB into a ring of 32 MB
        transport.held = 0
        publish(hub, range(9003, 9005))
        await until(lambda: viewer.unread == hub.ring.end, deadline=2)
        assert transport.numbers == [0, *range(9000, 9005)]
        assert viewer.lapped == 1
    hub.stop()


async def test_one_who_is_lapped_where_nobody_can_join_waits_for_the_next_entry():
    hub = hub_of(1, every=20_000)
    viewer, transport = hub.admit(PLAYER), Recorder()
    async with delivering(viewer, transport):
        transport.held = 1 << 20
        publish(hub, range(1, 9003), every=20_000)
        transport.held = 0
        hub.publish(piece(9003))
        assert viewer.unread is None
        hub.publish(piece(9004, 188))
        assert transport.body == data(0) + data(9004)[188:]
        assert viewer.lapped == 1
    hub.stop()


@pytest.mark.parametrize(("client", "patience"), [(PLAYER, 30), (SERVER, 60)], ids=["player", "media server"])
async def test_no_progress_is_given_up_on_the_clock_and_slow_progress_is_not(client, patience):
    clock = ManualClock()
    hub = hub_of(1, clock=clock, stalled_viewer=30)
    stalled, slow = hub.admit(client), hub.admit(client)
    first, second = Recorder(), Recorder()
    async with delivering(stalled, first) as task, delivering(slow, second):
        first.held = second.held = 300 << 10
        hub.tick()
        for _ in range(patience - 1):
            clock.advance(1)
            second.held -= 1
            hub.tick()
        assert not stalled.dropped
        clock.advance(1)
        hub.tick()
        assert stalled.dropped
        assert first.closing
        await asyncio.wait_for(task, 1)
        assert not slow.dropped
    hub.stop()


async def test_ends_when_the_peer_is_lost():
    hub = hub_of(1)
    told, silent = hub.admit(PLAYER), hub.admit(PLAYER)
    first, second = Recorder(), Recorder()
    async with delivering(told, first) as one, delivering(silent, second) as other:
        first.closing = True
        hub.publish(piece(1))
        await asyncio.wait_for(one, 1)
        second.closing = True
        await asyncio.wait_for(other, 1)
    assert first.numbers == [0]
    hub.stop()


async def test_ends_after_the_duration_asked_for():
    hub = hub_of(1)
    viewer = hub.admit(PLAYER)
    async with delivering(viewer, Recorder(), duration=0.05) as task:
        await asyncio.sleep(0.02)
        assert not task.done()
        await asyncio.wait_for(task, 1)
    assert viewer.over
    hub.publish(piece(1, 0))
    assert viewer.unread is None
    hub.stop()


async def test_finished_it_is_over_when_it_has_got_the_rest():
    hub = hub_of(1)
    viewer, transport = hub.admit(PLAYER), Recorder()
    async with delivering(viewer, transport) as task:
        transport.held = 1 << 20
        publish(hub, range(1, 3))
        hub.finish()
        publish(hub, range(3, 5))
        await asyncio.sleep(0.05)
        assert not task.done()
        transport.held = 0
        await asyncio.wait_for(task, 1)
        assert transport.numbers == [0, 1, 2]
    hub.stop()


async def test_finished_before_it_delivers_it_still_gets_the_rest():
    hub = hub_of(3)
    viewer, transport = hub.admit(PLAYER), Recorder()
    hub.finish()
    async with delivering(viewer, transport) as task:
        await asyncio.wait_for(task, 1)
    assert transport.numbers == [0, 1, 2]
    nobody = hub.admit(PLAYER)
    hub.stop()
    async with delivering(nobody, transport) as task:
        await asyncio.wait_for(task, 1)


async def test_the_kernel_holds_little_for_it():
    hub = hub_of(1, clock=SystemClock())
    viewer = hub.admit(PLAYER)
    async with connection() as (transport, _, _), delivering(viewer, transport):
        publish(hub, range(1, 4000))
        await asyncio.sleep(0.05)
        assert transport.get_write_buffer_size() < (256 << 10) + SIZE
        # What the peer's kernel takes comes on top; its window opens step by step.
        assert viewer.sent < 8 << 20
    hub.stop()
