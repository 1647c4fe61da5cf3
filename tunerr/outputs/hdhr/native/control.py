"""Control by TCP: requests are answered in order, one write for each reply."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from tunerr.errors import MalformedPacket
from tunerr.hdhomerun.getset import Refusal, read_getset
from tunerr.hdhomerun.packet import MOST_FRAME, Packet, PacketReader, PacketType
from tunerr.model.channel import Lineup
from tunerr.outputs.hdhr.native.locks import Caller
from tunerr.outputs.hdhr.native.playback import Gateway, Means
from tunerr.outputs.hdhr.native.target import Keepalives
from tunerr.outputs.hdhr.native.tuner import NativeTuner
from tunerr.outputs.hdhr.native.variables import Variables
from tunerr.support.addresses import plain_address
from tunerr.support.clock import Clock
from tunerr.support.snapshot import Published
from tunerr.support.tasks import Supervisor
from tunerr.views.device import DeviceIdentity

log = structlog.get_logger(__name__)

MOST_CONNECTIONS: Final = 64
MOST_OF_ONE_ADDRESS: Final = 16
IDLE_S: Final = 60.0
"""Without a whole request; a connection whose target is being sent to may be silent."""
FRAME_S: Final = 10.0
"""From a frame's first byte to its last, and for a peer to take a reply."""

_TIDY_S = 1.0
# Between requests of one connection: clients ask a few times in a second, and the streams need the loop.
_PAUSE_S = 0.02
# Replies that wait for a peer to read them: in our memory, and in the kernel's.
_MOST_UNREAD = 8 << 10
_SEND_BUFFER = 16 << 10
# A peer whose machine has gone is noticed after a minute.
_KEEPALIVE = ((socket.TCP_KEEPIDLE, 30), (socket.TCP_KEEPINTVL, 10), (socket.TCP_KEEPCNT, 3))
_UPGRADE = Refusal("ERROR: this device can't be upgraded", PacketType.UPGRADE_REPLY)


@dataclass(frozen=True, slots=True)
class ControlFacts:
    """The numbers as they are now. `refused`: connections that were closed at once, since the start."""

    connections: int
    refused: int
    streams: int


class ControlServer:
    """Serves neighbors, and ends the tasks of its `means`. Made by `start_control`."""

    def __init__(
        self,
        means: Means,
        *,
        tuners: Sequence[NativeTuner],
        variables: Variables,
        is_neighbor: Callable[[str], bool],
    ) -> None:
        self._tasks = means.tasks
        self._clock = means.clock
        self._tuners = tuners
        self._variables = variables
        self._is_neighbor = is_neighbor
        self._connections: dict[_Connection, None] = {}
        self._refused = 0
        self._server: asyncio.Server | None = None

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """Where it listens."""
        sockets = self._server.sockets if self._server is not None else ()
        return tuple(one.getsockname()[:2] for one in sockets)

    @property
    def facts(self) -> ControlFacts:
        """The numbers as they are now."""
        streams = sum(tuner.streams for tuner in self._tuners)
        return ControlFacts(len(self._connections), self._refused, streams)

    async def listen(self, host: str, port: int) -> None:
        """Start to serve. Raises OSError when the port can't be had."""
        self._server = await asyncio.start_server(self._accept, host or None, port, limit=MOST_FRAME)
        self._tasks.spawn(self._tidy_for_ever(), "hdhr control tidy")

    async def aclose(self) -> None:
        """End all connections and all that plays for them, and free every tuner."""
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            connection.abort()
        for tuner in self._tuners:
            tuner.close()
        await self._tasks.aclose()

    def tidy(self) -> None:
        """End what has lasted too long; called once a second."""
        now = self._clock.monotonic()
        for connection in tuple(self._connections):
            reason = connection.overdue(now)
            if reason == "idle" and any(tuner.serves(connection.caller) for tuner in self._tuners):
                continue
            if reason:
                log.debug("control connection ended", peer=connection.caller.address, reason=reason)
                connection.abort()
        for tuner in self._tuners:
            tuner.tidy()

    async def _tidy_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_TIDY_S)
            self.tidy()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = _address(writer)
        same = sum(one.caller.address == address for one in self._connections)
        full = len(self._connections) >= MOST_CONNECTIONS or same >= MOST_OF_ONE_ADDRESS
        if full or not self._is_neighbor(address):
            self._refused += 1
            writer.transport.abort()
            return
        connection = _Connection(writer, Caller(address), self._clock)
        self._connections[connection] = None
        task = self._tasks.spawn(self._serve(connection, reader), f"hdhr control {address}")
        task.add_done_callback(lambda _: self._forget(connection))

    def _forget(self, connection: _Connection) -> None:
        """Runs however the task ended, one that never began included."""
        connection.close()
        self._connections.pop(connection, None)

    async def _serve(self, connection: _Connection, reader: asyncio.StreamReader) -> None:
        packets = PacketReader()
        try:
            while data := await reader.read(MOST_FRAME):
                for packet in packets.feed(data):
                    connection.heard()
                    if packet.type == PacketType.UPGRADE_REQUEST:
                        await connection.send(_UPGRADE.packet())
                        return
                    request = read_getset(packet)
                    await connection.send(self._variables.answer(request, connection.caller).packet())
                    await asyncio.sleep(_PAUSE_S)
                connection.expect_rest(packets.waiting)
        except MalformedPacket as error:
            log.debug("control connection ended", peer=connection.caller.address, reason=error.message)
        except OSError:  # the peer is gone, or was dropped
            return


class _Connection:
    """One client's connection, and since when something is awaited of it."""

    def __init__(self, writer: asyncio.StreamWriter, caller: Caller, clock: Clock) -> None:
        self.caller = caller
        self._writer = writer
        self._clock = clock
        self._heard_at = clock.monotonic()
        self._began_at: float | None = None  # a frame
        self._unread_since: float | None = None  # a reply
        writer.transport.set_write_buffer_limits(high=_MOST_UNREAD)
        peer: socket.socket = writer.get_extra_info("socket")
        with contextlib.suppress(OSError):  # the peer may be gone already; reading will tell
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for option, value in _KEEPALIVE:
                peer.setsockopt(socket.IPPROTO_TCP, option, value)

    def heard(self) -> None:
        """Note a whole frame."""
        self._heard_at = self._clock.monotonic()
        self._began_at = None

    def expect_rest(self, waiting: bool) -> None:
        """Note whether a frame has begun and not ended."""
        if not waiting:
            self._began_at = None
        elif self._began_at is None:
            self._began_at = self._clock.monotonic()

    async def send(self, packet: Packet) -> None:
        """Write a reply, and wait while too much is unread. Raises OSError when the peer is gone."""
        self._writer.write(packet.encode())
        self._unread_since = self._clock.monotonic()
        await self._writer.drain()
        self._unread_since = None

    def overdue(self, now: float) -> str:
        """Why it should be ended; empty for no reason."""
        if self._unread_since is not None:
            return "replies unread" if now - self._unread_since >= FRAME_S else ""
        if self._began_at is not None and now - self._began_at >= FRAME_S:
            return "frame incomplete"
        return "idle" if now - self._heard_at >= IDLE_S else ""

    def close(self) -> None:
        """End it; what the peer doesn't read is not waited for."""
        self.caller.closed_at = self._clock.monotonic()
        if self._writer.transport.get_write_buffer_size():
            self.abort()
        else:
            self._writer.close()

    def abort(self) -> None:
        """End it at once."""
        self._writer.transport.abort()


async def start_control(
    *,
    host: str,
    port: int,
    device: DeviceIdentity,
    gateway: Gateway,
    lineup: Published[Lineup | None],
    clock: Clock,
    keepalives: Keepalives,
    is_neighbor: Callable[[str], bool],
) -> ControlServer:
    """Serve control of `device` and the gateway's tuners, until `aclose`.

    `host`: where to listen, as for HTTP; an empty one is every address. Raises OSError when the port can't be had.
    """
    means = Means(gateway, Supervisor(), clock, keepalives)
    tuners = [NativeTuner(index, means, lineup) for index in range(len(gateway.status()))]
    variables = Variables(device=device, tuners=tuners, lineup=lineup)
    server = ControlServer(means, tuners=tuners, variables=variables, is_neighbor=is_neighbor)
    await server.listen(host, port)
    return server


def _address(writer: asyncio.StreamWriter) -> str:
    """Give the peer's address as text, IPv4 as such; empty when it is gone already."""
    peer = writer.get_extra_info("peername")
    if not peer:
        return ""
    return str(plain_address(peer[0]))
