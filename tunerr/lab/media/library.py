"""Clips, encoded once per machine."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from asyncio.subprocess import DEVNULL
from dataclasses import replace
from pathlib import Path

import ffmpeg

from tunerr.errors import TunerrError
from tunerr.lab.media.clip import Clip
from tunerr.lab.media.formats import FORMATS, FRAMES_PER_SECOND, Encoding, Format, Picture
from tunerr.lab.media.mux import mux, scheduled
from tunerr.lab.media.units import Unit, read_units
from tunerr.support.process import start_child

_SPARE_SECONDS = 2.0  # encoded beyond what is used: the turn is cut out of a longer stream
_ENCODE_SECONDS = 90.0


def default_folder() -> Path:
    """A folder for clips that all programs of this user on this machine share."""
    return Path(tempfile.gettempdir()) / f"iptv-tunerr-lab-{os.getuid()}"


class MediaLibrary:
    """Clips by the names of FORMATS. Encoded ones are kept in `folder` under a name that holds a hash of the recipe.

    `ffmpeg` is the program's path. Several processes may share the folder.
    """

    def __init__(self, folder: Path, ffmpeg: str) -> None:
        self._folder = folder
        self._ffmpeg = ffmpeg
        self._clips: dict[tuple[str, Picture | None], Clip] = {}
        self._lock = asyncio.Lock()

    async def clip(self, name: str, picture: Picture | None = None) -> Clip:
        """The clip of that format, with another picture if one is given. Raises TunerrError when it can't be made."""
        if name not in FORMATS:
            raise TunerrError(f"{name} is no format; there are: {', '.join(FORMATS)}.")
        async with self._lock:
            clip = self._clips.get((name, picture))
            if clip is None:
                clip = self._clips[name, picture] = await self._made(FORMATS[name], picture)
        return clip

    async def _made(self, format_: Format, picture: Picture | None) -> Clip:
        recipes = [
            (replace(encoding, picture=picture) if picture and encoding.video else encoding, pids)
            for encoding, pids in format_.programs
        ]
        paths = [await self._encoded(encoding) for encoding, _ in recipes]

        def assemble() -> Clip:
            programs = []
            for (encoding, pids), path in zip(recipes, paths, strict=True):
                video, audio = _units(path)
                programs.append(scheduled(encoding, pids, video, audio, frames_per_pes=format_.frames_per_pes))
            return mux(format_, programs)

        return await asyncio.to_thread(assemble)

    async def _encoded(self, encoding: Encoding) -> Path:
        recipe = command("ffmpeg", encoding, "-")
        path = self._folder / f"{hashlib.sha256(repr(recipe).encode()).hexdigest()[:16]}.ts"
        if path.exists():
            return path
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            partial = Path(folder, path.name)
            await self._run(command(self._ffmpeg, encoding, str(partial)))
            await asyncio.to_thread(partial.replace, path)
        return path

    async def _run(self, argv: list[str]) -> None:
        child = await start_child(argv, name="lab encoder", stdout=DEVNULL)
        try:
            async with asyncio.timeout(_ENCODE_SECONDS):
                status = await child.wait()
        except TimeoutError as error:
            raise TunerrError(f"A clip was not encoded within {_ENCODE_SECONDS:.0f} s.") from error
        finally:
            await child.end(grace=0.0)
        if status:
            raise TunerrError(f"A clip can't be encoded: {child.last_words()}")


def command(program: str, encoding: Encoding, output: str) -> list[str]:
    """Arguments that encode a little more than one turn of `encoding` into the file `output`."""
    seconds = (encoding.frames + encoding.skipped) / FRAMES_PER_SECOND + _SPARE_SECONDS
    inputs = [ffmpeg.input("sine=frequency=440:sample_rate=48000", f="lavfi")]
    options = dict(encoding.audio)
    if encoding.video:
        separator = ":" if "=" in encoding.picture else "="
        source = f"{encoding.picture}{separator}s={encoding.size}:r={FRAMES_PER_SECOND}"
        inputs.insert(0, ffmpeg.input(source, f="lavfi"))
        options |= {**dict(encoding.video), "pix_fmt": "yuv420p"}
    # One frame of sound per PES packet: the turn can be cut between any two.
    options |= {"t": seconds, "ac": 2, "pes_payload_size": 0, "f": "mpegts"}
    quiet = ffmpeg.output(*inputs, output, **options).global_args(
        "-hide_banner", "-nostdin", "-loglevel", "error", "-y"
    )
    return [str(part) for part in quiet.compile(cmd=program)]


def _units(path: Path) -> tuple[list[Unit], list[Unit]]:
    return read_units(path.read_bytes())
