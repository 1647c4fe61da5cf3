"""The flood and the watch over streams, against stand-ins: what is sent, what comes back, what a gap is."""

import asyncio
import contextlib
import json
import random
import socket
import sys
import zlib
from collections import Counter
from dataclasses import asdict

import pytest

from tests.tools.until import until
from tunerr.errors import MalformedPacket, TunerrError
from tunerr.hdhomerun.discovery import read_request
from tunerr.hdhomerun.getset import Answer, Refusal, read_getset
from tunerr.hdhomerun.packet import PacketReader
from tunerr.lab.bench.flood_device import ask, dropped, is_found
from tunerr.lab.bench.flood_load import Flood, Flooded
from tunerr.lab.bench.flood_packets import datagrams
from tunerr.lab.bench.flood_streams import Gaps, Streams
from tunerr.lab.bench.process import running, source, told
from tunerr.lab.media import default_folder
from tunerr.providers.hdhr.control import controlling


class Device(asyncio.DatagramProtocol):
    """A stand-in: answers searches that are whole, variables but /nope, and closes what is no frame."""

    def __init__(self):
        self.heard = Counter()
        self.sources = set()
        self.control = Counter()
        self.http = Counter()

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        self.sources.add(addr[0])
        try:
            read_request(data)
        except MalformedPacket:
            self.heard["ignored"] += 1
            return
        self.heard["answered"] += 1
        self.transport.sendto(b"reply", addr)

    async def talk(self, reader, writer):
        packets = PacketReader()
        self.control["opened"] += 1
        with contextlib.closing(writer), contextlib.suppress(MalformedPacket, ConnectionError):
            while data := await reader.read(4096):
                self.control["reads"] += 1
                for packet in packets.feed(data):
                    name = read_getset(packet).name
                    answer = Refusal("ERROR: unknown") if name == "/nope" else Answer(name, "hdhomerun5_atsc")
                    writer.write(answer.packet().encode())
                    self.control["answered"] += 1

    async def ask(self, reader, writer):
        self.http["opened"] += 1
        with contextlib.closing(writer), contextlib.suppress(ConnectionError):
            while data := await reader.read(4096):
                self.http["bytes"] += len(data)


@pytest.fixture
async def device():
    standing = Device()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: standing, local_addr=("127.0.0.1", 0))
    servers = [await asyncio.start_server(talk, "127.0.0.1", 0) for talk in (standing.talk, standing.ask)]
    standing.ports = [each.get_extra_info("sockname")[1] for each in (transport,)]
    standing.ports += [server.sockets[0].getsockname()[1] for server in servers]
    yield standing
    transport.close()
    for server in servers:
        server.close()
        await server.wait_closed()


async def test_all_of_the_flood_comes_at_its_pace_and_is_counted(device):
    flood = Flood(*device.ports, packets=3000, connections=40, waves=2, seconds=0.75)
    argv = [sys.executable, "-m", "tunerr.lab.bench.flood_load", json.dumps(asdict(flood))]
    async with running(argv, name="flood", talks=True) as child:
        for wave in (1, 2):
            child.stdin.write(b"wave\n")
            done = Flooded(**(await told(child, "done"))["flooded"])
            assert done.packets == 1500 * wave
        assert device.control["opened"] == device.http["opened"] == 40
    assert done.seconds >= 1.5
    assert done.packets == 3000
    await until(lambda: device.heard.total() == 3000 - dropped(device.ports[0]), deadline=5)
    assert device.heard["answered"] >= done.answers > 900
    assert device.heard["ignored"] > 1500
    assert done.answer_bytes == len(b"reply") * done.answers
    assert len(device.sources) == 32
    # A quarter of them sends garbage, which closes it; the others wait, slow ones have sent a byte or more.
    assert done.control["closed"] + done.control["open"] == 40
    assert 5 <= done.control["closed"] <= 15
    assert done.http == {"open": 40, "closed": 0, "refused": 0}
    assert device.http["bytes"] > 40 * 50
    assert device.control["reads"] > 60


async def test_connections_that_nobody_takes_are_refused(device):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    flood = Flood(device.ports[0], port, device.ports[2], packets=10, connections=8, waves=1, seconds=0.5)
    argv = [sys.executable, "-m", "tunerr.lab.bench.flood_load", json.dumps(asdict(flood))]
    async with running(argv, name="flood", talks=True) as child:
        child.stdin.write(b"wave\n")
        done = Flooded(**(await told(child, "done"))["flooded"])
    assert done.control == {"open": 0, "closed": 0, "refused": 8}


def test_a_third_of_the_datagrams_is_valid_and_some_of_the_others_have_a_right_crc():
    mix = datagrams(random.Random(1))
    kinds = Counter()
    for _ in range(3000):
        packet = next(mix)
        try:
            read_request(packet)
            kinds["whole"] += 1
        except MalformedPacket:
            right = len(packet) >= 4 and zlib.crc32(packet[:-4]).to_bytes(4, "little") == packet[-4:]
            kinds["right crc" if right else "wrong crc"] += 1
    assert kinds["whole"] > 1000
    assert kinds["right crc"] > 200
    assert kinds["wrong crc"] > 1000


async def test_a_client_reads_sets_and_is_refused(device):
    async with controlling("127.0.0.1", device.ports[1]) as control:
        assert await ask(control, "/sys/model") == "hdhomerun5_atsc"
        assert await ask(control, "/tuner0/target", "none") == "hdhomerun5_atsc"
        with pytest.raises(TunerrError, match="ERROR: unknown"):
            await ask(control, "/nope")


async def test_a_search_is_answered_or_not(device):
    assert await is_found(device.ports[0])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        assert not await is_found(deaf.getsockname()[1])


def test_what_the_kernel_drops_is_read():
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as full,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one,
    ):
        full.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        full.bind(("127.0.0.1", 0))
        port = full.getsockname()[1]
        assert dropped(port) == 0
        for _ in range(50):
            one.sendto(bytes(1000), ("127.0.0.1", port))
        assert 30 < dropped(port) < 50


async def test_gaps_of_streams_by_http_and_udp_are_noted():
    async with source(default_folder()) as provider:
        streams = Streams(((provider.port, "/a.ts"), (provider.port, "/b.ts")))
        argv = [sys.executable, "-m", "tunerr.lab.bench.flood_streams", json.dumps(asdict(streams))]
        async with running(argv, name="streams", talks=True) as child:
            port = (await told(child, "listening"))["port"]
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:

                async def window(seconds, name):
                    for _ in range(int(seconds / 0.02)):
                        sender.sendto(bytes(1316), ("127.0.0.1", port))
                        await asyncio.sleep(0.02)
                    child.stdin.write(f"{name}\n".encode())
                    return [Gaps(**facts) for facts in (await told(child, "gaps"))["streams"]]

                sender.sendto(bytes(1316), ("127.0.0.1", port))
                await told(child, "playing")
                await window(0.5, "start")
                steady = await window(1.0, "steady")
                await provider.end("eof")
                await asyncio.sleep(0.3)
                ended = await window(0.2, "steady")
    assert [gaps.ended for gaps in steady] == [False] * 3
    for gaps in steady:
        assert gaps.arrivals > 20
        assert 5 < gaps.p999 <= gaps.longest < 200
    assert [gaps.ended for gaps in ended] == [True, False, False]
    assert ended[0].longest > 400
    assert ended[1].longest < 200
    assert 290 < ended[2].longest < 450
    assert ended[2].p999 == ended[2].longest, "windows of one name are one"
    assert ended[1].p999 >= steady[1].p999
