"""The log of streams that are over, one JSON line each."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import orjson
import structlog

from tunerr.gateway.timeline import StreamAttempt
from tunerr.support.tasks import Supervisor
from tunerr.views.streams import attempt_row

log = structlog.get_logger(__name__)

_CLOSE_SECONDS = 5.0


class AttemptLog:
    """Appends to a file, readable by its owner only, off the loop; that it can't be written is told once."""

    def __init__(self, *, path: Path, background: Supervisor) -> None:
        self._path = path
        self._background = background
        self._waiting: list[bytes] = []
        self._writing: asyncio.Task[None] | None = None
        self._failed = False

    def add(self, attempt: StreamAttempt) -> None:
        """Write the line in the background."""
        self._waiting.append(orjson.dumps(attempt_row(attempt)) + b"\n")
        if self._writing is None or self._writing.done():
            self._writing = self._background.spawn(self._write_waiting(), "attempt log")

    async def aclose(self) -> None:
        """Wait until the lines that were added are written, for 5 s at most."""
        if self._writing is not None:
            await asyncio.wait({self._writing}, timeout=_CLOSE_SECONDS)

    async def _write_waiting(self) -> None:
        while self._waiting:
            lines, self._waiting = self._waiting, []
            await asyncio.to_thread(self._append, b"".join(lines))

    def _append(self, lines: bytes) -> None:
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "ab") as file:
                file.write(lines)
        except OSError as error:
            if not self._failed:
                log.warning("stream attempt log not written", path=str(self._path), error=error.strerror)
            self._failed = True
        else:
            self._failed = False
