"""How fast the tuner's lineup.json is made and served, beside the same bytes from memory with nothing around them."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiohttp import web
from isal import igzip

from tunerr.lab.bench.process import running, told
from tunerr.lab.bench.report import Figure, ratios
from tunerr.model.carried import CarriedBook
from tunerr.model.channel import Channel, ChannelId, Lineup, LineupChannel
from tunerr.model.device_id import DeviceId
from tunerr.model.numbers import GuideNumber
from tunerr.model.status import TunerStatus
from tunerr.outputs.hdhr import documents
from tunerr.outputs.hdhr.http import routes
from tunerr.support.clock import SystemClock
from tunerr.support.snapshot import Published
from tunerr.views.device import DeviceIdentity

_LEAST = 0.8  # of cached bytes; performance.md, "Targets"
_CONNECTIONS = 16
_REPEATS = 5
_FORMS = {"identity": "plain", "gzip": "gzip"}


class _NoTuners:
    def status(self) -> tuple[TunerStatus, ...]:
        return ()


def lineup(channels: int) -> Lineup:
    """A lineup of one device, larger than any real one."""
    rows = (
        LineupChannel(GuideNumber(number), Channel(ChannelId(f"dna-{number:016x}"), f"UK: Channel {number} HD"))
        for number in range(1, channels + 1)
    )
    return Lineup(version="bench", built_at=datetime.now(UTC), channels=tuple(rows))


async def figures(channels: int, *, pairs: int, seconds: float) -> list[Figure]:
    """Encode it some times, then ask for it in turn with the cached bytes."""
    made = lineup(channels)
    case = f"lineup.json, {channels:,} channels"
    found = [Figure(case, "tunerr", "encode", tuple(_encode(made) for _ in range(_REPEATS)), "ms")]
    async with _serving(made) as port:
        for encoding, form in _FORMS.items():
            ours, theirs = [], []
            for _ in range(pairs):
                theirs.append(await _rate(port, f"/cached/{encoding}", seconds, encoding))
                ours.append(await _rate(port, "/lineup.json", seconds, encoding))
            found += [
                Figure(case, "cached bytes", f"served {form}", tuple(theirs), "req/s"),
                Figure(case, "tunerr", f"served {form}", tuple(ours), "req/s"),
                Figure(case, "tunerr", f"{form} of cached bytes", ratios(ours, theirs), "x", _LEAST, least=True),
            ]
    return found


def _encode(made: Lineup) -> float:
    began = time.perf_counter()
    documents.lineup_json(made.channels, "http://127.0.0.1:5004", seen=CarriedBook())
    return (time.perf_counter() - began) * 1000


@asynccontextmanager
async def _serving(made: Lineup) -> AsyncIterator[int]:
    """The tuner's face with a lineup, and what it answers as bytes without anything around them; the port."""
    app = web.Application()
    app.add_routes(_face(made))
    cached: dict[str, bytes] = {}

    async def serve(request: web.Request) -> web.Response:
        encoding = request.match_info["encoding"]
        headers = {} if encoding == "identity" else {"Content-Encoding": encoding}
        return web.Response(body=cached[encoding], content_type="application/json", headers=headers)

    app.router.add_get("/cached/{encoding}", serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    try:
        await site.start()
        port = int(runner.addresses[0][1])
        cached["identity"] = documents.lineup_json(made.channels, f"http://127.0.0.1:{port}", seen=CarriedBook())
        cached["gzip"] = igzip.compress(cached["identity"], 2)
        yield port
    finally:
        await runner.cleanup()


def _face(made: Lineup) -> list[web.RouteDef]:
    device = DeviceIdentity(
        device_id=DeviceId.nearest(0x1050ABC0),
        friendly_name="bench",
        tuner_count=2,
        manufacturer="bench",
        model_number="bench",
        firmware_name="bench",
        firmware_version="1",
        device_auth="bench",
        scan_possible=True,
    )

    async def no_favorite(_channel: ChannelId, _on: bool) -> None:
        return

    return routes(
        devices=(device,),
        configured_base="",
        deck_port=None,
        lineup=Published(made),
        carried=Published(CarriedBook()),
        tuners=_NoTuners(),
        clock=SystemClock(),
        set_favorite=no_favorite,
        on_lineup_served=lambda _rows: None,
    )


async def _rate(port: int, path: str, seconds: float, encoding: str) -> float:
    argv = [sys.executable, "-m", "tunerr.lab.bench.asker", str(port), path, str(seconds), str(_CONNECTIONS), encoding]
    async with running(argv, name="asker", talks=True) as child:
        return float((await told(child, "asked", seconds + 60.0))["rate"])
