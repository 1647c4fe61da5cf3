import json

import pytest
from aiohttp import web

from tests.tools.clock import ManualClock
from tests.tools.world import serving
from tunerr.guide.fetching.alias_book import AliasBook
from tunerr.guide.matching.aliases import alias_key
from tunerr.model.url import SecretUrl
from tunerr.support.http import HttpClients

KEY = alias_key("BBC One")


def text(guide_id):
    return json.dumps({"name_to_xmltv_id": {"BBC One": guide_id}}).encode()


@pytest.fixture
async def clients():
    made = HttpClients(user_agent="test")
    yield made
    await made.aclose()


async def test_without_a_file_there_are_none(tmp_path, clients):
    book = AliasBook(None, kept=tmp_path / "aliases.json", clients=clients, clock=ManualClock())
    assert await book.current() == {}


async def test_a_file_is_read_again_as_soon_as_it_changes(tmp_path, clients):
    path = tmp_path / "mine.json"
    book = AliasBook(SecretUrl(path.as_uri()), kept=tmp_path / "kept", clients=clients, clock=ManualClock())
    assert await book.current() == {}
    path.write_bytes(text("bbc1.uk"))
    assert await book.current() == {KEY: "bbc1.uk"}
    path.write_bytes(b"no json at all")
    assert await book.current() == {KEY: "bbc1.uk"}, "the last good one stays"
    path.write_bytes(text("bbc1.scotland.uk"))
    assert await book.current() == {KEY: "bbc1.scotland.uk"}


async def test_a_url_is_asked_rarely_and_only_for_what_changed(tmp_path, clients):
    asked, clock = [], ManualClock()

    async def answer(request):
        asked.append(request.headers.get("If-None-Match", ""))
        status = 304 if asked[-1] else 200
        return web.Response(status=status, body=None if asked[-1] else text("a"), headers={"ETag": '"1"'})

    async with serving(answer) as port:
        url = SecretUrl(f"http://127.0.0.1:{port}/a.json")
        book = AliasBook(url, kept=tmp_path / "kept", clients=clients, clock=clock)
        assert await book.current() == await book.current() == {KEY: "a"}
        assert asked == [""]
        clock.advance(301)
        assert await book.current() == {KEY: "a"}
        assert asked == ["", '"1"']


async def test_after_a_restart_the_kept_file_stands_in(tmp_path, clients):
    kept = tmp_path / "kept"
    kept.write_bytes(text("a"))
    book = AliasBook(SecretUrl("http://127.0.0.1:9/x"), kept=kept, clients=clients, clock=ManualClock())
    assert await book.current() == {KEY: "a"}
