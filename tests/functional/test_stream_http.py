"""How streams answer over HTTP; each test carries the id of its check."""

import asyncio
import contextlib
import socket
import struct
import time

import aiohttp
import pytest

from tests.tools.until import until

pytestmark = pytest.mark.asyncio(loop_scope="module")
CHANNELS, TUNERS = ("one", "two", "three"), 1


@pytest.fixture
def tuner(shared):
    """The program with three channels and one tuner."""
    server, _ = shared
    server.numbers = [row["GuideNumber"] for row in server.rows]
    return server


@pytest.fixture
def provider(shared):
    return shared[1]


@contextlib.asynccontextmanager
async def watching(server, path, **headers):
    """A viewer that has its first packets; yields the answer."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with (
        aiohttp.ClientSession(auto_decompress=False) as session,
        session.get(server.base + path, headers=sent) as answer,
    ):
        assert answer.status == 200, answer.headers
        answer.first = await answer.content.readexactly(188 * 100)
        yield answer


async def free(server, provider):
    """Wait until no tuner is in use and no upstream is open, which is promised within a second; print what was seen."""
    began = time.monotonic()

    async def idle():
        return provider.open_streams == 0 and await server.tuners_in_use() == 0

    await until(idle, deadline=20)
    print(f"free after {time.monotonic() - began:.2f} s")


async def test_S01_S02_a_stream_begins_with_pat_pmt_and_an_access_point(tuner):
    async with watching(tuner, f"/auto/v{tuner.numbers[0]}") as answer:
        body = answer.first
    packets = [body[at : at + 188] for at in range(0, len(body), 188)]
    assert {packet[0] for packet in packets} == {0x47}
    pids = [(packet[1] & 0x1F) << 8 | packet[2] for packet in packets]
    assert pids[0] == 0
    pmt = pids[1]
    access = next(
        index
        for index, packet in enumerate(packets)
        if packet[3] & 0x20 and packet[4] > 0 and packet[5] & 0x40 and pids[index] not in (0, pmt)
    )
    assert access >= 2, "PAT and PMT come first"


async def test_S03_unknown_channel(tuner):
    answer = await tuner.get("/auto/v98765")
    assert (answer.status, answer.data) == (404, b"")
    assert answer.headers["X-HDHomeRun-Error"] == "801 Unknown Channel"


async def test_S04_no_free_tuner(tuner):
    async with watching(tuner, f"/auto/v{tuner.numbers[0]}"):
        before = time.monotonic()
        answer = await tuner.get(f"/auto/v{tuner.numbers[1]}")
        print(f"refused after {time.monotonic() - before:.2f} s")
        assert (answer.status, answer.data, answer.headers["Content-Length"]) == (503, b"", "0")
        assert answer.headers["X-HDHomeRun-Error"] == "805 All Tuners In Use"


async def test_S05_viewers_of_one_channel_share(tuner, provider):
    path = f"/auto/v{tuner.numbers[0]}"
    async with watching(tuner, path), watching(tuner, path):
        assert (provider.open_streams, provider.opened_streams) == (1, 1)
        assert await tuner.tuners_in_use() == 1


async def test_S06_another_channel_at_once_on_the_only_tuner(tuner, provider):
    for number in tuner.numbers:
        async with watching(tuner, f"/auto/v{number}"):
            pass
    assert provider.most_open == 1


@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
async def test_S08_a_viewer_that_leaves_frees_tuner_and_upstream(tuner, provider, reset):
    reader, writer = await asyncio.open_connection("127.0.0.1", tuner.port)
    writer.write(f"GET /auto/v{tuner.numbers[0]} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(188)
    assert await tuner.tuners_in_use() == 1
    if reset:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()
    await free(tuner, provider)


async def test_S07_the_last_of_three_overlapping_requests_plays_on(tuner, provider):
    path = f"/auto/v{tuner.numbers[0]}"
    async with watching(tuner, path) as first, watching(tuner, path) as second:
        first.close()
        async with watching(tuner, path) as third:
            second.close()
            for _ in range(20):
                assert await third.content.readany()
            assert provider.opened_streams == 1
            assert await tuner.tuners_in_use() == 1
    await free(tuner, provider)


async def test_S11_http_1_0_ends_with_the_connection(tuner):
    reader, writer = await asyncio.open_connection("127.0.0.1", tuner.port)
    writer.write(f"GET /auto/v{tuner.numbers[0]}?duration=1 HTTP/1.0\r\n\r\n".encode())
    async with asyncio.timeout(15):
        answer = await reader.read()
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b" 200 " in head.splitlines()[0]
    assert b"transfer-encoding" not in head.lower()
    assert len(body) % 188 == 0
    assert set(body[::188]) == {0x47}


async def test_S12_S13_range_and_gzip_are_ignored(tuner):
    async with watching(tuner, f"/auto/v{tuner.numbers[0]}", Range="bytes=0-", Accept_Encoding="gzip") as answer:
        forbidden = {"Content-Range", "Content-Encoding", "Content-Length", "Transfer-Encoding"}
        assert not forbidden & set(answer.headers)
        assert answer.headers["Content-Type"].startswith("video/")
        assert answer.headers["X-HDHomeRun-Resource"] == "tuner0"
        assert set(answer.first[::188]) == {0x47}


async def test_S14_head_takes_nothing(tuner, provider):
    async with watching(tuner, f"/auto/v{tuner.numbers[0]}"):
        before = await tuner.json("/status.json")
        for _ in range(100):
            answer = await tuner.get(f"/auto/v{tuner.numbers[1]}", method="HEAD")
            assert (answer.status, answer.data, answer.content_type) == (200, b"", "video/mp2t")
        after = await tuner.json("/status.json")
        assert [row.get("VctNumber") for row in after] == [row.get("VctNumber") for row in before]
        assert provider.opened_streams == 1
    assert (await tuner.get("/auto/v98765", method="HEAD")).status == 404


async def test_S15_duration(tuner, provider):
    async with watching(tuner, f"/auto/v{tuner.numbers[0]}?duration=2") as answer:
        began = time.monotonic()
        async with asyncio.timeout(10):
            rest = await answer.content.read()
        print(f"ended {time.monotonic() - began:.2f} s after the first packets")
    assert (len(answer.first) + len(rest)) % 188 == 0
    await free(tuner, provider)


async def test_S16_unknown_query_is_ignored(tuner):
    async with watching(tuner, f"/auto/v{tuner.numbers[0]}?transcode=internet720&x=y"):
        pass


async def test_S17_a_tuner_asked_for_by_name(tuner):
    async with watching(tuner, f"/tuner0/v{tuner.numbers[0]}"):
        answer = await tuner.get(f"/tuner0/v{tuner.numbers[1]}")
        assert (answer.status, answer.headers["X-HDHomeRun-Error"]) == (503, "804 Tuner In Use")
    assert (await tuner.get(f"/tuner9/v{tuner.numbers[0]}")).status == 404


async def test_stream_urls_of_the_playlist_play(tuner):
    lines = (await tuner.get("/live.m3u", headers={"Accept-Encoding": "identity"})).data.decode().splitlines()
    assert len(lines) == 7
    url = lines[2]
    assert url.endswith(".ts")
    async with watching(tuner, url.removeprefix(tuner.base)):
        assert await tuner.tuners_in_use() == 1
