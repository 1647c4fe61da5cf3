"""A channel as one endless transport stream: one encoder for all who watch, and none when nobody does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

import structlog

from tunerr.errors import TunerrError
from tunerr.lab.demo.channels import DemoChannel
from tunerr.lab.demo.encoder import BroadcastFacts, encoder
from tunerr.support.tasks import Supervisor

log = structlog.get_logger(__name__)

PACKET = 188
MAX_VIEWERS = 64  # a client that forgets its connections must not fill our memory
_READ_BYTES = 64 * 1024
_QUEUE_CHUNKS = 1024  # ffmpeg writes about 70 times a second: a viewer that is 15 s behind is let go


@dataclass(eq=False, slots=True)
class _Feed:
    """One encoder's output and those who watch it."""

    viewers: set[asyncio.Queue[bytes | None]] = field(default_factory=set)
    task: asyncio.Task[None] | None = None

    def publish(self, chunk: bytes) -> None:
        for queue in tuple(self.viewers):
            if queue.full():
                self.dismiss(queue)
            else:
                queue.put_nowait(chunk)

    def dismiss(self, queue: asyncio.Queue[bytes | None]) -> None:
        """Let one viewer see the end, after what it has not read yet if there is room."""
        self.viewers.discard(queue)
        if queue.full():
            queue.get_nowait()
        queue.put_nowait(None)


class TsBroadcast:
    """One channel for any number of viewers. A viewer starts at whatever packet comes next."""

    def __init__(self, *, channel: DemoChannel, command: Callable[[DemoChannel], list[str]], tasks: Supervisor) -> None:
        self._channel = channel
        self._command = command
        self._tasks = tasks
        self._feed: _Feed | None = None
        self._encoders_started = 0
        self._connections_total = 0

    def facts(self) -> BroadcastFacts:
        """What it is doing now."""
        connections = len(self._feed.viewers) if self._feed else 0
        return BroadcastFacts(self._feed is not None, self._encoders_started, connections, self._connections_total)

    async def watch(self) -> AsyncGenerator[bytes, None]:
        """Whole packets until the encoder ends or this viewer falls behind. Close it (`aclosing`) to leave.

        Raises TunerrError when there are too many viewers.
        """
        feed = self._feed or self._start()
        if len(feed.viewers) >= MAX_VIEWERS:
            raise TunerrError(f"{self._channel.name} has {MAX_VIEWERS} viewers already.")
        self._connections_total += 1
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(_QUEUE_CHUNKS)
        feed.viewers.add(queue)
        try:
            while (chunk := await queue.get()) is not None:
                yield chunk
        finally:
            feed.viewers.discard(queue)
            if not feed.viewers:
                self._stop(feed)

    def _start(self) -> _Feed:
        feed = self._feed = _Feed()
        self._encoders_started += 1
        feed.task = self._tasks.spawn(self._encode(feed), f"demo {self._channel.slug}")
        return feed

    def _stop(self, feed: _Feed) -> None:
        if self._feed is feed:
            self._feed = None
        if feed.task is not None:
            feed.task.cancel()

    async def _encode(self, feed: _Feed) -> None:
        rest = b""
        try:
            async with encoder(self._channel, self._command(self._channel)) as child:
                while chunk := await child.stdout.read(_READ_BYTES):
                    data = rest + chunk
                    whole = len(data) - len(data) % PACKET
                    rest = data[whole:]
                    if whole:
                        feed.publish(data[:whole])
                await child.wait()
        except TunerrError as error:
            log.warning("demo channel can't be encoded", channel=self._channel.name, error=str(error))
        finally:
            if self._feed is feed:
                self._feed = None
            for queue in tuple(feed.viewers):
                feed.dismiss(queue)
