"""The log of streams that are over, one JSON line each."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import orjson
import structlog

from tunerr.gateway.timeline import StreamAttempt
from tunerr.support.behind import WriteBehind
from tunerr.support.tasks import Supervisor
from tunerr.views.streams import attempt_row

log = structlog.get_logger(__name__)

_CLOSE_SECONDS = 5.0


class AttemptLog:
    """Appends to a file, readable by its owner only, off the loop; that it can't be written is told once."""

    def __init__(self, *, path: Path, background: Supervisor) -> None:
        self._path = path
        self._behind = WriteBehind(self._write, background=background, name="attempt log")
        self._failed = False

    def add(self, attempt: StreamAttempt) -> None:
        """Write the line in the background."""
        self._behind.add(orjson.dumps(attempt_row(attempt)) + b"\n")

    async def aclose(self) -> None:
        """Wait until the lines that were added are written, for 5 s at most."""
        await self._behind.aclose(_CLOSE_SECONDS)

    async def _write(self, lines: Sequence[bytes]) -> None:
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
