"""Name look-ups that survive a DNS failure."""

from __future__ import annotations

import asyncio
import socket
from collections import OrderedDict

import structlog
from aiohttp.abc import AbstractResolver, ResolveResult

log = structlog.get_logger(__name__)

_KEPT = 1000
_PATIENCE_SECONDS = 2.0  # when there is an old answer to fall back on


class RememberingResolver(AbstractResolver):
    """Answers with the last known addresses of a name when `inner` fails or takes longer than 2 s. Owns `inner`."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner
        self._known: OrderedDict[tuple[str, socket.AddressFamily], list[ResolveResult]] = OrderedDict()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look `host` up. Raises OSError when it has no address and never had one."""
        key = (host, family)
        known = self._known.get(key)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS if known else None):
                found = await self._inner.resolve(host, port, family)
        except OSError as error:  # a time-out is one
            if known is None:
                raise
            log.warning("name look-up failed, old addresses used", host=host, error=str(error) or "no answer")
            return [{**row, "port": port} for row in known]
        self._known[key] = found
        self._known.move_to_end(key)
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return found

    async def close(self) -> None:
        """Close the inner resolver."""
        await self._inner.close()
