"""The fault provider as a program of its own: its channels are real and healthy as long as nobody arms a fault."""

import asyncio
import contextlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.tools.server import clean_environment, free_port
from tests.tools.until import until


@dataclass(frozen=True)
class LabProvider:
    base: str

    def playlist_url(self, *channels):
        """Where the M3U of these channels is, in this order."""
        return f"{self.base}/playlist.m3u?channels={','.join(channels)}"


@contextlib.asynccontextmanager
async def lab_provider(folder):
    """`iptv-tunerr lab provider` with its log in `folder`; it may have to encode first."""
    port = free_port()
    log = Path(folder) / "provider.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tunerr", "lab", "provider", "--port", str(port)],
            env=clean_environment({"PYTHONUNBUFFERED": "1"}), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        await until(lambda: "Playlist:" in log.read_text(), deadline=240, every=0.1, what=log.read_text)
        yield LabProvider(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, 15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
