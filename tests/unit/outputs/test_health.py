from datetime import UTC, datetime

import aiohttp

from tests.unit.outputs.faces import lineup, serving
from tunerr.model.channel import SourceId
from tunerr.model.status import SourceState, SourceStatus
from tunerr.outputs.health import routes
from tunerr.support.snapshot import Published


async def test_probes():
    current, sources = Published(None), Published(())
    async with serving(routes(lineup=current, sources=sources)) as base, aiohttp.ClientSession() as session:

        async def get(path):
            async with session.get(base + path) as answer:
                return answer.status, await answer.json()

        assert await get("/healthz") == (
            200,
            {"status": "loading", "source_ready": False, "channels": 0, "last_refresh": None},
        )
        assert await get("/readyz") == (503, {"status": "not_ready"})
        current.publish(lineup(rows=()))
        assert (await get("/healthz"))[0] == 200
        assert (await get("/readyz"))[0] == 503
        current.publish(lineup())
        at = datetime(2026, 11, 21, 10, tzinfo=UTC)
        sources.publish(
            (
                SourceStatus(SourceId("m3u"), "playlist", "http://a", SourceState.OK, succeeded_at=at),
                SourceStatus(SourceId("m3u-2"), "playlist", "http://b"),
            )
        )
        assert await get("/healthz") == (
            200,
            {"status": "ok", "source_ready": True, "channels": 4, "last_refresh": "2026-11-21T10:00:00+00:00"},
        )
        assert await get("/readyz") == (200, {"status": "ready"})
