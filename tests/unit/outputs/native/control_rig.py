"""What the tests of control share: a gateway that pulls nothing, a server on a real port, a client of its own."""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.tools.clock import ManualClock
from tests.tools.identities import MAIN
from tests.unit.outputs.faces import lineup
from tunerr.errors import TuneFailed, TunerInUse
from tunerr.hdhomerun.getset import Answer, GetSet, read_reply
from tunerr.hdhomerun.packet import PacketReader
from tunerr.model.status import Client, TunerStatus
from tunerr.outputs.hdhr.native.control import start_control
from tunerr.support.snapshot import Published

HOME = "127.0.0.1"


class NoKeepalives:
    def heard(self, address, port):
        return None


@dataclass
class QuietViewer:
    tuner: int
    over: asyncio.Event = field(default_factory=asyncio.Event)
    behind: float = 0.0
    dropped: bool = False

    async def ended(self):
        await self.over.wait()

    async def deliver(self, transport):
        await self.over.wait()


@dataclass
class QuietGateway:
    """The gateway's rules about tuners, and nothing that plays. `watching`: client and row by tuner."""

    count: int = 2
    fault: Exception | None = None
    watching: dict = field(default_factory=dict)
    reserved: dict = field(default_factory=dict)
    opened: Counter = field(default_factory=Counter)
    viewers: list = field(default_factory=list)

    @asynccontextmanager
    async def watch(self, row, *, client, tuner=None, user="", silent=False):
        shared = [index for index, places in self.watching.items() for _, other in places if other == row]
        index = shared[0] if shared else tuner
        free = self.reserved.get(index, user) == user and all(other == row for _, other in self.watching.get(index, ()))
        if not shared and not free:
            raise TunerInUse("It plays something else.")
        if self.fault is not None:
            raise self.fault
        place = (client, row)
        self.watching.setdefault(index, []).append(place)
        self.opened[str(row.number)] += 1
        viewer = QuietViewer(index)
        self.viewers.append(viewer)
        try:
            yield viewer
        finally:
            self.watching[index].remove(place)

    def status(self):
        return tuple(self._status(index) for index in range(self.count))

    def reserve(self, tuner, user):
        if self.reserved.setdefault(tuner, user) != user:
            raise TunerInUse("It is reserved.")

    def release(self, tuner):
        self.reserved.pop(tuner, None)

    @property
    def idle(self):
        return not self.reserved and not any(self.watching.values())

    def _status(self, index):
        places = self.watching.get(index, ())
        if not places:
            return TunerStatus(index)
        row = places[0][1]
        return TunerStatus(
            index,
            number=row.number,
            name=row.channel.name,
            channel_id=row.channel.id,
            clients=tuple(client for client, _ in places),
            state="live",
            bits_per_second=4_000_000,
            program=3,
            transport_stream=1,
            symbol_quality=97,
        )


class ControlClient:
    """One connection, as the vendor's library uses it."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self._packets = PacketReader()
        self._ready = []

    async def frame(self):
        """The next frame; None at the end of the connection."""
        while not self._ready:
            data = await asyncio.wait_for(self.reader.read(4096), 10)
            if not data:
                return None
            self._ready += self._packets.feed(data)
        return self._ready.pop(0)

    async def ask(self, name, value=None, key=0):
        """The value, or the words of the refusal."""
        self.writer.write(GetSet(name, value, key).packet().encode())
        reply = read_reply(await self.frame())
        if isinstance(reply, Answer):
            assert reply.name == name
            return reply.value
        return reply.message

    async def closed(self):
        """Whether the server ends the connection."""
        try:
            return await self.frame() is None
        except ConnectionError:
            return True

    async def close(self):
        self.writer.transport.abort()
        await asyncio.sleep(0)


@asynccontextmanager
async def controlled(gateway=None, *, clock=None, rows=None, is_neighbor=lambda _: True, keepalives=None):
    """A server on a free port, closed at the end with all that it held freed."""
    gateway = gateway or QuietGateway()
    server = await start_control(
        host=HOME,
        port=0,
        device=MAIN,
        gateway=gateway,
        lineup=Published(lineup() if rows is None else lineup(rows=rows)),
        clock=clock or ManualClock(),
        keepalives=keepalives or NoKeepalives(),
        is_neighbor=is_neighbor,
    )
    try:
        yield server
    finally:
        await server.aclose()
        assert all(not row.reserved_by and not row.clients for row in gateway.status())


@asynccontextmanager
async def connected(server, address=HOME):
    reader, writer = await asyncio.open_connection(*server.addresses[0], local_addr=(address, 0))
    client = ControlClient(reader, writer)
    try:
        yield client
    finally:
        writer.transport.abort()


@asynccontextmanager
async def http_viewer(gateway, row, address="192.0.2.7", tuner=0):
    """Somebody who watches by HTTP."""
    async with gateway.watch(row, client=Client(address, "Lavf/60"), tuner=tuner) as viewer:
        yield viewer


REFUSED = TuneFailed("No source can be had.")
