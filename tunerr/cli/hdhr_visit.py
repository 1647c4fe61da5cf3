"""How commands ask HDHomeRun devices by HTTP: without a running server, nothing kept."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tunerr.model.channel import SourceId
from tunerr.model.source import Source
from tunerr.model.url import SecretUrl, Zone
from tunerr.support.clock import SystemClock

if TYPE_CHECKING:
    from tunerr.catalog.visit import Visit
    from tunerr.support.http import HttpClients


@dataclass(frozen=True, slots=True)
class Visitor:
    """Asks devices; `seconds` is the longest wait for one answer."""

    clients: HttpClients
    spool: Path
    seconds: float

    def to(self, base: SecretUrl, *, named_in: Zone | None = None) -> Visit:
        """Visit the device at `base`. `named_in`: the zone of who named it; None: the operator typed it."""
        from tunerr.catalog.visit import Visit  # noqa: PLC0415 - slow to start

        source = Source(SourceId("device"), "playlist", base, self.seconds, device=True)
        return Visit(source, clients=self.clients, spool=self.spool, clock=SystemClock(), pause=0, named_in=named_in)


@asynccontextmanager
async def visiting(seconds: float) -> AsyncIterator[Visitor]:
    """Give the visitor; what devices sent is removed at the end."""
    from tunerr.support.http import HttpClients  # noqa: PLC0415 - the HTTP client: slow to start

    clients = HttpClients(user_agent="IPTV Tunerr")
    try:
        with tempfile.TemporaryDirectory() as spool:
            yield Visitor(clients, Path(spool), seconds)
    finally:
        await clients.aclose()
