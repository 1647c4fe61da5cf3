import asyncio
from contextlib import asynccontextmanager

import pytest

from tests.tools.clock import ManualClock
from tests.tools.until import until
from tests.unit.gateway.rig import WATCHER
from tunerr.gateway.hub import Hub
from tunerr.gateway.inspector import AccessPoint
from tunerr.support.clock import SystemClock

TABLES = b"T" * 376
CHUNK = 188 * 350


def chunk(number):
    return number.to_bytes(4, "big") * (CHUNK // 4)


@asynccontextmanager
async def connection():
    """The two ends of a real TCP connection: a transport to write to and a reader that is not read by itself."""
    accepted = asyncio.get_running_loop().create_future()
    server = await asyncio.start_server(lambda _, writer: accepted.set_result(writer), "127.0.0.1", 0)
    reader, peer = await asyncio.open_connection(*server.sockets[0].getsockname())
    peer.transport.pause_reading()
    writer = await accepted
    try:
        yield writer.transport, reader, peer.transport
    finally:
        peer.transport.abort()
        writer.transport.abort()
        server.close()
        await server.wait_closed()


class Recorder(asyncio.WriteTransport):
    """Counts writes; `held` is what it pretends not to have sent."""

    def __init__(self):
        super().__init__()
        self.writes = []
        self.held = 0
        self.closing = False

    def write(self, data):
        self.writes.append(data)

    def get_write_buffer_size(self):
        return self.held

    def is_closing(self):
        return self.closing

    def abort(self):
        self.closing = True


@asynccontextmanager
async def delivering(viewer, transport, **options):
    task = asyncio.get_running_loop().create_task(viewer.deliver(transport, **options))
    await asyncio.sleep(0)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_joining_is_one_write_and_later_chunks_are_shared():
    hub = Hub(clock=ManualClock(), stalled_viewer=30)
    hub.publish(chunk(0), [])
    hub.publish(chunk(1), [AccessPoint(188, TABLES)])
    hub.publish(chunk(2), [])
    viewer, transport = hub.admit(WATCHER), Recorder()
    async with delivering(viewer, transport):
        assert transport.writes == [TABLES + chunk(1)[188:] + chunk(2)]
        third = chunk(3)
        hub.publish(third, [AccessPoint(0, TABLES)])
        assert transport.writes[1] is third
        assert viewer.sent == 376 + 3 * CHUNK - 188


async def test_one_who_waits_starts_at_the_first_access_point_however_late_it_delivers():
    hub = Hub(clock=ManualClock(), stalled_viewer=30)
    viewer, transport = hub.admit(WATCHER), Recorder()
    hub.publish(chunk(0), [])
    assert viewer.unread is None
    for number in range(1, 4):
        hub.publish(chunk(number), [AccessPoint(0, TABLES)])
    async with delivering(viewer, transport):
        assert transport.writes == [TABLES + chunk(1) + chunk(2) + chunk(3)]


async def test_a_full_transport_gets_nothing_and_then_the_rest_in_order():
    hub = Hub(clock=SystemClock(), stalled_viewer=30)
    hub.publish(chunk(0), [AccessPoint(0, TABLES)])
    viewer, transport = hub.admit(WATCHER), Recorder()
    async with delivering(viewer, transport):
        transport.held = 256 << 10
        for number in range(1, 30):
            hub.publish(chunk(number), [])
        assert len(transport.writes) == 1
        transport.held = 0
        await until(lambda: viewer.sent == 376 + 30 * CHUNK, deadline=2)
        assert b"".join(transport.writes) == TABLES + b"".join(chunk(number) for number in range(30))
        assert max(map(len, transport.writes)) < (256 << 10) + CHUNK + 376


async def test_a_lapped_viewer_goes_on_at_the_newest_access_point():
    hub = Hub(clock=SystemClock(), stalled_viewer=60)
    hub.publish(chunk(0), [AccessPoint(0, TABLES)])
    viewer = hub.admit(WATCHER)
    async with connection() as (transport, reader, peer), delivering(viewer, transport):
        for number in range(1, 800):  # 50 MB into a ring of 32 MB
            hub.publish(chunk(number), [AccessPoint(0, TABLES)] if number % 10 == 0 else [])
            await asyncio.sleep(0)
        assert hub.ring.bytes <= 32 << 20
        peer.resume_reading()
        hub.finish()
        received = await reader.readexactly(376 + CHUNK * 2)
        while viewer.unread is not None:
            received += await reader.read(1 << 20)
        received += await reader.readexactly(viewer.sent - len(received))
        assert viewer.lapped == 1
        assert received.count(TABLES) == 2
        before, after = received[376:].split(TABLES)
        first = [int.from_bytes(before[at : at + 4], "big") for at in range(0, len(before), CHUNK)]
        rest = [int.from_bytes(after[at : at + 4], "big") for at in range(0, len(after), CHUNK)]
        assert first == list(range(len(first)))
        assert rest == list(range(rest[0], 800))
        assert rest[0] % 10 == 0


async def test_no_progress_is_given_up_on_the_clock_and_slow_progress_is_not():
    clock = ManualClock()
    hub = Hub(clock=clock, stalled_viewer=30)
    hub.publish(chunk(0), [AccessPoint(0, TABLES)])
    stalled, slow = hub.admit(WATCHER), hub.admit(WATCHER)
    first, second = Recorder(), Recorder()
    async with delivering(stalled, first) as task, delivering(slow, second):
        first.held = second.held = 300 << 10
        for _ in range(6):
            hub.publish(chunk(1), [])
            clock.advance(9)
            second.held -= 1
            await asyncio.sleep(0.6)
        assert stalled.dropped
        assert first.closing
        assert task.done()
        assert not slow.dropped


async def test_ends_when_the_peer_is_lost_or_the_stream_is_finished_or_the_duration_over():
    hub = Hub(clock=SystemClock(), stalled_viewer=30)
    hub.publish(chunk(0), [AccessPoint(0, TABLES)])
    lost, timed, last = hub.admit(WATCHER), hub.admit(WATCHER), hub.admit(WATCHER)
    transport = Recorder()
    async with delivering(lost, transport) as task:
        transport.closing = True
        hub.publish(chunk(1), [])
        await asyncio.wait_for(task, 0.1)
    async with delivering(timed, Recorder(), duration=0.05) as task:
        await asyncio.wait_for(task, 1)
    full = Recorder()
    async with delivering(last, full) as task:
        full.held = 1 << 20
        hub.publish(chunk(2), [])
        hub.finish()
        await asyncio.sleep(0.05)
        assert not task.done()
        full.held = 0
        await asyncio.wait_for(task, 1)
        assert full.writes[-1].endswith(chunk(2))


@pytest.mark.parametrize("count", [1, 12])
async def test_many_megabytes_reach_every_viewer_unchanged(count):
    hub = Hub(clock=SystemClock(), stalled_viewer=30)
    hub.publish(chunk(0), [AccessPoint(0, b"")])

    async def watch():
        viewer = hub.admit(WATCHER)
        async with connection() as (transport, reader, peer), delivering(viewer, transport):
            peer.resume_reading()
            return await reader.readexactly(CHUNK * 250)

    tasks = [asyncio.get_running_loop().create_task(watch()) for _ in range(count)]
    await until(lambda: sum(viewer.sent > 0 for viewer in hub) == count)
    for number in range(1, 250):
        hub.publish(chunk(number), [])
        await asyncio.sleep(0)
    expected = b"".join(chunk(number) for number in range(250))
    assert all(body == expected for body in await asyncio.gather(*tasks))
