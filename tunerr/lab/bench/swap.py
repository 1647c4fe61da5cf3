"""How late the loop of a server is while the worker publishes a large catalog and the server then reads of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from tunerr.catalog.reader import CatalogReader
from tunerr.catalog.search import CatalogSearch
from tunerr.lab.bench.lag import Lag
from tunerr.lab.bench.report import Figure
from tunerr.model.channel import SourceId
from tunerr.model.source import Source
from tunerr.model.url import SecretUrl
from tunerr.storage.connection import open_server
from tunerr.support.snapshot import Published
from tunerr.support.tasks import Supervisor
from tunerr.support.worker_client import Worker

_CASE = "{:,} entries, a server's loop"
_WHO = "tunerr"
_LINEUP = 479
_LAG_MS = 20.0  # performance.md, "Targets"
_IDLE = 3.0
_JOB_SECONDS = 600.0


async def figures(database: Path, requests: Sequence[Mapping[str, object]], entries: int) -> list[Figure]:
    """Publish the answers one after the other, as `requests` of the job `ingest`, and read a lineup after each."""
    lag, tasks = Lag(), Supervisor()
    catalog = await open_server(database, kind="catalog", readonly=True)
    source = Source(SourceId("m3u"), "playlist", SecretUrl("http://provider.example.com/list"), timeout=60.0)
    sources = Published[tuple[Source, ...]]((source,))
    reader = CatalogReader(catalog=catalog, sources=sources)
    search = CatalogSearch(catalog=catalog, sources=sources)
    tasks.spawn(lag.watch(), "loop lag")
    idle, working, swapping = [], [], []
    try:
        for request in requests:
            lag.worst()
            await asyncio.sleep(_IDLE / len(requests))
            idle.append(lag.worst())
            await Worker().run("ingest", request, _JOB_SECONDS)
            working.append(lag.worst())
            await _read(reader, search)
            swapping.append(lag.worst())
    finally:
        await tasks.aclose()
        await catalog.close()
    case = _CASE.format(entries)
    return [
        Figure(case, "nothing", "largest lag of a loop at rest", tuple(idle), "ms"),
        Figure(case, _WHO, "largest lag while the job runs", tuple(working), "ms", _LAG_MS),
        Figure(case, _WHO, "largest lag while a lineup is read", tuple(swapping), "ms", _LAG_MS),
    ]


async def _read(reader: CatalogReader, search: CatalogSearch) -> None:
    """What an operator and then the builder ask for after a swap."""
    found = await search.containing("", _LINEUP)
    await reader.channels([channel for channel, *_ in found])
    await reader.served()
