"""A channel as HLS: the first playlist request starts the encoder, and silence ends it."""

from __future__ import annotations

import asyncio
import hashlib
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from tunerr.errors import TunerrError
from tunerr.lab.demo.channels import DemoChannel, Form
from tunerr.lab.demo.encoder import BroadcastFacts, encoder
from tunerr.lab.demo.encoding import KEY_INFO, MASTER
from tunerr.support.clock import Clock
from tunerr.support.process import Child
from tunerr.support.tasks import Supervisor

log = structlog.get_logger(__name__)

IDLE_SECONDS = 12.0
_READY_SECONDS = 10.0
_READY_SEGMENTS = 3  # where a player starts, counted from the end of a live playlist (RFC 8216 section 6.3.3)
_POLL_SECONDS = 0.05
_KEYS = 4
_KEY_SECONDS = 6.0


@dataclass(eq=False, slots=True)
class _Run:
    """One encoder with its folder. `settled` is set once its playlists can be served, or never will be."""

    folder: Path
    started: float
    touched: float
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    ready: bool = False


class HlsBroadcast:
    """One channel as a folder of playlists, segments and keys, there only while somebody asks for them."""

    def __init__(
        self,
        *,
        channel: DemoChannel,
        command: Callable[[DemoChannel], list[str]],
        work_dir: Path,
        clock: Clock,
        tasks: Supervisor,
    ) -> None:
        self._channel = channel
        self._command = command
        self._work_dir = work_dir
        self._clock = clock
        self._tasks = tasks
        self._run: _Run | None = None
        self._encoders_started = 0

    def facts(self) -> BroadcastFacts:
        """What it is doing now."""
        return BroadcastFacts(self._run is not None, self._encoders_started)

    async def playlist(self, name: str) -> Path:
        """Path of a playlist that can be played now; starts the encoder and waits for it. `name` is a plain file name.

        Raises TunerrError when the encoder fails or takes longer than 10 s.
        """
        run = self._run or self._start()
        run.touched = self._clock.monotonic()
        try:
            async with asyncio.timeout(_READY_SECONDS):
                await run.settled.wait()
        except TimeoutError as error:
            raise TunerrError(f"{self._channel.name} has no picture after {_READY_SECONDS:.0f} s.") from error
        if not run.ready:
            raise TunerrError(f"{self._channel.name} could not be encoded; the log has the encoder's last words.")
        return run.folder / name

    def file(self, name: str) -> Path | None:
        """Path of a segment or key, None while nothing is encoded. `name` is a plain file name."""
        if self._run is None:
            return None
        self._run.touched = self._clock.monotonic()
        return self._run.folder / name

    def _start(self) -> _Run:
        self._encoders_started += 1
        now = self._clock.monotonic()
        # A number of its own for each run: the folder of the one before may still be on its way out.
        folder = self._work_dir / f"{self._channel.slug}-{self._encoders_started}"
        run = self._run = _Run(folder, now, now)
        self._tasks.spawn(self._encode(run), f"demo {self._channel.slug}")
        return run

    async def _encode(self, run: _Run) -> None:
        try:
            await asyncio.to_thread(self._prepare, run.folder)
            async with encoder(self._channel, self._command(self._channel), folder=run.folder) as child:
                await self._attend(run, child)
                self._forget(run)
        except (TunerrError, OSError) as error:
            log.warning("demo channel can't be encoded", channel=self._channel.name, error=str(error))
        finally:
            self._forget(run)
            await asyncio.to_thread(shutil.rmtree, run.folder, ignore_errors=True)

    async def _attend(self, run: _Run, child: Child) -> None:
        """Stay until nobody has asked for IDLE_SECONDS or the encoder has ended."""
        key = 0
        while child.returncode is None and self._clock.monotonic() - run.touched < IDLE_SECONDS:
            if not run.ready and await asyncio.to_thread(_playable, run.folder):
                run.ready = True
                run.settled.set()
            due = int((self._clock.monotonic() - run.started) / _KEY_SECONDS) % _KEYS
            if self._channel.form is Form.HLS_AES and due != key:
                key = due
                await asyncio.to_thread(_name_key, run.folder, key)
            await asyncio.sleep(_POLL_SECONDS if not run.ready else 10 * _POLL_SECONDS)

    def _forget(self, run: _Run) -> None:
        run.ready = False
        run.settled.set()
        if self._run is run:
            self._run = None

    def _prepare(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if self._channel.form is Form.HLS_AES:
            for number in range(_KEYS):
                # The same bytes in every run: a client may keep a key by its URL.
                secret = hashlib.sha256(f"{self._channel.slug} {number}".encode()).digest()[:16]
                _key_file(folder, number).write_bytes(secret)
            _name_key(folder, 0)


def _key_file(folder: Path, number: int) -> Path:
    return folder / f"key{number}.key"


def _name_key(folder: Path, number: int) -> None:
    """Say which key the next segments use; in one step, because ffmpeg may be reading. Its IV is the segment number."""
    key = _key_file(folder, number)
    draft = folder / f"{KEY_INFO}.draft"
    draft.write_text(f"{key.name}\n{key}\n", "utf-8")
    draft.replace(folder / KEY_INFO)


def _playable(folder: Path) -> bool:
    """Whether every playlist that the master names holds the segments that a player asks for first."""
    try:
        names = set(re.findall(r"v\d\.m3u8", (folder / MASTER).read_text("utf-8")))
        playlists = [(folder / name).read_text("utf-8") for name in names]
    except FileNotFoundError:
        return False
    return bool(playlists) and all(text.count("#EXTINF") >= _READY_SEGMENTS for text in playlists)
