"""Logos from real servers: kept, shared, bounded, guarded."""

import asyncio
import contextlib

import pytest
from aiohttp import web

from tests.tools.until import until
from tunerr.errors import NotReady
from tunerr.model.url import SecretUrl, Zone
from tunerr.support import pictures
from tunerr.support.http import HttpClients, Reach
from tunerr.support.pictures import Picture, Pictures
from tunerr.support.tasks import Supervisor

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
HERE = Reach(Zone.LOOPBACK)


@pytest.fixture
async def origin(tmp_path):
    """A server of pictures, the cache before it, and how often each path was asked for."""
    asked = []
    bodies = {"/logo.png": PNG, "/page.html": b"<script>", "/vector.svg": b"<svg/>", "/large.png": PNG + bytes(600_000)}

    async def answer(request):
        asked.append(request.path)
        await asyncio.sleep(0.05)
        if request.path == "/slow.png":
            await asyncio.sleep(0.5)
            return web.Response(body=PNG)
        if request.path == "/inner":
            raise web.HTTPFound("http://10.0.0.1/logo.png")
        if request.path not in bodies:
            raise web.HTTPNotFound
        return web.Response(body=bodies[request.path], content_type="text/html")

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    clients = HttpClients(user_agent="test")
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    background = Supervisor()
    cache = Pictures(folder=tmp_path / "logos", clients=clients, background=background)
    yield base, cache, asked
    await background.aclose()
    await clients.aclose()
    await runner.cleanup()


async def test_a_picture_is_what_its_bytes_say_and_is_fetched_once(origin, tmp_path):
    base, cache, asked = origin
    url = SecretUrl(f"{base}/logo.png")
    assert await asyncio.gather(*(cache.get(url, reach=HERE) for _ in range(5))) == [Picture(PNG, "image/png")] * 5
    assert await cache.get(url, reach=HERE) == Picture(PNG, "image/png")
    assert asked == ["/logo.png"]
    assert [path.stat().st_size for path in (tmp_path / "logos").iterdir()] == [len(PNG)]


@pytest.mark.parametrize("path", ["/page.html", "/vector.svg", "/large.png", "/missing.png"])
async def test_what_is_no_small_picture_is_none_and_not_asked_for_again(origin, path):
    base, cache, asked = origin
    for _ in range(2):
        assert await cache.get(SecretUrl(base + path), reach=HERE) is None
    assert asked == [path]


async def test_nobody_waits_for_a_slow_server_and_the_picture_comes_all_the_same(origin, monkeypatch):
    base, cache, asked = origin
    monkeypatch.setattr(pictures, "_PATIENCE_S", 0.01)
    url = SecretUrl(f"{base}/slow.png")

    async def there():
        with contextlib.suppress(NotReady):
            return await cache.get(url, reach=HERE) == Picture(PNG, "image/png")

    with pytest.raises(NotReady):
        await cache.get(url, reach=HERE)
    await until(there, what="the picture")
    assert asked == ["/slow.png"]


async def test_no_more_are_fetched_than_can_be(origin, monkeypatch):
    base, cache, asked = origin
    monkeypatch.setattr(pictures, "_PATIENCE_S", 0.01)
    monkeypatch.setattr(pictures, "_MOST_WANTED", 2)
    for name in ("slow.png", "logo.png", "more.png"):
        with pytest.raises(NotReady):
            await cache.get(SecretUrl(f"{base}/{name}"), reach=HERE)
    await until(lambda: "/slow.png" in asked, what="the first of them")
    assert "/more.png" not in asked


async def test_the_guard_stands_before_the_network_inside_the_house(origin):
    base, cache, asked = origin
    assert await cache.get(SecretUrl(f"{base}/logo.png"), reach=Reach(Zone.INTERNET)) is None
    assert asked == []
    assert await cache.get(SecretUrl("file:///etc/passwd"), reach=HERE) is None
    assert await cache.get(SecretUrl("data:image/png;base64,aaaa"), reach=HERE) is None


async def test_the_oldest_go_when_there_is_too_much(origin, monkeypatch, tmp_path):
    base, cache, _ = origin
    monkeypatch.setattr(pictures, "_SWEEP_EVERY", 2)
    monkeypatch.setattr(pictures, "_KEPT_BYTES", 2 * 4096)
    for number in range(5):
        await cache.get(SecretUrl(f"{base}/missing-{number}.png"), reach=HERE)
    assert len(list((tmp_path / "logos").iterdir())) == 2
