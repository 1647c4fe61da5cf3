"""Search over a guide.db that the worker's jobs filled."""

import contextlib
import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.guide.documents import NOW, Desk, guide, programme
from tests.unit.guide.readers import lineup_of, opened, reader_of, source
from tunerr.errors import QueryRefused
from tunerr.guide.diagnosis import health_file
from tunerr.guide.lookup import search_index
from tunerr.guide.lookup.search import GuideSearch, match_expression
from tunerr.support.snapshot import Published

CHANNELS = [("1", "One", "one.test", ""), ("2", "Two", "two.test", "", {"shift": "+1"})]
TALK = "<title>Café Olé</title><sub-title>Der Größte</sub-title>"


def index(desk):
    return search_index.run({"guide_db": str(desk.db)})


async def find(desk, text, limit=20, sources=("xmltv",)):
    async with opened(desk) as db:
        lineup, health = Published(lineup_of(CHANNELS)), Published(health_file.read(desk.guide_dir))
        reader = reader_of(desk, db, map(source, sources))
        search = GuideSearch(guide=db, reader=reader, lineup=lineup, health=health)
        hits = await search.find(text, now=NOW.timestamp(), limit=limit)
    return [(str(hit.row.number), (hit.airing.start - NOW.timestamp()) / 3600, hit.details.title) for hit in hits]


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    desk.ingest(
        guide(
            programme("one.test", -5, -4, title="News at Noon"),
            programme("one.test", -2, -1, title="News at Noon"),
            programme("one.test", -0.5, 0.5, title="News Tonight"),
            programme("one.test", 5, 6, TALK),
            programme("two.test", 2, 3, title="Late News"),
        )
    )
    desk.render(*CHANNELS, sources=("xmltv",))
    index(desk)
    return desk


async def test_upcoming_first_then_the_latest(desk):
    assert await find(desk, "news") == [
        ("1", -0.5, "News Tonight"), ("2", 3, "Late News"), ("1", -2, "News at Noon"), ("1", -5, "News at Noon"),
    ]  # fmt: skip
    assert await find(desk, "news", limit=1) == [("1", -0.5, "News Tonight")]


@pytest.mark.parametrize("text", ["cafe", "OLE", "größte", "grosste cafe", "caf", "Der  Größte"])
async def test_accents_case_order_and_beginnings(desk, text):
    found = [] if text == "grosste cafe" else [("1", 5, "Café Olé")]  # ß is a letter of its own, not ss
    assert await find(desk, text) == found


async def test_all_words_are_wanted(desk):
    assert await find(desk, "late news") == [("2", 3, "Late News")]
    assert await find(desk, "late cafe") == []


@pytest.mark.parametrize(
    "text", ['"', "news OR (", "NEAR(news)", "title:news", "news*", "-news", "^news", "a AND", "'"]
)
async def test_the_syntax_of_the_index_is_of_no_meaning(desk, text):
    with contextlib.suppress(QueryRefused):
        await find(desk, text)


@settings(derandomize=True, max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=40))
def test_whatever_is_asked_can_be_run(text):
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize = 'unicode61 remove_diacritics 2')")
    try:
        db.execute("SELECT * FROM t WHERE t MATCH ?", (match_expression(text),)).fetchall()
    except QueryRefused:
        pass
    finally:
        db.close()


@pytest.mark.parametrize("text", ["", "  ", "!?", "x" * 300, "a " * 30])
def test_nothing_and_too_much_are_refused(text):
    with pytest.raises(QueryRefused):
        match_expression(text)


async def test_only_what_changed_is_read_again(desk):
    assert index(desk) == {"generations": 0, "programmes": 0, "texts": 0, "forgotten": 0}
    desk.ingest(guide(programme("one.test", 1, 2, title="Late News"), programme("one.test", 3, 4, title="Opera")))
    desk.render(*CHANNELS, sources=("xmltv",))
    answer = index(desk)
    assert answer["generations"] == 1
    assert await find(desk, "opera") == [("1", 3, "Opera")]
    assert await find(desk, "late") == [("1", 1, "Late News")]


async def test_texts_that_nobody_shows_are_forgotten(desk):
    with sqlite3.connect(desk.db) as db:
        db.execute("UPDATE generation SET state = 'superseded'")
    db.close()
    answer = index(desk)
    assert answer["forgotten"] == 4
    with sqlite3.connect(desk.db) as db:
        assert db.execute("SELECT count(*) FROM search_row").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM search_text").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM search_word WHERE search_word MATCH 'news'").fetchone() == (0,)
        db.execute("INSERT INTO search_word (search_word) VALUES ('integrity-check')")
    db.close()


async def test_what_a_better_guide_hides_is_not_found(desk):
    desk.ingest(guide(programme("one.test", 5, 6, title="Opera")), source="best")
    desk.render(*CHANNELS, sources=("best", "xmltv"))
    index(desk)
    assert await find(desk, "cafe", sources=("best", "xmltv")) == []
    assert await find(desk, "opera", sources=("best", "xmltv")) == [("1", 5, "Opera")]
