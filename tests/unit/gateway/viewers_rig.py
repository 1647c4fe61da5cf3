"""What the tests of viewers and hub share: numbered pieces, a recording transport, a real connection."""

import asyncio
from contextlib import asynccontextmanager

from tests.tools.clock import ManualClock
from tunerr.gateway.hub import Hub
from tunerr.gateway.piece import Piece
from tunerr.model.status import Client

PLAYER = Client("192.0.2.7", "VLC/3.0.20")
SERVER = Client("192.0.2.8", "Lavf/60.16.100")
SIZE = 188 * 20  # of a piece
SECONDS = 0.02  # of stream in a piece


def data(number):
    return number.to_bytes(4, "big") * (SIZE // 4)


def piece(number, *entries, changed=False):
    """The stream's piece of this number; `entries` are offsets in it."""
    return Piece(data(number), (number + 1) * SECONDS, entries, changed)


def hub_of(count=0, *, clock=None, stalled_viewer=30, cushion=0.0, every=10):
    """A hub that has published so many pieces, every so many with an entry at its start."""
    hub = Hub(clock=clock or ManualClock(), stalled_viewer=stalled_viewer, cushion=cushion)
    publish(hub, range(count), every=every)
    return hub


def publish(hub, numbers, *, every=10):
    for number in numbers:
        hub.publish(piece(number, *([0] if number % every == 0 else [])))


class Recorder(asyncio.WriteTransport):
    """Keeps what is written; `held` is what it pretends not to have sent."""

    def __init__(self):
        super().__init__()
        self.writes = []
        self.held = 0
        self.closing = False

    @property
    def body(self):
        return b"".join(self.writes)

    @property
    def numbers(self):
        """Of the pieces that it got, which must be whole."""
        assert len(self.body) % SIZE == 0
        return [int.from_bytes(self.body[at : at + 4], "big") for at in range(0, len(self.body), SIZE)]

    def write(self, data):
        self.writes.append(data)

    def writelines(self, parts):
        self.writes.append(b"".join(parts))

    def get_write_buffer_size(self):
        return self.held

    def is_closing(self):
        return self.closing

    def abort(self):
        self.closing = True


def delivering(viewer, transport, **options):
    return beside(viewer.deliver(transport, **options))


@asynccontextmanager
async def beside(work):
    """The task of `work`, which has begun; it is ended with the block."""
    task = asyncio.get_running_loop().create_task(work)
    await asyncio.sleep(0)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


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
