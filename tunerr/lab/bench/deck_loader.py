"""One client that loads pages of the deck in turn over one connection, and notes how long each takes.

Told by one JSON argument (Pages). Tells `ready`; each line on standard input is a number of seconds: whole rounds of
all pages are loaded until these have passed, and `loaded` tells what was seen (Loaded).
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection
from statistics import median

from tunerr.lab.bench.child import tell

_PATIENCE = 30.0
_USUAL = 95


@dataclass(frozen=True, slots=True)
class Pages:
    """The deck's port, what a browser sends as Cookie, and paths by their names."""

    port: int
    cookie: str
    paths: dict[str, str]


@dataclass(slots=True)
class Loaded:
    """By the pages' names: milliseconds from request to last byte, and bytes on the wire; `failed`: not by 200."""

    took: dict[str, list[float]] = field(default_factory=dict)
    size: dict[str, int] = field(default_factory=dict)
    failed: int = 0

    def more(self, other: Loaded) -> None:
        """Take what was seen in another window too."""
        for name, took in other.took.items():
            self.took.setdefault(name, []).extend(took)
        self.size |= other.size
        self.failed += other.failed


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of one page."""

    p50: float
    p95: float
    longest: float

    @classmethod
    def of(cls, took: list[float]) -> Times:
        """Of one or more."""
        ordered = sorted(took)
        return cls(median(ordered), ordered[(len(ordered) * _USUAL - 1) // 100], ordered[-1])


class _Loader:
    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._headers = {"Cookie": pages.cookie, "Accept": "text/html", "Accept-Encoding": "gzip"}

    def load(self, seconds: float) -> Loaded:
        loaded, until = Loaded(), time.monotonic() + seconds
        # A connection of its own for each window: the server ends those that are idle for long.
        connection = HTTPConnection("127.0.0.1", self._pages.port, timeout=_PATIENCE)
        while True:
            for name, path in self._pages.paths.items():
                self._one(connection, name, path, loaded)
            if time.monotonic() >= until:
                connection.close()
                return loaded

    def _one(self, connection: HTTPConnection, name: str, path: str, loaded: Loaded) -> None:
        began = time.perf_counter()
        connection.request("GET", path, headers=self._headers)
        answer = connection.getresponse()
        body = answer.read()
        loaded.took.setdefault(name, []).append((time.perf_counter() - began) * 1000)
        loaded.size[name] = len(body)
        loaded.failed += answer.status != 200  # noqa: PLR2004 - OK


def main(pages: Pages) -> None:
    """Load until standard input ends."""
    loader = _Loader(pages)
    tell("ready")
    for line in sys.stdin:
        tell("loaded", loaded=asdict(loader.load(float(line))))


if __name__ == "__main__":
    main(Pages(**json.loads(sys.argv[1])))
