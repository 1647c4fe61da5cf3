"""One running encoder of the demo."""

from __future__ import annotations

from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from tunerr.lab.demo.channels import DemoChannel
from tunerr.support.process import Child, start_child

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class BroadcastFacts:
    """What a broadcast is doing. HLS has no connections, so both counts of them stay 0 there."""

    encoding: bool
    encoders_started: int
    connections: int = 0
    connections_total: int = 0


@asynccontextmanager
async def encoder(channel: DemoChannel, command: list[str], *, folder: Path | None = None) -> AsyncIterator[Child]:
    """Run `command` while the context lasts; without a `folder` to write to, its stdout is a pipe.

    An encoder that ends by itself is logged with its last words. Raises TunerrError when it can't be started.
    """
    child = await start_child(
        command,
        name=f"demo {channel.slug}",
        stdout=PIPE if folder is None else DEVNULL,
        cwd=None if folder is None else str(folder),
    )
    try:
        yield child
    finally:
        if child.returncode is not None:
            log.warning(
                "demo encoder ended by itself",
                channel=channel.name,
                status=child.returncode,
                last_words=child.last_words(),
            )
        # No grace: asked to end, ffmpeg would write #EXT-X-ENDLIST and tell players that a live channel is over.
        await child.end(grace=0.0)
