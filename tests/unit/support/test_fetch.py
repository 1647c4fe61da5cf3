import asyncio
import gzip
import os
import subprocess

import pytest
from aiohttp import web

from tests.tools.until import until
from tests.tools.world import answering, serving
from tunerr.errors import AddressRefused, BadStatus, DataFolderError, Truncated, Unreachable
from tunerr.model.source import Access
from tunerr.model.url import SecretUrl, Zone
from tunerr.support.fetch import Fetched, Validators, fetch_document
from tunerr.support.guard import Reach

OPERATOR = Reach(Zone.LOOPBACK)
OLD = b"the last good answer"


@pytest.fixture
def target(tmp_path):
    path = tmp_path / "spool" / "m3u"
    path.parent.mkdir()
    path.write_bytes(OLD)
    return path


@pytest.fixture
def fetch(clients, target):
    async def bring(location, *, reach=OPERATOR, known=None, limit=10_000_000, timeout=10.0, to=target, headers=()):
        return await fetch_document(
            clients,
            SecretUrl(str(location)),
            target=to,
            reach=reach,
            validators=known or Validators(),
            access=Access(headers=headers),
            limit_bytes=limit,
            timeout=timeout,
        )

    return bring


def untouched(target):
    return target.read_bytes() == OLD and [path.name for path in target.parent.iterdir()] == [target.name]


async def test_a_document_is_written_whole(fetch, target):
    body = os.urandom(3_500_000)

    async def handler(_):
        return web.Response(body=body, headers={"ETag": '"1"', "Last-Modified": "Sat, 21 Nov 2026 10:00:00 GMT"})

    async with serving(handler, "127.0.0.2") as port:
        fetched = await fetch(f"http://127.0.0.2:{port}/list.m3u")
    validators = Validators('"1"', "Sat, 21 Nov 2026 10:00:00 GMT")
    assert fetched == Fetched(changed=True, zone=Zone.INTERNET, validators=validators, size=len(body))
    assert target.read_bytes() == body
    assert list(target.parent.iterdir()) == [target]


async def test_compression_is_asked_for_and_kept(fetch, target):
    async def handler(request):
        assert request.headers["Accept-Encoding"] == "gzip"
        return web.Response(body=gzip.compress(b"#EXTM3U\n"), headers={"Content-Encoding": "gzip"})

    async with serving(handler) as port:
        await fetch(f"http://127.0.0.1:{port}/")
    assert gzip.decompress(target.read_bytes()) == b"#EXTM3U\n"


async def test_an_unchanged_document_writes_nothing(fetch, target):
    known = Validators('W/"7"', "Sat, 21 Nov 2026 10:00:00 GMT")

    async def handler(request):
        assert request.headers["If-None-Match"] == 'W/"7"'
        assert request.headers["If-Modified-Since"] == "Sat, 21 Nov 2026 10:00:00 GMT"
        assert request.headers["X-Key"] == "k"
        return web.Response(status=304, headers={"ETag": 'W/"7"'})

    async with serving(handler) as port:
        fetched = await fetch(f"http://127.0.0.1:{port}/", known=known, headers=(("X-Key", "k"),))
    assert (fetched.changed, fetched.size, fetched.zone) == (False, 0, Zone.LOOPBACK)
    # RFC 9110 does not make a 304 repeat Last-Modified: the known one stays.
    assert fetched.validators == known
    assert untouched(target)


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (401, "password"),
        (403, "User-Agent"),
        (404, "path"),
        (429, "again"),
        (500, "again"),
        (458, "tuners"),
        (304, ""),
    ],
)
async def test_a_status_that_is_no_success_is_told_with_what_to_do(fetch, target, status, word):
    async def handler(_):
        return web.Response(status=status)

    async with serving(handler) as port:
        with pytest.raises(BadStatus, match=f"status {status}") as failed:
            await fetch(f"http://127.0.0.1:{port}/get.php?password=secret")
    assert failed.value.status == status
    assert word in failed.value.hint
    assert "secret" not in str(failed.value)
    assert untouched(target)


@pytest.mark.parametrize("cut", [b"Content-Length: 10\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"])
async def test_a_body_that_ends_early_changes_nothing(fetch, target, cut):
    async with answering(b"HTTP/1.1 200 OK\r\n" + cut) as port:
        with pytest.raises(Truncated, match="ended early"):
            await fetch(f"http://127.0.0.1:{port}/")
    assert untouched(target)


async def test_a_body_without_a_length_ends_with_its_connection(fetch, target):
    async with answering(b"HTTP/1.1 200 OK\r\n\r\n#EXTM3U\n") as port:
        fetched = await fetch(f"http://127.0.0.1:{port}/")
    assert (fetched.size, target.read_bytes()) == (8, b"#EXTM3U\n")


@pytest.mark.parametrize("chunked", [True, False])
async def test_the_limit_is_named_and_changes_nothing(fetch, target, chunked):
    async def handler(request):
        response = web.StreamResponse()
        if not chunked:
            response.content_length = 5_000_000
        await response.prepare(request)
        for _ in range(50):
            await response.write(b"x" * 100_000)
        return response

    async with serving(handler) as port:
        with pytest.raises(Truncated, match="limit of 2 MB"):
            await fetch(f"http://127.0.0.1:{port}/", limit=2_000_000)
    assert untouched(target)


async def test_the_whole_fetch_has_a_time_out(fetch, target):
    async def handler(request):
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 300_000)
            await asyncio.sleep(0.05)

    async with serving(handler) as port:
        with pytest.raises(Unreachable, match=r"within 0\.5 s"):
            await fetch(f"http://127.0.0.1:{port}/", timeout=0.5, limit=1 << 40)
    assert untouched(target)


async def test_a_dropped_connection_is_tried_once_more(fetch, target):
    async with answering(None, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", b"never") as port:
        await fetch(f"http://127.0.0.1:{port}/")
    assert target.read_bytes() == b"ok"
    async with answering(b"", b"", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") as port:
        with pytest.raises(Unreachable, match="closed the connection"):
            await fetch(f"http://127.0.0.1:{port}/")


async def test_a_cancelled_fetch_leaves_no_part(fetch, target):
    started = asyncio.Event()

    async def handler(request):
        response = web.StreamResponse()
        await response.prepare(request)
        started.set()
        while True:
            await response.write(b"x" * 300_000)
            await asyncio.sleep(0)

    async with serving(handler) as port:
        task = asyncio.ensure_future(fetch(f"http://127.0.0.1:{port}/", limit=1 << 40))
        await started.wait()
        await until(lambda: len(list(target.parent.iterdir())) == 2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert untouched(target)


class TestFiles:
    @pytest.mark.parametrize("form", ["{}", "file://{}", "file:{}"])
    async def test_a_file_is_copied_and_known_by_its_time_and_size(self, fetch, target, tmp_path, form):
        source = tmp_path / "my list.m3u"
        source.write_bytes(b"#EXTM3U\n" * 300_000)
        location = form.format(str(source).replace(" ", "%20") if form != "{}" else source)
        first = await fetch(location)
        assert (first.changed, first.zone, first.size) == (True, Zone.LOOPBACK, 2_400_000)
        assert target.read_bytes() == source.read_bytes()
        again = await fetch(location, known=first.validators)
        assert (again.changed, again.size, again.validators) == (False, 0, first.validators)
        source.write_bytes(b"#EXTM3U\n")
        assert (await fetch(location, known=first.validators)).changed
        assert not target.samefile(source)

    async def test_what_is_not_there_or_no_file(self, fetch, target, tmp_path):
        with pytest.raises(Unreachable, match="There is no file"):
            await fetch(tmp_path / "nothing.m3u")
        with pytest.raises(Unreachable, match="is no file"):
            await fetch(tmp_path)
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(Unreachable, match="is no file"):
            await fetch(tmp_path / "pipe")
        with pytest.raises(Unreachable, match="Only http, https and files"):
            await fetch("ftp://127.0.0.1/list.m3u")
        assert untouched(target)

    async def test_the_limit_holds(self, fetch, target, tmp_path):
        (tmp_path / "big").write_bytes(b"x" * 2_000_001)
        with pytest.raises(Truncated, match="limit of 2 MB"):
            await fetch(tmp_path / "big", limit=2_000_000)
        assert untouched(target)

    async def test_a_document_from_elsewhere_names_no_file(self, fetch, target, tmp_path):
        (tmp_path / "secret").write_text("x")
        for reach in (Reach(Zone.PRIVATE), Reach(Zone.INTERNET, allow_lan=True)):
            with pytest.raises(AddressRefused):
                await fetch(tmp_path / "secret", reach=reach)
        assert untouched(target)


class TestDisk:
    async def test_a_folder_that_is_not_there(self, fetch, tmp_path):
        (tmp_path / "list").write_text("x")
        with pytest.raises(DataFolderError, match="could not be written"):
            await fetch(tmp_path / "list", to=tmp_path / "nowhere" / "m3u")

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system")
    async def test_a_full_disk_loses_nothing(self, fetch, tmp_path):
        small = tmp_path / "small"
        small.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "none", small], capture_output=True, check=False
        )
        if mounted.returncode:
            pytest.skip("mounting is not allowed here")
        try:
            target = small / "m3u"
            target.write_bytes(OLD)
            (tmp_path / "big").write_bytes(b"x" * 3_000_000)
            with pytest.raises(DataFolderError, match="disk is full") as failed:
                await fetch(tmp_path / "big", to=target)
            assert "space" in failed.value.hint
            assert untouched(target)
        finally:
            subprocess.run(["umount", small], check=True)
