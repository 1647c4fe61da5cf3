"""The product and what it is compared with, each as a relay of one paced source."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from pwd import getpwuid
from types import MappingProxyType
from typing import Any

import aiohttp

from tunerr.config import PREFIX, read_environment
from tunerr.errors import TunerrError
from tunerr.lab.bench.process import Cores, family, running
from tunerr.support.ffmpeg import locate_ffmpeg
from tunerr.support.process import Child

_READY_SECONDS = 60.0
_LISTENS_SECONDS = 10.0
_JOB_SECONDS = 900.0
QUIET_SECONDS = 2.0
"""Without a job, and all that was to be done is done."""
_POLL = 0.1
PRODUCT, CRELAY, NGINX, FFMPEG = "tunerr", "crelay", "nginx", "ffmpeg -c copy"
# performance.md, 3: ffmpeg's own defaults wait for 5 MB.
_QUICK = ("-probesize", "500k", "-analyzeduration", "500k", "-fpsprobesize", "0")

_NGINX = """\
daemon off;
user {user};
worker_processes 1;
error_log {folder}/error.log;
pid {folder}/nginx.pid;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  chunked_transfer_encoding off;
  sendfile on;
  server {{ listen 127.0.0.1:{port}; {serves} }}
}}
"""


@dataclass(frozen=True, slots=True)
class Relay:
    """A running contender: where viewers ask, and its process."""

    name: str
    port: int
    path: str
    pid: int


def free_port() -> int:
    """A port on loopback that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Product:
    """The running product: its base URL, its data folder, and the paths of its channels by their names."""

    base: str
    port: int
    pid: int
    data: Path
    paths: dict[str, str]

    def relay(self, channel: str) -> Relay:
        """The product as a relay of one channel."""
        return Relay(PRODUCT, self.port, self.paths[channel], self.pid)

    async def json(self, path: str) -> Any:
        """What the product answers at `path`."""
        async with aiohttp.ClientSession() as session, session.get(self.base + path) as answer:
            return await answer.json(content_type=None)

    async def idle(self, seconds: float = 15.0) -> None:
        """Wait until no tuner is in use."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    if not any("VctNumber" in row for row in await self.json("/status.json")):
                        return
                    await asyncio.sleep(0.05)
        raise TunerrError(f"A tuner was still in use {seconds:.0f} s after the last viewer had left.")

    async def settled(self) -> None:
        """Wait until no job has run for some time."""
        quiet = 0.0
        async with asyncio.timeout(_JOB_SECONDS):
            while quiet < QUIET_SECONDS:
                quiet = quiet + _POLL if len(family(self.pid)) == 1 else 0.0
                await asyncio.sleep(_POLL)


def playlist(channels: dict[str, list[str]]) -> str:
    """An M3U of channels, each with the URLs of its sources in their order."""
    lines = ["#EXTM3U"]
    for name, urls in channels.items():
        lines += [line for url in urls for line in (f'#EXTINF:-1 tvg-id="{name}.bench",{name}', url)]
    return "\n".join((*lines, ""))


def command(settings: Mapping[str, str], *arguments: str) -> list[str]:
    """Our program with these settings, by names without prefix, whatever this process has been given."""
    unset = [part for name in read_environment() if name.startswith(PREFIX) for part in ("-u", name)]
    given = [f"{PREFIX}{name}={value}" for name, value in settings.items()]
    return ["env", *unset, *given, sys.executable, "-m", "tunerr", *arguments]


@contextlib.asynccontextmanager
async def product(
    folder: Path,
    channels: dict[str, list[str]],
    cores: Cores,
    settings: Mapping[str, str] = MappingProxyType({}),
    tuners: int = 4,
) -> AsyncIterator[Product]:
    """The product with its data in `folder`, on the relay's core, without what `settings` don't ask for.

    `settings`: by names without prefix; they win. Deck and native protocol are off otherwise.
    """
    listed = _written(folder / "bench.m3u", playlist(channels))
    port = free_port()
    argv = command(
        {"WEBUI_DISABLED": "true", "HDHR_NETWORK_MODE": "false", **settings},
        *("run", "--addr", f"127.0.0.1:{port}", "--data-dir", str(folder / "data"), "--m3u", str(listed)),
        *("--tuner-count", str(tuners), "--log-level", "warning"),
    )
    async with running(argv, name=PRODUCT, cwd=folder, core=cores.relay) as child:
        base = f"http://127.0.0.1:{port}"
        await _ready(base, child)
        async with aiohttp.ClientSession() as session, session.get(f"{base}/lineup.json") as answer:
            rows = await answer.json(content_type=None)
        paths = {row["GuideName"]: "/auto/v" + row["GuideNumber"] for row in rows}
        yield Product(base, port, child.pid, folder / "data", paths)


def _written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


async def _ready(base: str, child: Child) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_READY_SECONDS), aiohttp.ClientSession() as session:
            while child.returncode is None:
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"{base}/readyz") as answer:
                        if answer.ok:
                            return
                await asyncio.sleep(0.1)
    raise TunerrError(f"The product did not become ready: {child.last_words()}")


@contextlib.asynccontextmanager
async def crelay(program: Path, source: int, cores: Cores) -> AsyncIterator[Relay]:
    """The reference relay."""
    port = free_port()
    async with running([str(program), str(port), str(source), "65536"], name=CRELAY, core=cores.relay) as child:
        yield Relay(CRELAY, port, "/", child.pid)


@contextlib.asynccontextmanager
async def nginx(folder: Path, source: int, cores: Cores) -> AsyncIterator[Relay]:
    """The web server as a buffering proxy with one worker: an upstream connection per viewer."""
    serves = f"location / {{ proxy_pass http://127.0.0.1:{source}; }}"
    async with _web_server(folder, serves, cores) as (port, pid):
        yield Relay(NGINX, port, "/a.ts", pid)


@contextlib.asynccontextmanager
async def file_server(folder: Path, root: Path, cores: Cores) -> AsyncIterator[int]:
    """The web server with the files in `root`; its port."""
    async with _web_server(folder, f"root {root};", cores) as (port, _pid):
        yield port


@contextlib.asynccontextmanager
async def _web_server(folder: Path, serves: str, cores: Cores) -> AsyncIterator[tuple[int, int]]:
    """Its port, on which it listens, and process id; its files in `folder`."""
    port, user = free_port(), getpwuid(os.getuid()).pw_name
    config = _written(folder / "nginx.conf", _NGINX.format(folder=folder, port=port, serves=serves, user=user))
    async with running(["nginx", "-p", str(folder), "-c", str(config)], name=NGINX, core=cores.relay) as child:
        await _listens(port, child)
        yield port, child.pid


async def _listens(port: int, child: Child) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LISTENS_SECONDS):
            while child.returncode is None:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    return
                await asyncio.sleep(0.02)
    raise TunerrError(f"{child.name} does not listen: {child.last_words()}")


@contextlib.asynccontextmanager
async def ffmpeg(source: int, cores: Cores) -> AsyncIterator[Relay]:
    """An ffmpeg for one viewer, without encoding."""
    port = free_port()
    given = [locate_ffmpeg(), "-nostdin", "-loglevel", "error", *_QUICK, "-i", f"http://127.0.0.1:{source}/a.ts"]
    wanted = ["-c", "copy", "-flush_packets", "1", "-muxdelay", "0", "-f", "mpegts", "-listen", "1"]
    async with running([*given, *wanted, f"http://127.0.0.1:{port}/"], name=FFMPEG, core=cores.relay) as child:
        yield Relay(FFMPEG, port, "/", child.pid)


async def compile_reference(folder: Path, target: Path) -> Path:
    """Build crelay from its C source in `folder`; the program. Raises TunerrError when that can't be done."""
    code = folder / "crelay.c"
    if not code.is_file():
        raise TunerrError(f"There is no crelay.c in {folder}.")
    program = target / "crelay"
    async with running(["cc", "-O2", "-w", "-o", str(program), str(code)], name="cc") as child:
        if await child.wait():
            raise TunerrError(f"crelay.c can't be compiled: {child.last_words()}")
    return program


def missing() -> list[str]:
    """What can't be compared with on this machine, in words."""
    lacking = [] if shutil.which("nginx") else ["nginx is not installed: no rows of it."]
    try:
        locate_ffmpeg()
    except TunerrError:
        lacking.append("ffmpeg is not installed: no rows of it.")
    return lacking
