"""Framing, order, limits: hdhr.md 2.1 and 2.5 over real sockets."""

import asyncio
import socket
import struct
import zlib

import pytest
import uvloop
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tools.clock import ManualClock
from tests.tools.hdhr_packets import GOLDEN
from tests.tools.until import until
from tests.unit.outputs.native.control_rig import HOME, ControlClient, QuietGateway, connected, controlled
from tunerr.hdhomerun.getset import GetSet, read_reply
from tunerr.hdhomerun.packet import PacketReader, PacketType, Tag
from tunerr.outputs.hdhr.native import control

MODEL = GOLDEN["get model"]


async def test_C01_name_then_value_each_with_nul_in_one_segment():
    async with controlled() as server, connected(server) as client:
        client.writer.write(MODEL)
        reply = await client.reader.read(4096)
    assert reply[:4] == struct.pack(">HH", 5, len(reply) - 8)
    assert reply[4:-4] == b"\x03\x0b/sys/model\0" + b"\x04\x10hdhomerun5_atsc\0"
    assert reply[-4:] == struct.pack("<I", zlib.crc32(reply[:-4]))


async def test_C03_unknown_variables_and_tuners_are_refused_in_the_hardwares_words():
    async with controlled() as server, connected(server) as client:
        client.writer.write(GetSet("/nope").packet().encode())
        assert await client.reader.read(4096) == GOLDEN["unknown"]
        client.writer.write(GOLDEN["get tuner"])
        assert await client.reader.read(4096) == GOLDEN["unknown"]
        assert await client.ask("/tuner9/status") == "ERROR: invalid tuner number"
        assert await client.ask("/tuner2/lockkey", "1") == "ERROR: invalid tuner number"
        for name in ("", "/", "/tuner0", "/tuner0/", "/tuner/status", "/tuner-1/status", "/etc/passwd", "/sys/model\n"):
            assert await client.ask(name) == "ERROR: unknown getset variable", name


async def test_C04_single_bytes_and_pipelined_requests_are_answered_in_order():
    async with controlled() as server, connected(server) as client:
        for byte in MODEL:
            client.writer.write(bytes((byte,)))
            await asyncio.sleep(0.001)
        assert read_reply(await client.frame()).value == "hdhomerun5_atsc"
        names = ["/sys/version", "/tuner0/status", "/sys/hwmodel", "/tuner1/channelmap"] * 5
        client.writer.write(b"".join(GetSet(name).packet().encode() for name in names))
        assert [read_reply(await client.frame()).name for _ in names] == names


@pytest.mark.parametrize("bad", [
    MODEL[:-1] + bytes((MODEL[-1] ^ 1,)),
    b"\0\4\xff\xff" + bytes(100),
    struct.pack(">HH", 4, 1453),
    GOLDEN["any"],  # a discovery request belongs to UDP
    GOLDEN["model"],
    GetSet("/sys/model").packet().encode()[:4] + b"junk",
], ids=["crc", "65535", "1453", "discovery", "reply", "junk"])  # fmt: skip
async def test_C05_what_is_no_request_ends_the_connection_and_no_other(bad):
    async with controlled() as server, connected(server) as other, connected(server) as client:
        client.writer.write(bad + MODEL)
        if bad[4:] == b"junk":
            server._clock.advance(control.FRAME_S)
            server.tidy()
        assert await client.closed()
        assert await other.ask("/sys/version") == "20231214"
        await until(lambda: server.facts.connections == 1)


async def test_C05_silence_ends_after_a_minute_and_a_frame_that_began_after_ten_seconds():
    clock = ManualClock()
    async with controlled(clock=clock) as server, connected(server) as quiet, connected(server) as slow:
        await until(lambda: server.facts.connections == 2)
        slow.writer.write(MODEL[:3])
        await until(lambda: any(one._began_at is not None for one in server._connections))
        clock.advance(control.FRAME_S - 0.1)
        server.tidy()
        slow.writer.write(MODEL[3:5])  # more of it buys no time
        await asyncio.sleep(0.05)
        assert server.facts.connections == 2
        clock.advance(0.1)
        server.tidy()
        assert await slow.closed()
        assert await quiet.ask("/sys/version")
        clock.advance(control.IDLE_S - 0.1)
        server.tidy()
        assert await quiet.ask("/sys/version")
        clock.advance(control.IDLE_S)
        server.tidy()
        assert await quiet.closed()
        await until(lambda: server.facts.connections == 0)


async def test_C05_a_peer_that_reads_nothing_is_dropped_and_holds_little():
    clock = ManualClock()
    async with controlled(clock=clock) as server, connected(server) as other:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        sock.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(sock, server.addresses[0])
        stuck = lambda: [one for one in server._connections if one._unread_since is not None]  # noqa: E731
        help_me = GetSet("help").packet().encode()

        async def flood():
            while True:
                await loop.sock_sendall(sock, help_me * 20)

        flooding = loop.create_task(flood())
        await until(lambda: any(one._writer.transport.get_write_buffer_size() > 8 << 10 for one in stuck()))
        assert stuck()[0]._writer.transport.get_write_buffer_size() < 16 << 10
        assert await other.ask("/sys/version") == "20231214"
        clock.advance(control.FRAME_S)
        server.tidy()
        await until(lambda: server.facts.connections == 1)
        flooding.cancel()
        await asyncio.gather(flooding, return_exceptions=True)
        sock.close()
        assert await other.ask("/sys/version") == "20231214"


async def test_C05_connections_are_limited_in_all_and_for_each_address(monkeypatch):
    monkeypatch.setattr(control, "MOST_CONNECTIONS", 6)
    monkeypatch.setattr(control, "MOST_OF_ONE_ADDRESS", 4)
    async with controlled() as server:
        opened = [await asyncio.open_connection(*server.addresses[0]) for _ in range(5)]
        assert await ControlClient(*opened[4]).closed()
        others = ("127.0.0.2", "127.0.0.3", "127.0.0.4")
        opened += [await asyncio.open_connection(*server.addresses[0], local_addr=(one, 0)) for one in others]
        assert await ControlClient(*opened[7]).closed()
        assert server.facts.connections == 6
        assert server.facts.refused == 2
        assert await ControlClient(*opened[0]).ask("/sys/version")
        for _, writer in opened:
            writer.transport.abort()
        await until(lambda: server.facts.connections == 0)


async def test_C05_strangers_are_closed_at_once():
    async with controlled(is_neighbor=lambda address: address != "127.0.0.9") as server:
        async with connected(server, "127.0.0.9") as stranger:
            stranger.writer.write(MODEL)
            assert await stranger.closed()
        async with connected(server) as neighbor:
            assert await neighbor.ask("/sys/version")
        assert server.facts.refused == 1


async def test_C08_an_upgrade_is_refused_and_ends_the_connection():
    image = bytes(4) + b"firmware " * 100
    head = struct.pack(">HH", PacketType.UPGRADE_REQUEST, len(image)) + image
    async with controlled() as server, connected(server) as client:
        client.writer.write(head + struct.pack("<I", zlib.crc32(head)))
        reply = await client.frame()
        assert reply.type == PacketType.UPGRADE_REPLY
        assert reply.first(Tag.ERROR_MESSAGE).startswith(b"ERROR: ")
        assert await client.closed()


async def test_a_taken_port_is_told():
    async with controlled() as server:
        with pytest.raises(OSError):
            await control.start_control(
                host=HOME, port=server.addresses[0][1], device=None, gateway=QuietGateway(), lineup=None,
                clock=ManualClock(), keepalives=None, is_neighbor=bool,
            )  # fmt: skip


async def test_keepalive_of_tcp_is_on():
    async with controlled() as server, connected(server) as client:
        assert await client.ask("/sys/version")
        (one,) = server._connections
        peer = one._writer.get_extra_info("socket")
        assert peer.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30


def test_it_serves_on_the_loop_of_production():
    async def run():
        async with controlled() as server, connected(server) as client, connected(server) as bad:
            assert await client.ask("/tuner0/vchannel", "1") == "1"
            bad.writer.write(b"GET / HTTP/1.1\r\n\r\n")
            assert await bad.closed()
            assert (await client.ask("help")).startswith("Supported")

    uvloop.run(run())


names = st.sampled_from(["/sys/model", "help", "/tuner0/status", "/tuner1/vchannel", "/tuner0/lockkey", "/nope"])
values = st.none() | st.sampled_from(["none", "1", "5.1", "force", "77", "udp://127.0.0.1:1"]) | st.text(max_size=20)
requests = st.builds(GetSet, names, values, st.integers(0, 100)).map(lambda request: request.packet().encode())


def mutated(frame, changes):
    data = bytearray(frame)
    for at, byte in changes:
        data[at % len(data)] = byte
    return bytes(data)


changes = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 255)), max_size=2)
streams = st.lists(st.one_of(requests, st.builds(mutated, requests, changes), st.binary(max_size=40)), max_size=8)


@settings(derandomize=True, max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(streams, st.lists(st.integers(1, 30), min_size=1, max_size=10))
def test_C05_whatever_comes_in_whatever_pieces_others_are_served_and_nothing_stays(frames, sizes):
    data = b"".join(frames)

    async def run():
        async with controlled() as server, connected(server) as client, connected(server) as other:
            at, turn = 0, 0
            while at < len(data):
                size = sizes[turn % len(sizes)]
                client.writer.write(data[at : at + size])
                at, turn = at + size, turn + 1
                await asyncio.sleep(0)
            client.writer.write_eof()
            packets = PacketReader()
            try:
                while reply := await asyncio.wait_for(client.reader.read(4096), 5):
                    for packet in packets.feed(reply):
                        if packet.type == PacketType.GETSET_REPLY:
                            read_reply(packet)
            except ConnectionError:
                pass
            assert await other.ask("/sys/version") == "20231214"
            await until(lambda: server.facts.connections == 1)

    asyncio.run(run())
