"""A bound on one request of a stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tunerr.errors import UpstreamError


@asynccontextmanager
async def within(seconds: float, what: str) -> AsyncIterator[None]:
    """Bound the body of an `async with`. Raises UpstreamError "timeout" about `what`, the subject of a sentence."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise UpstreamError(f"{what} did not come for {seconds:.1f} s.", reason="timeout") from error
