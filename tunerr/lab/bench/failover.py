"""`bench failover`: a source is lost, another one is healthy; what of the gap is ours."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from tunerr.errors import TunerrError
from tunerr.lab.bench.contenders import PRODUCT, Product, product
from tunerr.lab.bench.process import Cores, Source, on_core, source
from tunerr.lab.bench.report import Figure, Report
from tunerr.lab.bench.viewer import Viewer
from tunerr.lab.bench.walk import continuity_errors

_CHANNEL = "Bench"
_FAULTS = ("eof", "reset", "stall")
_PLAYED = 2.0
_AFTERWARDS = 1.0
_PATIENCE = 20.0
_OWN_MS = 200.0  # performance.md, "Targets"; architecture.md, 4
_NS = 1e6  # in a millisecond


@dataclass(frozen=True, slots=True)
class Outage:
    """One failover, in ms.

    `seen`: from the fault to where the product knows it, which for a connection that ends is at once. `asked`: from
    there to the request at the other source. `keyframe`: from there to the first access point on the wire. `shown`:
    from there to the viewer. `gap`: the longest time in which the viewer got nothing.
    """

    seen: float
    asked: float
    keyframe: float
    shown: float
    gap: float
    errors: int

    @property
    def own(self) -> float:
        """The product's share."""
        return self.asked + self.shown


async def _outage(provider: Source, ours: Product, how: str) -> Outage:
    relay = ours.relay(_CHANNEL)
    viewer = await Viewer.come(relay.port, relay.path)
    try:
        if not await viewer.take_until("a", _PATIENCE):
            raise TunerrError("The channel does not play.")
        await viewer.take_for(_PLAYED + random.random())  # noqa: S311 - where in a group of pictures it happens
        ended = await provider.end(how)
        if not await viewer.take_until("b", _PATIENCE):
            raise TunerrError(f"The other source was not taken within {_PATIENCE:.0f} s after {how}.")
        await viewer.take_for(_AFTERWARDS)
    finally:
        await viewer.leave()
    asked = await provider.next("request", "b")
    key = await provider.next("key", "b")
    known = await _noticed(ours, ended) if how == "stall" else ended
    shown = viewer.first["b"]
    around = [at for at, _ in viewer.arrivals if at >= ended - 1e9]
    gap = max(later - earlier for earlier, later in pairwise(around))
    return Outage(
        seen=(known - ended) / _NS,
        asked=(asked - known) / _NS,
        keyframe=(key - asked) / _NS,
        shown=(shown - key) / _NS,
        gap=gap / _NS,
        errors=continuity_errors(bytes(viewer.data)),
    )


async def _noticed(ours: Product, after: int) -> int:
    """When the product says that it lost the source, in monotonic ns."""
    monotonic_less_wall = time.monotonic_ns() - time.time_ns()
    for attempt in (await ours.json("/debug/stream-attempts.json?limit=1"))["attempts"]:
        for event in attempt["timeline"]:
            at = int(datetime.fromisoformat(event["at"]).timestamp() * 1e9) + monotonic_less_wall
            if event["kind"] == "lost" and at >= after:
                return at
    raise TunerrError("The product does not say that it lost the source.")


def _figures(fault: str, seen: list[Outage]) -> list[Figure]:
    def figure(what: str, values: list[float], unit: str = "ms", limit: float | None = None) -> Figure:
        return Figure(fault, PRODUCT, what, tuple(values), unit, limit)

    return [
        figure("own share", [each.own for each in seen], limit=_OWN_MS),
        figure("fault to its detection", [each.seen for each in seen]),
        figure("detection to request", [each.asked for each in seen]),
        figure("request to access point on the wire", [each.keyframe for each in seen]),
        figure("access point to viewer", [each.shown for each in seen]),
        figure("longest gap", [each.gap for each in seen]),
        figure("continuity errors", [each.errors for each in seen], "", 0),
    ]


async def run(media: Path, rounds: int) -> Report:
    """The report; `media` is the folder of encoded clips."""
    cores = Cores.found()
    report = Report("failover", remarks=[cores.remark] if cores.remark else [])
    with tempfile.TemporaryDirectory(prefix="iptv-tunerr-bench-") as folder, on_core(cores.load):
        async with source(media) as provider:
            channels = {_CHANNEL: [provider.url("a", "one"), provider.url("b", "two")]}
            async with product(Path(folder), channels, cores) as ours:
                for fault in _FAULTS:
                    seen = []
                    for _ in range(rounds):
                        seen.append(await _outage(provider, ours, fault))
                        await provider.heal()
                        await ours.idle()
                        await asyncio.sleep(0.2)
                    report.add(_figures(fault, seen))
    return report
