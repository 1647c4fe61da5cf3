import asyncio
import contextlib
import gzip
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import aiohttp
import pytest
import uvloop

from tests.tools.until import until
from tests.unit.outputs.faces import raw, serving
from tunerr.errors import WorkerError
from tunerr.guide.making.parts import GuideParts
from tunerr.model.status import GuideEdition
from tunerr.outputs.xmltv import routes
from tunerr.support.snapshot import Published

BUILT = datetime(2026, 11, 21, 12, 0, 0, 700_000, tzinfo=UTC)
# Larger than what a socket takes at once.
XML = b"<tv>" + b"<programme/>" * 1_000_000 + b"</tv>"
PARTS = {"": XML, "-2": b"<tv>2</tv>", "-3d": b"<tv>3d</tv>", "-2-14d": b"<tv>2-14d</tv>"}


class NoWorker:
    """All shorter guides are there; whoever asks for another one hears that it can't be made."""

    async def run(self, job, request, timeout):
        raise WorkerError("The worker is away.")


@pytest.fixture
def edition(tmp_path):
    for name, text in PARTS.items():
        (tmp_path / f"guide{name}.xml").write_bytes(text)
        (tmp_path / f"guide{name}.xml.gz").write_bytes(gzip.compress(text, 1))
    xml, gz = tmp_path / "guide.xml", tmp_path / "guide.xml.gz"
    return GuideEdition("e1", "v1", BUILT, xml, gz, channels=4, linked=3, programmes=9, placeholders=1, devices=(2,))


def of(edition):
    return routes(guide=Published(edition), parts=GuideParts(worker=NoWorker()))


@contextlib.asynccontextmanager
async def guide(edition):
    plain = aiohttp.ClientSession(auto_decompress=False, skip_auto_headers=["Accept-Encoding"])
    async with serving(of(edition)) as base, plain as session:

        async def get(path, method="GET", **headers):
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            async with session.request(method, base + path, headers=sent) as answer:
                return answer, await answer.read()

        yield get


async def test_plain(edition):
    async with guide(edition) as get:
        answer, body = await get("/guide.xml")
    assert (answer.status, body) == (200, XML)
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert answer.headers["X-IptvTunerr-Guide-State"] == "ready"
    assert "Content-Encoding" not in answer.headers


async def test_a_client_that_takes_gzip_gets_the_packed_file_as_an_encoding(edition):
    async with guide(edition) as get:
        answer, body = await get("/guide.xml", Accept_Encoding="deflate,gzip,br,zstd")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert body == edition.gz.read_bytes()


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
async def test_the_gz_path_never_has_a_content_encoding(edition, encoding):
    async with guide(edition) as get:
        answer, body = await get("/guide.xml.gz", Accept_Encoding=encoding)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/gzip")
    assert "Content-Encoding" not in answer.headers
    assert gzip.decompress(body) == XML


async def test_head_and_range(edition):
    async with guide(edition) as get:
        answer, body = await get("/guide.xml", method="HEAD")
        assert (answer.status, body, answer.headers["Content-Length"]) == (200, b"", str(len(XML)))
        answer, body = await get("/guide.xml", Range="bytes=0-")
        assert (answer.status, body) == (200, XML)
        assert "Content-Range" not in answer.headers


async def test_a_client_that_has_the_edition_gets_304(edition):
    async with guide(edition) as get:
        answer, _ = await get("/guide.xml", method="HEAD")
        tag = answer.headers["ETag"]
        for path in ("/guide.xml", "/guide.xml.gz"):
            same, body = await get(path, If_None_Match=tag)
            assert (same.status, body, same.headers["ETag"]) == (304, b"", tag)
        assert (await get("/guide.xml", If_None_Match='W/"e0"'))[0].status == 200
        modified = answer.headers["Last-Modified"]
        assert (await get("/guide.xml", If_Modified_Since=modified))[0].status == 304
        before = format_datetime(BUILT - timedelta(seconds=5), usegmt=True)
        assert (await get("/guide.xml", If_Modified_Since=before))[0].status == 200
        # The tag decides where both are sent.
        assert (await get("/guide.xml", If_Modified_Since=modified, If_None_Match='"e0"'))[0].status == 200


async def test_not_ready_has_an_empty_body(edition):
    edition.xml.unlink()
    for current in (None, edition):
        async with guide(current) as get:
            answer, body = await get("/guide.xml")
            assert (answer.status, body, answer.headers["Retry-After"]) == (503, b"", "5")
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-IptvTunerr-Guide-State"] == "loading"
            assert "Last-Modified" not in answer.headers
            assert (await get("/xmltv.xml"))[0].status == 404


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/device/2/guide.xml", "-2"),
        ("/guide.xml?days=3", "-3d"),
        ("/guide.xml?days=03", "-3d"),
        ("/device/2/guide.xml?days=14", "-2-14d"),
    ],
)
async def test_devices_and_days_have_their_own_file_and_tag(edition, path, name):
    async with guide(edition) as get:
        answer, body = await get(path)
        assert (answer.status, body) == (200, PARTS[name])
        assert answer.headers["ETag"] == f'W/"e1{name}"'
        assert (await get(path, If_None_Match=answer.headers["ETag"]))[0].status == 304
        assert (await get("/guide.xml", If_None_Match=answer.headers["ETag"]))[0].status == 200
        packed = (await get(path.replace(".xml", ".xml.gz")))[1]
        assert gzip.decompress(packed) == PARTS[name]


@pytest.mark.parametrize("days", ["", "0", "15", "-1", "1.5", "x", "٣", "9" * 5000, "3%00"])
async def test_days_that_are_none_are_ignored(edition, days):
    async with guide(edition) as get:
        answer, body = await get(f"/device/2/guide.xml?days={days}")
    assert (answer.status, body) == (200, PARTS["-2"])


@pytest.mark.parametrize("device", ["1", "3", "0", "02x", "999"])
async def test_a_device_that_is_not_there(edition, device):
    async with guide(edition) as get:
        for ending in ("", ".gz"):
            answer, body = await get(f"/device/{device}/guide.xml{ending}")
            assert (answer.status, body) == (404, b"")


async def test_a_part_that_cannot_be_made_is_an_empty_503(edition):
    async with guide(edition) as get:
        answer, body = await get("/guide.xml?days=5")
        assert (answer.status, body, answer.headers["Retry-After"]) == (503, b"", "5")
        assert answer.headers["X-IptvTunerr-Guide-State"] == "failed"
        assert "ETag" not in answer.headers
        assert (await get("/guide.xml?days=3"))[0].status == 200


def connected(base, request, *, buffer=None):
    """A socket on which `request` was sent and from which nothing is read by itself."""
    host, _, port = base.removeprefix("http://").rpartition(":")
    client = socket.socket()
    if buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    client.connect((host, int(port)))
    client.sendall(request)
    client.setblocking(False)
    return client


async def read_all(client):
    loop, got = asyncio.get_running_loop(), bytearray()
    while piece := await loop.sock_recv(client, 1 << 20):
        got += piece
    return bytes(got)


async def test_http_1_0_gets_the_whole_file_and_the_end(edition):
    async with serving(of(edition)) as base:
        answer = await raw(base, "GET /guide.xml HTTP/1.0\n\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.0 200 OK")
    assert body == XML


async def test_requests_on_one_connection_are_answered_in_order(edition):
    async with serving(of(edition)) as base:
        request = b"GET /guide.xml HTTP/1.1\r\nHost: x\r\n\r\n"
        last = b"GET /device/2/guide.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        client = connected(base, request + request + last)
        async with asyncio.timeout(20):
            answer = await read_all(client)
        client.close()
    assert answer.count(b"HTTP/1.1 200 OK") == 3
    assert answer.count(XML) == 2
    assert answer.endswith(b"<tv>2</tv>")


async def test_clients_that_do_not_read_hold_no_thread_and_nobody_else(edition):
    request = b"GET /guide.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    async with serving(of(edition)) as base, aiohttp.ClientSession() as session:
        stalled = [connected(base, request, buffer=4096) for _ in range(60)]
        async with asyncio.timeout(20), session.get(f"{base}/guide.xml") as answer:
            assert await answer.read() == XML
        async with asyncio.timeout(20):
            assert (await read_all(stalled[0])).endswith(b"</tv>")
        for client in stalled:
            client.close()


def descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_nothing_stays_open_of_a_client_that_goes(edition):
    request = b"GET /guide.xml HTTP/1.1\r\nHost: x\r\n\r\n"
    async with serving(of(edition)) as base:
        before = descriptors()
        for _ in range(5):
            client = connected(base, request, buffer=4096)
            assert await asyncio.get_running_loop().sock_recv(client, 1)
            client.close()
        await until(lambda: descriptors() <= before, what="all descriptors closed")


def test_the_same_on_the_loop_of_the_program(edition):
    uvloop.run(test_clients_that_do_not_read_hold_no_thread_and_nobody_else(edition))
    uvloop.run(test_requests_on_one_connection_are_answered_in_order(edition))
    uvloop.run(test_nothing_stays_open_of_a_client_that_goes(edition))
