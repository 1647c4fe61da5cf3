"""One upstream for all viewers of a channel, and tuners that are free when nobody watches."""

import asyncio
import contextlib
import socket
import struct
from urllib.parse import urlsplit

import aiohttp
import pytest_asyncio

from tests.tools.until import until

# The bound is 1 s; what was seen is printed, and a busy machine gets five times as long.
BOUND = 1.0
DEADLINE = 5 * BOUND


@contextlib.asynccontextmanager
async def viewer(url):
    """A client that has its first packet and holds the connection."""
    async with aiohttp.ClientSession() as session:
        answer = await session.get(url)
        try:
            assert answer.status == 200, (answer.status, answer.headers.get("X-HDHomeRun-Error"))
            assert (await answer.content.readexactly(188))[0] == 0x47
            yield answer
        finally:
            answer.close()


@pytest_asyncio.fixture
async def house(boot, provider):
    """A provider with three channels and two tuners."""
    server = await boot(
        env={
            "IPTV_TUNERR_M3U_URL": provider.playlist("one", "two", "three"),
            "IPTV_TUNERR_TUNER_COUNT": "2",
        }
    )
    server.urls = [row["URL"] for row in await server.json("/lineup.json")]
    return server


async def freed(server, provider):
    """Seconds until no tuner is in use and no upstream is open."""
    began = asyncio.get_running_loop().time()

    async def free():
        return await server.tuners_in_use() == 0 and provider.open_streams == 0

    await until(free, deadline=DEADLINE, what="tuner free and upstream closed")
    return asyncio.get_running_loop().time() - began


async def test_S05_two_viewers_share_one_upstream(house, provider):
    async with viewer(house.urls[0]), viewer(house.urls[0]):
        assert provider.open_streams == 1
        assert provider.opened_streams == 1
        assert await house.tuners_in_use() == 1
    print(f"free after {await freed(house, provider):.2f} s")


async def test_S04_the_limit_is_answered_by_805_with_an_empty_body(house, provider):
    async with viewer(house.urls[0]), viewer(house.urls[1]):
        refused = await house.get(urlsplit(house.urls[2]).path)
        assert (refused.status, refused.headers["X-HDHomeRun-Error"]) == (503, "805 All Tuners In Use")
        assert (refused.headers["Content-Length"], refused.data) == ("0", b"")
        async with viewer(house.urls[1]):  # the same channel still has room for everybody
            assert provider.open_streams == 2


async def test_S14_head_takes_no_tuner_even_at_the_limit(house, provider):
    async with viewer(house.urls[0]), viewer(house.urls[1]):
        answers = [await house.get(urlsplit(house.urls[2]).path, method="HEAD") for _ in range(100)]
        assert {(answer.status, answer.data) for answer in answers} == {(200, b"")}
        assert provider.open_streams == 2
    before = provider.opened_streams
    for path in ("/lineup.json", "/lineup_status.json", "/status.json", "/discover.json", "/guide.xml"):
        await house.get(path)
    assert provider.opened_streams == before


async def test_S08_fin_and_rst_free_the_tuner(house, provider):
    for reset in (False, True):
        target = urlsplit(house.urls[0])
        peer = socket.create_connection((target.hostname, target.port))
        peer.sendall(f"GET {target.path} HTTP/1.1\r\nHost: {target.netloc}\r\n\r\n".encode())
        peer.setblocking(False)
        await asyncio.get_running_loop().sock_recv(peer, 4096)
        await until(lambda: provider.open_streams == 1)
        if reset:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        print(f"{'RST' if reset else 'FIN'}: free after {await freed(house, provider):.2f} s")


async def test_S11_http_1_0_is_close_delimited(house):
    target = urlsplit(house.urls[0])
    reader, writer = await asyncio.open_connection(target.hostname, target.port)
    writer.write(f"GET {target.path} HTTP/1.0\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    assert " 200 " in head
    assert "transfer-encoding" not in head
    assert "content-length" not in head
    body = await reader.readexactly(188 * 20)
    assert {body[at] for at in range(0, len(body), 188)} == {0x47}
    writer.close()


async def test_S12_S13_range_and_gzip_change_nothing(house):
    async with (
        aiohttp.ClientSession(auto_decompress=False) as session,
        session.get(house.urls[0], headers={"Range": "bytes=0-", "Accept-Encoding": "gzip"}) as answer,
    ):
        assert answer.status == 200
        assert "Content-Range" not in answer.headers
        assert "Content-Encoding" not in answer.headers
        assert "Content-Length" not in answer.headers
        assert answer.headers["Content-Type"] in {"video/mp2t", "video/mpeg"}
        assert (await answer.content.readexactly(188))[0] == 0x47


async def test_S01_S02_a_stream_begins_with_pat_pmt_and_an_access_point(house):
    async with aiohttp.ClientSession() as session, session.get(house.urls[0]) as answer:
        body = await answer.content.readexactly(188 * 100)
    packets = [body[at : at + 188] for at in range(0, len(body), 188)]
    assert {packet[0] for packet in packets} == {0x47}
    pids = [(packet[1] & 0x1F) << 8 | packet[2] for packet in packets]
    assert pids[0] == 0
    access = next(
        index
        for index, packet in enumerate(packets)
        if packet[3] & 0x20 and packet[4] > 0 and packet[5] & 0x40 and pids[index] not in (0, pids[1])
    )
    assert access >= 2, "PAT and PMT come first"
    assert access < 100


async def test_S03_an_unknown_channel_is_801(house):
    for path in ("/auto/v999", "/auto/vx", "/stream/nothing", "/auto/ch473000000-3"):
        answer = await house.get(path)
        assert (answer.status, answer.headers["X-HDHomeRun-Error"], answer.data) == (404, "801 Unknown Channel", b""), (
            path
        )


async def test_S07_three_overlapping_requests_of_one_channel(house, provider):
    async with viewer(house.urls[0]) as first, viewer(house.urls[0]) as second:
        first.close()
        async with viewer(house.urls[0]) as third:
            second.close()
            for _ in range(20):
                assert await third.content.readany()
            assert provider.opened_streams == 1
            assert await house.tuners_in_use() == 1
    await freed(house, provider)
