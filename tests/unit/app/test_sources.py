import json

import pytest

from tests.tools.clock import ManualClock
from tunerr.app.sources import SourceBook
from tunerr.model.channel import SourceId
from tunerr.model.source import Programmes, Source
from tunerr.model.url import SecretUrl
from tunerr.storage.choices import Choices
from tunerr.storage.connection import open_server

M3U = Source(SourceId("m3u"), "playlist", SecretUrl("http://h/x"), 10)
NAMED = Source(
    SourceId("m3u-named-1"), "guide", SecretUrl("http://g/x"), 10, programmes=Programmes(of=M3U.id), origin="playlist"
)


@pytest.fixture
async def choices(tmp_path):
    state = await open_server(tmp_path / "state.db", kind="state")
    yield Choices(state=state, clock=ManualClock())
    await state.close()


def names(book):
    return [source.id for source in book.sources.current]


async def test_guides_that_playlists_name_come_last_and_go_with_them(choices):
    book = SourceBook(configured=[], choices=choices)
    home = json.dumps({"type": "m3u", "url": "http://h/x"})
    guide = json.dumps({"type": "xmltv", "url": "http://g/y", "priority": -1000})
    rows = [("source", "m3u", home), ("source", "tv", guide)]
    await choices.put(rows, who="t", act="t", subject="")
    await book.load()
    asked = []

    async def guides(sources):
        asked.append([source.id for source in sources])
        return (NAMED,)

    assert await book.name(guides)
    assert names(book) == ["m3u", "tv", "m3u-named-1"]
    assert not await book.name(guides), "they are the same as before"
    assert asked == [["m3u", "tv"]] * 2, "what was named itself doesn't count"
    await choices.put([("source", "m3u", None)], who="t", act="t", subject="")
    await book.load()
    assert names(book) == ["tv"]


async def test_an_id_of_the_operator_wins(choices):
    mine = Source(NAMED.id, "guide", SecretUrl("http://mine/x"), 10)
    book = SourceBook(configured=[M3U, mine], choices=choices)

    async def guides(_sources):
        return (NAMED,)

    await book.name(guides)
    assert book.sources.current == (M3U, mine)
