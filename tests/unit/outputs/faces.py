"""Lineup values, a small gateway and a real socket for the faces."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import web

from tunerr.app.forwarding import settle_who_asks
from tunerr.errors import AllTunersInUse, TunerInUse
from tunerr.model.channel import Channel, ChannelId, Lineup, LineupChannel
from tunerr.model.numbers import GuideNumber
from tunerr.model.status import Client, TunerStatus
from tunerr.outputs.web import install

PACKET = b"\x47" + bytes(187)
STARTED = datetime(2026, 11, 21, 12, tzinfo=UTC)


def channel(number: str, name: str, *, favorite: bool = False, device: int = 1, **more) -> LineupChannel:
    identity = ChannelId(f"dna-{int(number.replace('.', '0')):016x}")
    return LineupChannel(GuideNumber.parse(number), Channel(id=identity, name=name, **more), favorite, device)


ROWS = (
    channel("1", "One"),
    channel("2", 'Tom & "Jerry", <late>\nshow', group='Kids, "small"', logo="http://logo.test/2.png"),
    channel("5.1", "Fünf", favorite=True),
    channel("700", "Radio 7", radio=True),
)


def lineup(version: str = "v1", rows: Iterable[LineupChannel] = ROWS) -> Lineup:
    return Lineup(version=version, built_at=STARTED, channels=tuple(rows))


@dataclass
class SmallViewer:
    tuner: int
    packets: int | None
    fault: Exception | None = None

    async def deliver(self, transport: asyncio.Transport, *, duration: float | None = None) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(duration):
                sent = 0
                while not transport.is_closing() and (self.packets is None or sent < self.packets):
                    transport.write(PACKET * 7)
                    sent += 1
                    await asyncio.sleep(0.01)
        if self.fault:
            raise self.fault


@dataclass
class SmallGateway:
    """Two tuners; viewers of one channel share one. `packets` bounds a stream, None goes on for ever."""

    packets: int | None = 3
    fault: Exception | None = None
    busy: list[LineupChannel | None] = field(default_factory=lambda: [None, None])
    viewers: int = 0
    clients: list[Client] = field(default_factory=list)
    tunes: int = 0

    @contextlib.asynccontextmanager
    async def watch(
        self, row: LineupChannel, *, client: Client, tuner: int | None = None
    ) -> AsyncIterator[SmallViewer]:
        self.tunes += 1
        self.clients.append(client)
        index = self._tuner_for(row, tuner)
        self.busy[index], self.viewers = row, self.viewers + 1
        try:
            yield SmallViewer(index, self.packets, self.fault)
        finally:
            self.viewers -= 1
            self.busy[index] = None if self.viewers == 0 else self.busy[index]

    def status(self) -> tuple[TunerStatus, ...]:
        return tuple(
            TunerStatus(
                index,
                number=row.number,
                name=row.channel.name,
                clients=(Client("192.0.2.7", "Lavf/60"),),
                state="live",
                bits_per_second=8_000,
                symbol_quality=90,
            )
            if row
            else TunerStatus(index)
            for index, row in enumerate(self.busy)
        )

    def _tuner_for(self, row: LineupChannel, tuner: int | None) -> int:
        if tuner is not None:
            if self.busy[tuner] not in (None, row):
                raise TunerInUse("busy")
            return tuner
        for index, held in enumerate(self.busy):
            if held in (None, row):
                return index
        raise AllTunersInUse("none free")


@contextlib.asynccontextmanager
async def serving(routes: Iterable[web.RouteDef], host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Serve `routes` as the tuner port does; yields `http://address:port`."""
    app = web.Application(middlewares=[settle_who_asks(())])
    install(app)
    app.add_routes(routes)
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, 0)
        await site.start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def raw(base: str, request: str) -> bytes:
    """Send the text of a request as it is and read until the server closes."""
    host, _, port = base.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    try:
        writer.write(request.replace("\n", "\r\n").encode("latin-1"))
        async with asyncio.timeout(5):
            return await reader.read()
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
