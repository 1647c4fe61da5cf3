"""The last lines of the log, in memory: for pages, for whoever follows along, and for the debug bundle."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tunerr.errors import ActionRefused

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

MOST_RECORDS: Final = 2000
MOST_FOLLOWERS: Final = 10
_AT_ONCE = 100  # records that a follower is told together
_WAITING = 500  # records that a follower may be behind; then the oldest are left out
_OWN = ("timestamp", "level", "event", "logger")


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One line. `number` counts from 1 since the start; `at` is ISO 8601 in UTC; nothing in it is a secret."""

    number: int
    at: str
    level: str
    event: str
    logger: str
    fields: Mapping[str, Any]


class LogRing:
    """The last 2,000 records. As a processor of structlog it comes after `redact`; records come from any thread."""

    def __init__(self) -> None:
        self._records: deque[LogRecord] = deque(maxlen=MOST_RECORDS)
        self._count = 0
        self._guard = threading.Lock()
        self._followers: dict[asyncio.Queue[LogRecord], asyncio.AbstractEventLoop] = {}

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """Keep a record and hand it on as it is."""
        with self._guard:
            self._count += 1
            record = LogRecord(
                self._count,
                str(event.get("timestamp", "")),
                str(event.get("level", "")),
                str(event.get("event", "")),
                str(event.get("logger", "")),
                {name: value for name, value in event.items() if name not in _OWN},
            )
            self._records.append(record)
            followers = tuple(self._followers.items())
        for queue, loop in followers:
            loop.call_soon_threadsafe(_put, queue, record)
        return event

    @property
    def records(self) -> tuple[LogRecord, ...]:
        """Newest first."""
        with self._guard:
            return tuple(reversed(self._records))

    @contextmanager
    def follow(self) -> Iterator[Callable[[], Awaitable[Sequence[LogRecord]]]]:
        """What waits for the next records from now on, up to 100; who falls 500 behind misses the oldest of them.

        Raises ActionRefused when ten follow already.
        """
        queue: asyncio.Queue[LogRecord] = asyncio.Queue(_WAITING)
        with self._guard:
            if len(self._followers) >= MOST_FOLLOWERS:
                raise ActionRefused(
                    f"{MOST_FOLLOWERS} pages follow the log already.", hint="Close one of them, or load the page again."
                )
            self._followers[queue] = asyncio.get_running_loop()
        try:
            yield lambda: _all(queue)
        finally:
            with self._guard:
                del self._followers[queue]


def _put(queue: asyncio.Queue[LogRecord], record: LogRecord) -> None:
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(record)


async def _all(queue: asyncio.Queue[LogRecord]) -> Sequence[LogRecord]:
    found = [await queue.get()]
    while len(found) < _AT_ONCE and not queue.empty():
        found.append(queue.get_nowait())
    return found
