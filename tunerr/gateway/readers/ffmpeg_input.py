"""ffmpeg as a reader: its command line, its child process, its output as an upstream."""

from __future__ import annotations

import asyncio
import contextlib
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from datetime import datetime

import ffmpeg

from tunerr.errors import TunerrError, UpstreamError
from tunerr.support.logging import redacted
from tunerr.support.process import Child, start_child
from tunerr.support.tasks import Supervisor

_READ_BYTES = 256 * 1024
START_SECONDS = 15.0  # probing included; below the 20 s by which a viewer must have its 503 (hdhr.md §5)
SILENT_SECONDS = 15.0  # the gateway's detectors act long before; this is the bound of a hung child
# ffmpeg blocked in a read ignores SIGTERM, and an output on a pipe has nothing to finish.
_GRACE_SECONDS = 0.3
# The defaults wait for 5 MB; less than this loses audio that begins late (performance.md §3).
_PROBE = {"probesize": "500k", "analyzeduration": "500k", "fpsprobesize": 0}
# One PES packet for each audio frame: a radio's PCR rides on them and may be 100 ms apart at most.
_MPEGTS = {"f": "mpegts", "muxdelay": 0, "muxpreload": 0, "flush_packets": 1, "pes_payload_size": 0}
_STDERR_SECONDS = 0.05  # the last words come by a pipe of their own


@dataclass(frozen=True, slots=True)
class FfmpegInput:
    """What ffmpeg opens: `url` with input `options`, by `protocols` only; `raw`: a transport stream, taken as is."""

    url: str
    protocols: tuple[str, ...]
    options: dict[str, str | int] = field(default_factory=dict)
    raw: bool = False


def command_line(program: str, source: FfmpegInput) -> list[str]:
    """The argument list that writes `source` as a transport stream to stdout, nothing re-encoded."""
    whitelist = {"protocol_whitelist": ",".join(source.protocols)}
    command = [program, "-nostdin", "-hide_banner", "-loglevel", "error"]
    if source.raw:
        # Not demuxed: all PIDs, tables and clocks of the source survive, and nothing has to be probed.
        reading = ffmpeg.input(source.url, f="data", **whitelist, **source.options)
        writing = ffmpeg.output(reading["d"], "pipe:1", f="data", c="copy", flush_packets=1)
    else:
        reading = ffmpeg.input(source.url, **whitelist, **_PROBE, **source.options)
        writing = ffmpeg.output(reading["v:0?"], reading["a?"], "pipe:1", c="copy", **_MPEGTS)
    return list(writing.compile(cmd=command))


class FfmpegUpstream:
    """The output of one ffmpeg. `explain` may know better than ffmpeg why it failed."""

    def __init__(self, *, label: str, explain: Callable[[], UpstreamError | None] = lambda: None) -> None:
        self.label = label
        self.program_time: datetime | None = None  # ffmpeg tells none
        self._explain = explain
        self._child: Child | None = None
        self._head = b""

    async def open(
        self,
        program: Callable[[], str],
        source: FfmpegInput,
        stack: AsyncExitStack,
        *,
        feed: AsyncGenerator[bytes, None] | None = None,
    ) -> None:
        """Start ffmpeg and wait for its first bytes; `feed` goes to its stdin; `stack` ends it.

        Raises UpstreamError: "ffmpeg" (missing, disabled, failed), "timeout", "ended".
        """
        try:
            argv = command_line(program(), source)
            child = await start_child(argv, name="ffmpeg reader", stdin=PIPE if feed else DEVNULL)
        except TunerrError as error:
            raise UpstreamError(error.message, reason="ffmpeg", hint=error.hint) from error
        stack.push_async_callback(child.end, _GRACE_SECONDS)
        self._child = child
        if feed is not None:
            tasks = Supervisor()
            stack.push_async_callback(tasks.aclose)
            tasks.spawn(_feed(child, feed), "ffmpeg reader feed")
        self._head = await self._some(child, START_SECONDS)
        if not self._head:
            raise UpstreamError("The stream ended before its first picture.", reason="ended")

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The transport stream as it is written. Raises UpstreamError "timeout" or "ffmpeg"."""
        if self._child is None:
            raise RuntimeError("chunks before open")
        yield self._head
        while chunk := await self._some(self._child, SILENT_SECONDS):
            yield chunk

    async def _some(self, child: Child, limit: float) -> bytes:
        """What has come, empty at an orderly end."""
        try:
            async with asyncio.timeout(limit):
                chunk = await child.stdout.read(_READ_BYTES)
                if not chunk and await child.wait() != 0:
                    await asyncio.sleep(_STDERR_SECONDS)
                    raise self._explain() or UpstreamError(_words(child), reason="ffmpeg")
                return chunk
        except TimeoutError as error:
            raise self._explain() or UpstreamError(f"No data came for {limit:.0f} s.", reason="timeout") from error


def _words(child: Child) -> str:
    """The last line that ffmpeg said, secrets taken out."""
    lines = child.last_words().splitlines()
    said = redacted(lines[-1]) if lines else f"exit status {child.returncode}"
    return f"ffmpeg could not read the stream: {said}."


async def _feed(child: Child, source: AsyncGenerator[bytes, None]) -> None:
    """Write `source` to the child's stdin, then close it: the child's end tells how it went."""
    with contextlib.suppress(UpstreamError, ConnectionError):  # either way the input is over, and ffmpeg ends
        async with aclosing(source):
            async for chunk in source:
                child.stdin.write(chunk)
                await child.stdin.drain()
    with contextlib.suppress(ConnectionError):
        child.stdin.close()
