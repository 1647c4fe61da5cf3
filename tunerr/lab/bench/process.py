"""Processes under measurement: on which core they run, what they cost, what they tell."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tunerr.errors import TunerrError
from tunerr.lab.bench.flood_streams import Gaps
from tunerr.lab.bench.sink import Drained, Load
from tunerr.support.process import Child, start_child

_PAGE = os.sysconf("SC_PAGE_SIZE")
_STARTED_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Cores:
    """Where the relay under measurement runs, and everything else; the same core where there is only one."""

    relay: int
    load: int

    @classmethod
    def found(cls) -> Cores:
        """The first and the last core that this process may use."""
        usable = sorted(os.sched_getaffinity(0))
        return cls(usable[0], usable[-1])

    @property
    def remark(self) -> str:
        """What is to be said about figures of this machine, or nothing."""
        return "" if self.relay != self.load else "One core only: relay, source and viewers share it."


@contextlib.contextmanager
def on_core(core: int | None) -> Iterator[None]:
    """Run this process on `core`, and children that it starts meanwhile for good; None changes nothing."""
    before = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    found = [pid]
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += family(int(child))
    return found


def cpu_seconds(pid: int) -> float:
    """Time on a core of a process and all that it started, softirqs in which they send included."""
    total = 0
    for each in family(pid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for task in Path(f"/proc/{each}/task").iterdir():
                total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def resident(pid: int) -> float:
    """MB in memory of a process and all that it started."""
    total = 0
    for each in family(pid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            total += int(Path(f"/proc/{each}/statm").read_text().split()[1]) * _PAGE
    return total / 1e6


def socket_memory() -> float:
    """MB that the kernel holds in buffers of TCP sockets, of all programs."""
    for line in Path("/proc/net/sockstat").read_text().splitlines():
        if line.startswith("TCP:"):
            return int(line.split()[-1]) * _PAGE / 1e6
    return 0.0


async def say(child: Child, line: str) -> None:
    """Tell a child a line."""
    child.stdin.write(f"{line}\n".encode())
    await child.stdin.drain()


async def told(child: Child, wanted: str, seconds: float = _STARTED_SECONDS) -> dict[str, Any]:
    """The next JSON line of a child whose event is `wanted`; others are passed over.

    A child that ends or is silent is ended, and TunerrError raised with its last words.
    """
    try:
        async with asyncio.timeout(seconds):
            while line := await child.stdout.readline():
                facts: dict[str, Any] = json.loads(line)
                if facts["event"] == wanted:
                    return facts
    except TimeoutError:
        pass
    await child.end()
    raise TunerrError(f"{child.name} did not tell {wanted}: {child.last_words()}")


def child_of(module: str, given: Any) -> list[str]:
    """The command of a child of the bench that is told a dataclass."""
    return [sys.executable, "-m", f"tunerr.lab.bench.{module}", json.dumps(asdict(given))]


async def gaps(streams: Child, name: str) -> list[Gaps]:
    """End a window of `tunerr.lab.bench.flood_streams`; one for each stream."""
    await say(streams, name)
    return [Gaps(**facts) for facts in (await told(streams, "gaps"))["streams"]]


@contextlib.asynccontextmanager
async def running(
    argv: Sequence[str], *, name: str, talks: bool = False, cwd: Path | None = None, core: int | None = None
) -> AsyncIterator[Child]:
    """A child that is ended with the block. One that `talks` has pipes as standard input and output."""
    end = PIPE if talks else DEVNULL
    with on_core(core):
        child = await start_child(argv, name=name, cwd=str(cwd) if cwd else None, stdin=end, stdout=end)
    try:
        yield child
    finally:
        await child.end(grace=8.0)


class Source:
    """The provider's process; see `tunerr.lab.bench.source`."""

    def __init__(self, child: Child, port: int) -> None:
        self._child = child
        self.port = port

    def url(self, name: str, login: str = "") -> str:
        """Address of source a or b; `login` makes it one of another account."""
        return f"http://{f'{login}:x@' if login else ''}127.0.0.1:{self.port}/{name}.ts"

    async def end(self, how: str) -> int:
        """End the connections of source a by eof, reset or stall; when that was, in monotonic ns."""
        return int((await self._act(f"end {how}", "ended"))["at"])

    async def heal(self) -> None:
        """Serve source a again."""
        await self._act("heal", "healed")

    async def next(self, event: str, source: str) -> int:
        """When the next event of a source was, in monotonic ns."""
        while True:
            facts = await told(self._child, event, 30.0)
            if facts["source"] == source:
                return int(facts["at"])

    async def _act(self, command: str, event: str) -> dict[str, Any]:
        await say(self._child, command)
        return await told(self._child, event)


@contextlib.asynccontextmanager
async def source(media: Path) -> AsyncIterator[Source]:
    """The paced provider; `media` is the folder of encoded clips."""
    argv = [sys.executable, "-m", "tunerr.lab.bench.source", str(media)]
    async with running(argv, name="source", talks=True) as child:
        yield Source(child, int((await told(child, "listening"))["port"]))


@dataclass(frozen=True, slots=True)
class Measured:
    """What viewers got and what it cost the relay meanwhile. `memory` in MB, at the window's end."""

    drained: Drained
    cpu: float
    memory: float
    sockets: float

    @property
    def per_gigabyte(self) -> float:
        """CPU seconds per GB sent to viewers."""
        return self.cpu / (self.drained.bytes / 1e9) if self.drained.bytes else float("inf")

    @property
    def core(self) -> float:
        """Share of one core in percent."""
        return 100 * self.cpu / self.drained.seconds


class Sink:
    """The viewers' process; see `tunerr.lab.bench.sink`."""

    def __init__(self, child: Child) -> None:
        self._child = child

    async def started(self) -> None:
        """Wait until every viewer has its first bytes."""
        await told(self._child, "started")

    async def measured(self, pid: int) -> Measured:
        """Wait for the window and its end; `pid` is the relay's."""
        await told(self._child, "window")
        before = cpu_seconds(pid)
        facts = await told(self._child, "done")
        cpu = cpu_seconds(pid) - before
        return Measured(Drained(**facts["drained"]), cpu, resident(pid), socket_memory())


@contextlib.asynccontextmanager
async def sink(load: Load) -> AsyncIterator[Sink]:
    """Viewers as `load` says."""
    async with running(child_of("sink", load), name="viewers", talks=True) as child:
        yield Sink(child)
