"""`bench relay`: one channel to many viewers."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tunerr.lab.bench import micro
from tunerr.lab.bench.contenders import (
    CRELAY,
    FFMPEG,
    NGINX,
    PRODUCT,
    Product,
    Relay,
    compile_reference,
    crelay,
    ffmpeg,
    missing,
    nginx,
    product,
)
from tunerr.lab.bench.process import Cores, Measured, Source, cpu_seconds, on_core, resident, sink, source
from tunerr.lab.bench.report import Figure, Report, ratios
from tunerr.lab.bench.sink import Load
from tunerr.lab.bench.stream import MEGABITS

_WARM = 3.0
_SWITCHED_WARM = 8.0  # the switch, and its effects, are over
_LIVE, _STALLED = 50, 20
_MANY = 500
_FEW = 7
_SOURCE = "the source itself"
_CHANNEL = "Bench"
# performance.md, "Targets".
_PER_CRELAY, _PER_NGINX = 1.5, 0.6
_LATENCY_MS, _CORE_PERCENT, _MEMORY_MB, _STALLED_MB = 40.0, 1.0, 40.0, 1.0
_KEPT_UP = 0.95


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured: each number of `viewers`, for `seconds`, `pairs` times; `reference`: folder of crelay.c."""

    media: Path
    viewers: tuple[int, ...] = (1, 7, 50, 500)
    seconds: float = 8.0
    pairs: int = 5
    reference: Path | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One row: how many watch, whether after a switch of sources, how many of them take nothing."""

    viewers: int
    switched: bool = False
    stalled: int = 0

    @property
    def name(self) -> str:
        """As the table has it."""
        more = ", after a switch" if self.switched else f", {self.stalled} stalled" if self.stalled else ""
        return f"{self.viewers} viewer{'s' if self.viewers > 1 else ''}{more}"


class RelayBench:
    """Runs the cases of a plan against one running product, one provider and what there is to compare with."""

    def __init__(self, plan: Plan, cores: Cores, folder: Path) -> None:
        self.report = Report("relay")
        self._plan = plan
        self._cores = cores
        self._folder = folder
        self._reference: Path | None = None
        self._direct = 0.0  # p99 in ms without any relay
        self._alone: list[float] = []  # p99 in ms of 50 viewers without stalled ones

    async def run(self) -> None:
        """Measure everything."""
        plan = self._plan
        if plan.reference is not None:
            self._reference = await compile_reference(plan.reference, self._folder)
        async with source(plan.media) as provider:
            channels = {_CHANNEL: [provider.url("a", "one"), provider.url("b", "two")]}
            async with product(self._folder / "product", channels, self._cores) as ours:
                await self._measure(provider, ours)

    async def _measure(self, provider: Source, ours: Product) -> None:
        await self._without_relay(provider)
        await self._nobody(ours)
        for viewers in self._plan.viewers:
            await self._compare(Case(viewers), provider, ours)
        for viewers in self._plan.viewers:
            await self._compare(Case(viewers, switched=True), provider, ours)
        if _LIVE in self._plan.viewers:
            await self._compare(Case(_LIVE, stalled=_STALLED), provider, ours)

    async def _nobody(self, ours: Product) -> None:
        """What the product needs at rest."""
        before = cpu_seconds(ours.pid)
        await asyncio.sleep(self._plan.seconds)
        core = 100 * (cpu_seconds(ours.pid) - before) / self._plan.seconds
        self.report.add(
            [
                Figure("nobody watches", PRODUCT, "core", (core,), "%"),
                Figure("nobody watches", PRODUCT, "memory", (resident(ours.pid),), "MB"),
            ]
        )

    async def _without_relay(self, provider: Source) -> None:
        """What source and viewers need themselves."""
        alone = Relay(_SOURCE, provider.port, "/a.ts", 0)
        seen = (await self._once(Case(1), alone, provider)).drained
        self._direct = seen.p99
        self.report.add(
            [
                Figure("1 viewer", _SOURCE, "latency p50", (seen.p50,), "ms"),
                Figure("1 viewer", _SOURCE, "latency p99", (seen.p99,), "ms"),
            ]
        )

    async def _compare(self, case: Case, provider: Source, ours: Product) -> None:
        """Interleaved: each contender once, and so for every pair."""
        seen: dict[str, list[Measured]] = {}
        idle = resident(ours.pid)
        for _ in range(self._plan.pairs):
            for start in self._contenders(case, provider, ours):
                async with start as relay:
                    seen.setdefault(relay.name, []).append(await self._once(case, relay, provider))
            await ours.idle()
        self._judge(case, seen, idle)

    def _contenders(self, case: Case, provider: Source, ours: Product) -> list[AbstractAsyncContextManager[Relay]]:
        found: list[AbstractAsyncContextManager[Relay]] = [nullcontext(ours.relay(_CHANNEL))]
        if self._reference is not None:
            found.append(crelay(self._reference, provider.port, self._cores))
        if not case.switched and not case.stalled:
            if shutil.which("nginx"):
                found.append(nginx(self._folder / "nginx", provider.port, self._cores))
            if case.viewers == 1 and shutil.which("ffmpeg"):
                found.append(ffmpeg(provider.port, self._cores))
        return found

    async def _once(self, case: Case, relay: Relay, provider: Source) -> Measured:
        switch = case.switched and relay.name == PRODUCT
        load = Load(
            port=relay.port,
            path=relay.path,
            viewers=case.viewers,
            stalled=case.stalled,
            warm=_SWITCHED_WARM if switch else _WARM,
            seconds=self._plan.seconds,
        )
        async with sink(load) as viewers:
            await viewers.started()
            if switch:
                await asyncio.sleep(1)
                await provider.end("eof")
            measured = await viewers.measured(relay.pid)
        await provider.heal()
        if switch and measured.drained.sources != "b":
            self.report.remarks.append(f"{case.name}: not switched, seen were {measured.drained.sources!r}.")
        return measured

    def _judge(self, case: Case, seen: dict[str, list[Measured]], idle: float) -> None:
        report, name = self.report, case.name
        for who, runs in seen.items():
            ours = who == PRODUCT
            added = tuple(run.drained.p99 - self._direct for run in runs)
            cost = tuple(run.core / (case.viewers if case.viewers <= _FEW else 1) for run in runs)
            what = "core per viewer" if case.viewers <= _FEW else "core"
            bound = _CORE_PERCENT if ours and case.viewers <= _FEW else None
            report.add(
                [
                    Figure(name, who, what, cost, "%", bound),
                    Figure(name, who, "CPU", tuple(run.per_gigabyte for run in runs), "s/GB"),
                    Figure(name, who, "latency p50", tuple(run.drained.p50 for run in runs), "ms"),
                    Figure(name, who, "added latency p99", added, "ms", _LATENCY_MS if ours else None),
                    Figure(name, who, "viewers lost", tuple(run.drained.lost for run in runs), "", 0 if ours else None),
                    Figure(
                        name,
                        who,
                        "slowest viewer",
                        tuple(run.drained.slowest for run in runs),
                        "Mbit/s",
                        _KEPT_UP * MEGABITS if ours else None,
                        least=True,
                    ),
                ]
            )
        self._judge_ratios(case, seen)
        self._judge_memory(case, seen[PRODUCT], idle)

    def _judge_ratios(self, case: Case, seen: dict[str, list[Measured]]) -> None:
        costs = {who: [run.per_gigabyte for run in runs] for who, runs in seen.items()}
        for other, limit in ((CRELAY, _PER_CRELAY), (NGINX, _PER_NGINX), (FFMPEG, None)):
            if other in costs:
                bound = limit if case.viewers >= (_LIVE if other == CRELAY else _MANY) else None
                values = ratios(costs[PRODUCT], costs[other])
                self.report.add([Figure(case.name, PRODUCT, f"CPU / {other}", values, "x", bound)])

    def _judge_memory(self, case: Case, runs: list[Measured], idle: float) -> None:
        more = tuple(run.memory - idle for run in runs)
        if case.stalled:
            each = tuple((run.memory - idle) / case.stalled for run in runs)
            p99 = tuple(run.drained.p99 - alone for run, alone in zip(runs, self._alone, strict=False))
            self.report.add(
                [
                    Figure(case.name, PRODUCT, "memory per stalled viewer", each, "MB", _STALLED_MB),
                    Figure(case.name, PRODUCT, "sockets of the machine", tuple(run.sockets for run in runs), "MB"),
                    Figure(case.name, PRODUCT, "latency p99 more than without", p99, "ms"),
                ]
            )
            return
        if case.viewers == _LIVE and not case.switched:
            self._alone = [run.drained.p99 for run in runs]
        bound = _MEMORY_MB if case.viewers >= _MANY else None
        self.report.add([Figure(case.name, PRODUCT, "memory more than idle", more, "MB", bound)])


async def run(plan: Plan) -> Report:
    """The report of a plan; the inspector and the splicer alone are measured first."""
    cores = Cores.found()
    with tempfile.TemporaryDirectory(prefix="iptv-tunerr-bench-") as folder, on_core(cores.load):
        bench = RelayBench(plan, cores, Path(folder))
        bench.report.remarks += [remark for remark in (cores.remark, *missing()) if remark]
        if plan.reference is None:
            bench.report.remarks.append("No --reference: nothing to compare the CPU time with but nginx.")
        bench.report.add(await asyncio.to_thread(partial(micro.figures, await micro.sample(plan.media))))
        await bench.run()
    return bench.report
