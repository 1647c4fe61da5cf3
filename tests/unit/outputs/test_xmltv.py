import contextlib
import gzip
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import aiohttp
import pytest

from tests.unit.outputs.faces import serving
from tunerr.model.status import GuideEdition
from tunerr.outputs.xmltv import routes
from tunerr.support.snapshot import Published

BUILT = datetime(2026, 11, 21, 12, 0, 0, 700_000, tzinfo=UTC)
# Larger than one piece, so that the loop that sends pieces is taken.
XML = b"<tv>" + b"<programme/>" * 200_000 + b"</tv>"


@pytest.fixture
def edition(tmp_path):
    xml, gz = tmp_path / "guide-1.xml", tmp_path / "guide-1.xml.gz"
    xml.write_bytes(XML)
    gz.write_bytes(gzip.compress(XML, 1))
    return GuideEdition("e1", "v1", BUILT, xml, gz, channels=4, linked=3, programmes=9, placeholders=1)


@contextlib.asynccontextmanager
async def guide(edition):
    plain = aiohttp.ClientSession(auto_decompress=False, skip_auto_headers=["Accept-Encoding"])
    async with serving(routes(guide=Published(edition))) as base, plain as session:

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
