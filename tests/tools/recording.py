"""A viewer that keeps what it is sent, and when."""

import asyncio
import socket
import struct
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from tests.tools.packet_walk import without_tail

PLAYER = "VLC/3.0.20 LibVLC/3.0.20"
MEDIA_SERVER = "Lavf/59.27.100"


@dataclass
class Recording:
    """What a viewer saw; times in seconds since its request.

    `end`: "refused" (no 200), "closed" by the server, "reset" by it, or "left" when the viewer had enough. `path` holds
    the bytes; when the viewer left, less the units it got in part.
    """

    path: Path
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    answered: float = 0.0
    arrivals: list[tuple[float, int]] = field(default_factory=list)  # when, how many bytes
    ended: float = 0.0
    end: str = ""
    began: float = field(default_factory=time.monotonic)
    bound: asyncio.Timeout | None = field(default=None, repr=False)

    def leave(self):
        """The viewer has seen enough."""
        if self.bound is not None and not self.end:
            self.bound.reschedule(asyncio.get_running_loop().time())

    @property
    def error(self):
        """The number in X-HDHomeRun-Error, 0 without."""
        return int(self.headers.get("x-hdhomerun-error", "0").split()[0])

    @property
    def first_byte(self):
        return self.arrivals[0][0] if self.arrivals else None

    @property
    def received(self):
        return sum(size for _, size in self.arrivals)

    @property
    def longest_gap(self):
        """The longest time without a byte after the first one, the time before the end included."""
        times = [when for when, _ in self.arrivals] + [self.ended]
        return max((later - earlier for earlier, later in pairwise(times)), default=0.0)

    def now(self):
        """Seconds since the request."""
        return time.monotonic() - self.began


async def record(url, path, *, seconds, agent=PLAYER, version="1.1", headers=(), rate=None, reset=False, into=None):
    """Watch `url` for `seconds` (or to its end) and keep it in `path`.

    `rate`: bytes per second that the viewer takes, for slow ones. `reset`: leave with RST instead of FIN. `into`: a
    Recording made before, for whoever watches it grow.
    """
    recording = into or Recording(Path(path))
    recording.began = time.monotonic()
    where = urlsplit(url)
    reader, writer = await _connect(where, slow=rate is not None)
    try:
        async with asyncio.timeout(seconds) as recording.bound:
            lines = ["Host: " + where.netloc, "User-Agent: " + agent, "Accept: */*", *headers]
            head = "\r\n".join((f"GET {where.path}{'?' + where.query if where.query else ''} HTTP/{version}", *lines))
            writer.write(f"{head}\r\n\r\n".encode())
            await _answer(reader, recording)
            recording.end = "refused" if recording.status != 200 else await _body(reader, recording, rate)
    except TimeoutError:
        recording.end = "left"
    except ConnectionResetError:
        recording.end = "reset"
    finally:
        recording.ended = recording.now()
        if reset:
            vanish(writer)
        writer.close()
    if recording.end == "left" and recording.path.exists():
        await asyncio.to_thread(lambda: recording.path.write_bytes(without_tail(recording.path.read_bytes())))
    return recording


async def _connect(where, *, slow):
    connection = socket.socket()
    if slow:  # else the kernel takes minutes of stream on the viewer's behalf
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, (where.hostname, where.port))
    return await asyncio.open_connection(sock=connection, limit=1024 if slow else 1 << 18)


def vanish(writer):
    """Leave by RST, as a machine that was switched off."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _answer(reader, recording):
    lines = []
    while (line := await reader.readline()) not in (b"\r\n", b""):
        lines.append(line.decode("latin-1").strip())
    if not lines:
        raise ConnectionResetError
    recording.answered = recording.now()
    recording.status = int(lines[0].split()[1])
    recording.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    assert "transfer-encoding" not in recording.headers, recording.headers


async def _body(reader, recording, rate):
    with recording.path.open("wb") as file:
        while piece := await reader.read(rate or 1 << 16):
            recording.arrivals.append((recording.now(), len(piece)))
            file.write(piece)
            if rate:
                await asyncio.sleep(len(piece) / rate)
    return "closed"
