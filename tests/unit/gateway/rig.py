"""What the gateway's tests share: an upstream fed from bytes, a checker of streams, HTTP around a viewer."""

import asyncio
import socket
import subprocess
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import ClientSession, web

from tunerr.errors import TuneError, TunerrError, UpstreamError
from tunerr.gateway.gateway import Gateway
from tunerr.model.channel import Channel, ChannelId, LineupChannel, SourceId, Stream
from tunerr.model.numbers import GuideNumber
from tunerr.model.status import Client
from tunerr.model.url import SecretUrl, Zone
from tunerr.support.clock import SystemClock

WATCHER = Client("192.0.2.7", "test")
SERVER = Client("192.0.2.8", "Lavf/59.27.100")


def row(number=1, *, streams=1, accounts=1):
    """A lineup channel; its streams are called `<number>-0`, `<number>-1` …, on so many accounts in turn."""
    urls = [
        SecretUrl(f"http://provider.test/live/user{index % accounts}/pass/{number}-{index}") for index in range(streams)
    ]
    ranked = tuple(Stream(url, SourceId("m3u"), Zone.INTERNET) for url in urls)
    return LineupChannel(
        GuideNumber(number), Channel(ChannelId(f"dna-{number:016x}"), f"Channel {number}", streams=ranked)
    )


@dataclass
class Feed:
    """One upstream's behaviour; `rate` in bytes per second, `then` is what follows the data."""

    data: bytes
    rate: float = 400_000
    piece: int = 10_528
    connect: float = 0.0
    refuse: UpstreamError | None = None
    then: str = "wait"  # wait, end, fail
    close: float = 0.0


@dataclass
class FakeOpener:
    """Opens feeds by the last segment of the URL; several feeds of one name are used one after another."""

    feeds: dict[str, list[Feed]] = field(default_factory=dict)
    opened: Counter = field(default_factory=Counter)
    open_now: int = 0

    @asynccontextmanager
    async def open(self, stream, *, after=None):
        name = stream.url.reveal().rsplit("/", 1)[1]
        feeds = self.feeds[name]
        feed = feeds[min(self.opened[name], len(feeds) - 1)]
        self.opened[name] += 1
        self.open_now += 1
        try:
            await asyncio.sleep(feed.connect)
            if feed.refuse is not None:
                raise feed.refuse
            yield FakeUpstream(feed, str(stream.url))
        finally:
            try:
                await asyncio.sleep(feed.close)
            finally:
                self.open_now -= 1


class FakeUpstream:
    program_time = None

    def __init__(self, feed, label):
        self.label = label
        self._feed = feed

    async def chunks(self):
        feed = self._feed
        loop = asyncio.get_running_loop()
        began = loop.time()
        for start in range(0, len(feed.data), feed.piece):
            yield feed.data[start : start + feed.piece]
            await asyncio.sleep(max(began + start / feed.rate - loop.time(), 0))
        if feed.then == "fail":
            raise UpstreamError("The provider broke the connection off.", reason="reset")
        if feed.then == "wait":
            await asyncio.Event().wait()


def no_ffmpeg():
    raise TunerrError("There is no ffmpeg on this machine.")


@asynccontextmanager
async def running(opener, **options):
    """A gateway that is closed at the end, with nothing of it left."""
    gateway = Gateway(opener=opener, **{"clock": SystemClock(), "tuner_count": 2, "ffmpeg": no_ffmpeg, **options})
    try:
        yield gateway
    finally:
        await gateway.aclose()
        assert opener.open_now == 0


class LiveResponse(web.StreamResponse):
    """Ends with the connection: no length and no chunks, so that the transport can be written to directly."""

    _length_check = False


@asynccontextmanager
async def served(gateway, rows):
    """The gateway behind real HTTP; yields a URL and a client session."""

    async def stream(request):
        duration = float(request.query["duration"]) if "duration" in request.query else None
        client = SERVER if "server" in request.query else WATCHER
        try:
            async with gateway.watch(rows[request.match_info["name"]], client=client) as viewer:
                response = LiveResponse(headers={"Content-Type": "video/mp2t"})
                response.force_close()
                await response.prepare(request)
                await viewer.deliver(request.transport, duration=duration)
                return response
        except TuneError as error:
            return web.Response(status=error.status, headers={"X-HDHomeRun-Error": error.header})

    app = web.Application()
    app.router.add_get("/{name}", stream)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    try:
        async with ClientSession() as client:
            yield f"http://127.0.0.1:{port}", client
    finally:
        await runner.cleanup()


async def receive(client, url, size):
    """The first `size` bytes of a body."""
    async with client.get(url) as answer:
        assert answer.status == 200, answer.headers
        return await answer.content.readexactly(size)


def packets(data):
    """The packets of an aligned stream; fails when it is none."""
    assert len(data) >= 188
    whole = [data[at : at + 188] for at in range(0, len(data) - 187, 188)]
    assert all(packet[0] == 0x47 for packet in whole)
    return whole


def pid_of(packet):
    return (packet[1] & 0x1F) << 8 | packet[2]


def flags_of(packet):
    """Flags of the adaptation field."""
    return packet[5] if packet[3] & 0x20 and packet[4] else 0


def joins_cleanly(body):
    """PAT, PMT, then the first packet of a PES that opens decoding (a radio's PES has no flag)."""
    pat, pmt, entry, *_ = packets(body)
    return pid_of(pat) == 0 and pid_of(pmt) == 0x1000 and bool(entry[1] & 0x40) and flags_of(entry) & 0x40


def continuity_errors(data):
    """Strict: every payload packet counts one up, no duplicates, no flag excuses."""
    last = {}
    errors = []
    for index, packet in enumerate(packets(data)):
        pid, counter, payload = pid_of(packet), packet[3] & 0xF, bool(packet[3] & 0x10)
        if pid == 0x1FFF:
            continue
        if pid in last and counter != (last[pid] + payload) & 0xF:
            errors.append((index, pid, last[pid], counter))
        last[pid] = counter
    return errors


def whole_units(data):
    """The stream without the PES of each PID that a reader cut off by going away."""
    found = packets(data)
    last = {pid_of(packet): index for index, packet in enumerate(found) if packet[1] & 0x40}
    return b"".join(packet for index, packet in enumerate(found) if index < last.get(pid_of(packet), len(found)))


def decoding_errors(data):
    """What ffmpeg complains of when it decodes the whole of it, and the number of frames."""
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-progress", "pipe:1", "-f", "mpegts", "-i", "pipe:0", "-f", "null", "-"],
        input=data, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    frames = [line for line in done.stdout.decode().splitlines() if line.startswith(("frame=", "out_time_us="))]
    return done.stderr.decode(), frames[-2:]


async def slow_socket(url, receive_buffer=4096):
    """A client that has sent its request and reads nothing."""
    host, port = url.removeprefix("http://").split("/")[0].split(":")
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    sock.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(sock, (host, int(port)))
    path = "/" + url.rsplit("/", 1)[1]
    await loop.sock_sendall(sock, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return sock
