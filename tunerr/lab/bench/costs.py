"""What children of the bench cost that run to their end: the worker's jobs, and what they are compared with."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from tunerr.errors import TunerrError
from tunerr.lab.bench.report import Figure

_POLL = 0.02


@dataclass(frozen=True, slots=True)
class Cost:
    """What a child took: seconds from its start to its end, seconds on a core, and the most MB that it held."""

    wall: float
    cpu: float
    peak: float

    def __add__(self, other: Cost) -> Cost:
        """What both took, one after the other."""
        return Cost(self.wall + other.wall, self.cpu + other.cpu, max(self.peak, other.peak))


def figures(case: str, who: str, costs: Sequence[Cost], most: float | None = None) -> list[Figure]:
    """What each of some runs of `who` took; `most`: the most MB that is wanted."""
    return [
        Figure(case, who, "wall", tuple(cost.wall for cost in costs), "s"),
        Figure(case, who, "CPU", tuple(cost.cpu for cost in costs), "s"),
        Figure(case, who, "peak RSS", tuple(cost.peak for cost in costs), "MB", most),
    ]


def child(argv: Sequence[str], request: Mapping[str, object] | None = None) -> Cost:
    """Run a child to its end, its request as the worker is given one. Raises TunerrError when it fails."""
    began, peak = time.perf_counter(), 0.0
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("a pipe is missing")
    with process.stdin as given, process.stdout as told:
        if request is not None:
            given.write(orjson.dumps(request) + b"\n")
            given.flush()
        while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
            peak = max(peak, _most_held(process.pid))
            time.sleep(_POLL)
        answer = told.read()
    process.returncode = os.waitstatus_to_exitcode(ended[1])
    if process.returncode or b'"error"' in answer[:20]:
        raise TunerrError(f"{' '.join(argv[:3])} ended with status {process.returncode}: {answer.decode()[:500]}")
    return Cost(time.perf_counter() - began, ended[2].ru_utime + ended[2].ru_stime, peak)


def _most_held(pid: int) -> float:
    """The most MB that a process has held; of wait4 it would be ours, from before the child was another program."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def job(name: str, request: Mapping[str, object]) -> Cost:
    """Run a job as the server does: in a worker of its own."""
    return child([sys.executable, "-m", "tunerr.worker", name], request)
