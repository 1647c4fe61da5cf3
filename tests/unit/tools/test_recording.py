"""The recorder measures what a server really did."""

import asyncio
import contextlib
import socket
import struct

import pytest

from tests.tools.media import make_ts
from tests.tools.recording import MEDIA_SERVER, record

OK = b"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\n\r\n"


@contextlib.asynccontextmanager
async def serving(*script):
    """A server that plays `script` to each connection: bytes to send, seconds to wait, None for a reset."""
    heads = []

    async def talk(reader, writer):
        with contextlib.suppress(ConnectionError), contextlib.closing(writer):
            heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
            for act in script:
                if act is None:
                    writer.get_extra_info("socket").setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                    )
                    writer.transport.abort()
                elif isinstance(act, bytes):
                    writer.write(act)
                    await writer.drain()
                else:
                    await asyncio.sleep(act)

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/auto/v1?x=y", heads
    finally:
        server.close()


async def test_gaps_and_the_servers_end(tmp_path):
    async with serving(OK, 0.1, b"a" * 188, 0.4, b"b" * 188) as (url, heads):
        seen = await record(url, tmp_path / "r.ts", seconds=10, agent=MEDIA_SERVER, headers=("Range: bytes=0-",))
    assert (seen.status, seen.end, seen.received, seen.path.stat().st_size) == (200, "closed", 376, 376)
    assert seen.longest_gap == pytest.approx(0.4, abs=0.2)
    assert 0.1 <= seen.first_byte < seen.ended - 0.3
    assert "GET /auto/v1?x=y HTTP/1.1" in heads[0]
    assert f"User-Agent: {MEDIA_SERVER}\r\nAccept: */*\r\nRange: bytes=0-\r\n" in heads[0]


async def test_a_viewer_that_leaves_counts_the_silence_before_and_drops_what_is_in_part(tmp_path):
    media = make_ts(tmp_path / "m.ts", seconds=1).read_bytes()
    async with serving(OK, media[:-100], 30) as (url, _):
        seen = await record(url, tmp_path / "r.ts", seconds=0.6)
    assert seen.end == "left"
    assert seen.longest_gap > 0.3
    assert 0 < seen.path.stat().st_size < len(media)
    assert seen.path.stat().st_size % 188 == 0


async def test_refused_and_reset(tmp_path):
    refusal = b"HTTP/1.1 503 No\r\nX-HDHomeRun-Error: 805 All Tuners In Use\r\n\r\n"
    async with serving(refusal) as (url, _):
        seen = await record(url, tmp_path / "r.ts", seconds=5)
    assert (seen.status, seen.error, seen.end, seen.first_byte, seen.longest_gap) == (503, 805, "refused", None, 0)
    async with serving(OK, b"a", 0.1, None) as (url, _):
        assert (await record(url, tmp_path / "r.ts", seconds=5)).end == "reset"
    async with serving() as (url, _):
        assert (await record(url, tmp_path / "r.ts", seconds=5)).end == "reset"


async def test_a_slow_viewer_takes_what_it_says(tmp_path):
    async with serving(OK, b"a" * 4_000_000, 30) as (url, _):
        seen = await record(url, tmp_path / "r.ts", seconds=1, rate=1000)
    assert seen.received <= 2000
