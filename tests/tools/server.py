"""Boots the real program on free ports and ends it again."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.tools.until import until


def free_port(kind=socket.SOCK_STREAM):
    """A port on 127.0.0.1 that was free a moment ago."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def native_ports():
    """Free ports for the native protocol, of discovery and of control, and the settings that name them."""
    discover, control = free_port(socket.SOCK_DGRAM), free_port()
    names = {"IPTV_TUNERR_HDHR_DISCOVER_PORT": str(discover), "IPTV_TUNERR_HDHR_CONTROL_PORT": str(control)}
    return discover, control, names


def listens(port):
    """Whether some program takes TCP connections at this port of IPv4, found without making one."""
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return any(row[3] == "0A" and int(row[1].rpartition(":")[2], 16) == port for row in rows)


def clean_environment(extra=None):
    """Our environment without any setting of the program, plus `extra`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("IPTV_TUNERR_")}
    return {**kept, **(extra or {})}


@dataclass
class Server:
    """A running program. `base` and `deck` are its URLs, `folder` its data folder."""

    process: subprocess.Popen
    port: int
    deck_port: int
    folder: Path
    log_path: Path
    session: aiohttp.ClientSession | None = field(default=None, repr=False)

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def deck(self):
        return f"http://127.0.0.1:{self.deck_port}"

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    async def get(self, path, **options):
        """GET (or `method=`) a path of the tuner port; the answer with its body read into `.data`."""
        method = options.pop("method", "GET")
        async with (
            aiohttp.ClientSession(auto_decompress=False, skip_auto_headers=("Accept-Encoding",)) as session,
            session.request(method, self.base + path, allow_redirects=False, **options) as answer,
        ):
            answer.data = await answer.read()
            return answer

    async def json(self, path):
        """The JSON document at `path`, which must answer 200."""
        async with aiohttp.ClientSession() as session, session.get(self.base + path) as answer:
            assert answer.status == 200, (path, answer.status)
            return await answer.json(content_type=None)

    async def tuners_in_use(self):
        """How many rows of status.json show a channel."""
        return sum("VctNumber" in row for row in await self.json("/status.json"))

    async def idle(self, deadline=20.0):
        """Wait until no tuner is in use; the seconds that took."""
        began = time.monotonic()

        async def free():
            return await self.tuners_in_use() == 0

        await until(free, deadline=deadline, every=0.05, what=f"no tuner in use; log:\n{self.log[-3000:]}")
        return time.monotonic() - began

    async def ready(self, deadline=60.0):
        """Wait until /readyz answers 200; fails with the log when the program ends first."""

        async def answered():
            assert self.process.poll() is None, self.log
            try:
                return (await self.get("/readyz")).status == 200
            except aiohttp.ClientError:
                return False

        await until(answered, deadline=deadline, every=0.1, what=f"/readyz; log:\n{self.log[-3000:]}")
        return self

    def kill(self):
        """SIGKILL, as a power cut would."""
        self.process.kill()
        self.process.wait(10)

    def stop(self, deadline=15):
        """SIGTERM and wait; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(deadline)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"still running {deadline} s after SIGTERM:\n{self.log[-3000:]}") from None


def start(folder, *flags, env=None, port=None, deck_port=None, logs=None, host="127.0.0.1", native=False):
    """Start `iptv-tunerr run` with its data in `folder` and its log beside it, or in `logs`; returns at once.

    `native`: with the native HDHomeRun protocol, whose port 65001 is one for all.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    port, deck_port = port or free_port(), deck_port or free_port()
    while deck_port == port:  # the kernel may give the same one twice
        deck_port = free_port()
    log_path = Path(logs or folder.parent) / f"{folder.name}.log"
    own = {"IPTV_TUNERR_WEBUI_PORT": str(deck_port), "IPTV_TUNERR_HDHR_NETWORK_MODE": str(native).lower()}
    environment = clean_environment({**own, **(env or {})})
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tunerr", "run", "--addr", f"{host}:{port}", "--data-dir", str(folder), *flags],
            env=environment,
            cwd=folder.parent,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    return Server(process, port, deck_port, folder, log_path)


@contextlib.asynccontextmanager
async def running(folder, *flags, deadline=60.0, **options):
    """A program that is ready within `deadline` seconds, and ended at the end; options as of `start`."""
    server = await asyncio.to_thread(start, folder, *flags, **options)
    try:
        yield await server.ready(deadline)
        assert await asyncio.to_thread(server.stop) == 0, server.log[-3000:]
    finally:
        if server.process.poll() is None:
            server.kill()


async def run_to_end(folder, *flags, env=None, deadline=30):
    """Run the program when it is expected to end by itself: (exit status, output)."""
    server = await asyncio.to_thread(start, folder, *flags, env=env)
    try:
        status = await asyncio.to_thread(server.process.wait, deadline)
    finally:
        if server.process.poll() is None:
            server.kill()
    return status, server.log
