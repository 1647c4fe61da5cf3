"""What the program does while its streams are watched: time on its core, memory, loop, and how others are served."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from tunerr.lab.bench.contenders import Product
from tunerr.lab.bench.flood_device import ask, dropped, is_found
from tunerr.lab.bench.process import cpu_seconds, resident
from tunerr.providers.hdhr.control import Control
from tunerr.support.tasks import Supervisor

Result = TypeVar("Result")

_EVERY = 0.5
_LAG = "iptv_tunerr_loop_lag_seconds_bucket"


@dataclass(frozen=True, slots=True)
class Seen:
    """`core`: percent of one; `memory`: the most MB; `lag`: ms, the upper end of the last bucket with a late timer.

    `gets`: ms until each question of a client that is connected was answered; `found`: percent of the searches of one
    more client that were answered; `dropped`: datagrams that the kernel threw away.
    """

    core: float
    memory: float
    lag: float
    gets: tuple[float, ...]
    found: float
    dropped: int


@dataclass(frozen=True, slots=True)
class _Look:
    answered: float
    found: bool
    memory: float


class Watch:
    """Looks at a running program twice a second."""

    def __init__(self, ours: Product, control: Control, discover_port: int) -> None:
        self._ours = ours
        self._control = control
        self._port = discover_port

    async def during(self, work: Coroutine[Any, Any, Result]) -> tuple[Result, Seen]:
        """Look while `work` is done; its result and what was seen. Raises TunerrError when the program is gone."""
        pid, began, tasks = self._ours.pid, time.monotonic(), Supervisor()
        cpu, lost, late = cpu_seconds(pid), dropped(self._port), await timers(self._ours.base)
        looks: list[_Look] = []
        looking = tasks.spawn(self._look(looks), "looking at the program")
        try:
            result = await work
            if looking.done():
                await looking
        finally:
            await tasks.aclose()
        span = time.monotonic() - began
        return result, Seen(
            core=100 * (cpu_seconds(pid) - cpu) / span,
            memory=max(look.memory for look in looks),
            lag=lateness(late, await timers(self._ours.base)),
            gets=tuple(look.answered for look in looks),
            found=100 * sum(look.found for look in looks) / len(looks),
            dropped=dropped(self._port) - lost,
        )

    async def _look(self, looks: list[_Look]) -> None:
        while True:
            asked = time.monotonic()
            await ask(self._control, "/sys/model")
            answered = (time.monotonic() - asked) * 1000
            looks.append(_Look(answered, await is_found(self._port), resident(self._ours.pid)))
            await asyncio.sleep(_EVERY)


async def timers(base: str) -> dict[float, float]:
    """How many timers of the program at `base` have been late by at most so many seconds."""
    async with aiohttp.ClientSession() as session, session.get(f"{base}/metrics") as answer:
        text = await answer.text()
    return {
        float(sample.labels["le"]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == _LAG
    }


def lateness(before: dict[float, float], after: dict[float, float]) -> float:
    """Milliseconds: the lowest bound below which all timers were between two looks at `timers`."""
    late = {bound: count - before.get(bound, 0) for bound, count in after.items()}
    total = max(late.values(), default=0)
    return 1000 * min((bound for bound, count in late.items() if count == total), default=0.0)
