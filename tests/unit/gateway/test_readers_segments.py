import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from tests.tools.hls_origin import serving
from tests.tools.until import until
from tests.unit.gateway.readers_rig import http_clients
from tunerr.errors import UpstreamError
from tunerr.gateway.readers.origin import Origin
from tunerr.gateway.readers.playlist import Key, Segment
from tunerr.gateway.readers.segments import SegmentReader
from tunerr.model.url import Zone

KEY = bytes(range(16))
CLEAR = b"".join(b"G" + number.to_bytes(2, "big") + bytes(185) for number in range(1000))


def encrypted(key, iv=bytes(16)):
    padder = PKCS7(128).padder()
    cipher = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return cipher.update(padder.update(CLEAR) + padder.finalize()) + cipher.finalize()


class Server:
    """One file, whose first answers break off, hang or are refused."""

    def __init__(self, body=CLEAR, **options):
        self.body = body
        self.key = KEY
        self.breaks = 0  # so many answers end early
        self.hangs = 0  # so many answers go silent on the way
        self.after = 50_001  # bytes until then
        self.ranges = "right"  # or "ignored", "wrong"
        self.key_status = 200
        self.asked = []
        self.keys = 0
        self.base = ""
        self.reader = None
        self.on = asyncio.Event()
        vars(self).update(options)

    async def file(self, request):
        wanted = request.headers.get("Range", "")
        self.asked.append(wanted)
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        start = int(first or 0) if self.ranges != "ignored" else 0
        end = int(last) + 1 if last and self.ranges != "ignored" else len(self.body)
        partial = bool(wanted) and self.ranges != "ignored"
        response = web.StreamResponse(status=206 if partial else 200)
        if partial:
            told = start + 188 * (self.ranges == "wrong")
            response.headers["Content-Range"] = f"bytes {told}-{end - 1}/{len(self.body)}"
        response.content_length = end - start
        await response.prepare(request)
        if self.breaks or self.hangs:
            await response.write(self.body[start : min(start + self.after, end)])
            await asyncio.sleep(0.05)  # the client has it before the connection is gone
            if self.hangs:
                self.hangs -= 1
                await self.on.wait()
            self.breaks -= bool(self.breaks)
            request.transport.abort()
            return response
        await response.write(self.body[start:end])
        return response

    async def send_key(self, _request):
        self.keys += 1
        return web.Response(status=self.key_status, body=self.key)

    def segment(self, **options):
        return Segment(0, f"{self.base}/file.ts", 1.0, **options)

    async def read(self, segment):
        data = b""
        try:
            async for chunk in self.reader.chunks(segment, Zone.LOOPBACK):
                data += chunk
        except UpstreamError as error:
            return data, error.reason
        return data, ""


@asynccontextmanager
async def server(body=CLEAR, *, patience=5.0, **options):
    one, app = Server(body, **options), web.Application()
    app.router.add_get("/file.ts", one.file)
    app.router.add_get("/black.ts", one.file)
    app.router.add_get("/key", one.send_key)
    async with serving(app) as one.base, http_clients() as clients:
        one.reader = SegmentReader(origin=Origin(clients), patience=lambda: patience)
        yield one
        one.on.set()


@pytest.mark.parametrize("breaks", [1, 2])
@pytest.mark.parametrize("ranges", ["right", "ignored"])
async def test_a_segment_that_breaks_off_goes_on_where_it_broke(breaks, ranges):
    async with server(breaks=breaks, ranges=ranges) as one:
        assert await one.read(one.segment()) == (CLEAR, "")
    assert one.asked[:2] == ["", "bytes=50001-"]
    assert len(one.asked) == 1 + breaks


async def test_what_breaks_a_third_time_is_given_up():
    async with server(breaks=3) as one:
        data, reason = await one.read(one.segment())
    assert reason == "reset"
    assert data == CLEAR[: len(data)]
    assert len(data) == 150_003


async def test_what_goes_on_at_the_wrong_place_is_not_taken():
    async with server(breaks=1, ranges="wrong") as one:
        assert await one.read(one.segment()) == (CLEAR[:50_001], "garbage")


@pytest.mark.parametrize("ranges", ["right", "ignored"])
async def test_a_byte_range_that_breaks_off(ranges):
    async with server(breaks=1, ranges=ranges, after=30_000) as one:
        got = await one.read(one.segment(span=(18_800, 56_400)))
    broke = 48_800 if ranges == "right" else 30_000
    assert got == (CLEAR[18_800:75_200], "")
    assert one.asked == ["bytes=18800-75199", f"bytes={broke}-75199"]


async def test_an_encrypted_segment_that_breaks_off_between_two_blocks():
    async with server(encrypted(KEY), breaks=2) as one:
        key = Key(f"{one.base}/key", bytes(16))
        assert await one.read(one.segment(key=key)) == (CLEAR, "")
    assert one.keys == 1


async def test_a_segment_that_hangs_is_asked_for_again():
    async with server(hangs=1, patience=0.3) as one:
        assert await one.read(one.segment()) == (CLEAR, "")
    assert one.asked == ["", "bytes=50001-"]


async def test_a_segment_that_only_hangs_is_given_up():
    async with server(hangs=9, patience=0.2, after=0) as one:
        assert await one.read(one.segment()) == (b"", "timeout")
    assert len(one.asked) == 1


async def test_a_reader_that_is_slow_itself_loses_nothing():
    async with server(CLEAR * 30, patience=0.2) as one:
        data = b""
        async for chunk in one.reader.chunks(one.segment(), Zone.LOOPBACK):
            if not data:
                await asyncio.sleep(0.6)
            data += chunk
    assert data == CLEAR * 30
    assert len(one.asked) == 1


async def test_bytes_come_before_the_segment_is_whole():
    async with server(hangs=1) as one:
        chunks = one.reader.chunks(one.segment(), Zone.LOOPBACK)
        data = b""
        while len(data) < one.after:
            data += await anext(chunks)
        await until(lambda: one.hangs == 0)
        await chunks.aclose()
    assert data == CLEAR[: one.after]


@pytest.mark.parametrize(
    ("body", "reason"), [(b"<html>no</html>", "html"), (b"\x00\x01" * 999, "garbage"), (b"", "empty")]
)
async def test_what_is_no_media(body, reason):
    async with server(body) as one:
        assert await one.read(one.segment()) == (b"", reason)


async def test_filler_is_not_even_asked_for():
    async with server() as one:
        assert await one.read(Segment(0, f"{one.base}/black.ts", 1.0)) == (b"", "filler")
    assert one.asked == []


async def test_a_key_that_can_not_be_had_is_told_by_that_word():
    async with server(encrypted(KEY), key_status=404) as one:
        key = Key(f"{one.base}/key", bytes(16))
        assert await one.read(one.segment(key=key)) == (b"", "key")
        one.key_status = 200
        assert await one.read(one.segment(key=key)) == (CLEAR, "")


@pytest.mark.parametrize(("wrong", "reason"), [(b"<html>", "key"), (bytes(16), "garbage")])
async def test_a_key_that_was_wrong_is_asked_for_again(wrong, reason):
    async with server(encrypted(KEY), key=wrong) as one:
        key = Key(f"{one.base}/key", bytes(16))
        assert await one.read(one.segment(key=key)) == (b"", reason)
        one.key = KEY
        assert await one.read(one.segment(key=key)) == (CLEAR, "")
        assert await one.read(one.segment(key=key)) == (CLEAR, "")
    assert one.keys == 2
