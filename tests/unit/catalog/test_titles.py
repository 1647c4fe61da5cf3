import json
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from tests.tools.panel_world import panel_source, panel_world
from tunerr.catalog.titles import run
from tunerr.lab.panel import Content, Film, Quirk, Show, XtreamPanel

DAY = 24 * 3600
QUESTIONS = ["player_api.php", "get_vod_categories", "get_vod_streams", "get_series_categories", "get_series"]


@pytest.fixture
async def world(tmp_path):
    async with panel_world(tmp_path / "data") as found:
        yield found


@pytest.fixture
async def panel():
    content = Content(films=[Film(number, f"F{number}") for number in range(10)], shows=[Show(1, "S1"), Show(2, "S2")])
    async with XtreamPanel(content=content) as found:
        yield found


NAMES = {"movie": "SELECT name FROM movie ORDER BY id", "series": "SELECT name FROM series ORDER BY id"}


def titles(world, table="movie"):
    with closing(sqlite3.connect(world.folder.catalog_db)) as db:
        return [row[0] for row in db.execute(NAMES[table])]


async def refresh(world, panel, **options):
    """Refresh a day later."""
    world.clock.advance(DAY)
    await world.titles.refresh([panel_source(panel.base_url, **options)])
    assert list(world.folder.spool_dir.iterdir()) == []


async def test_films_and_series_are_catalogued_once_a_day(world, panel):
    await refresh(world, panel)
    assert titles(world) == [f"F{number}" for number in range(10)]
    assert titles(world, "series") == ["S1", "S2"]
    assert [question.action for question in panel.questions] == QUESTIONS
    world.clock.advance(DAY - 1)
    await world.titles.refresh([panel_source(panel.base_url)])
    assert len(panel.questions) == len(QUESTIONS)
    world.clock.advance(1)
    await world.titles.refresh([panel_source(panel.base_url)])
    assert len(panel.questions) == 2 * len(QUESTIONS)


async def test_a_new_start_of_the_program_does_not_ask_again(world, panel):
    await refresh(world, panel)
    world.titles._tried.clear()
    await world.titles.refresh([panel_source(panel.base_url)])
    assert len(panel.questions) == len(QUESTIONS)


async def test_no_titles_when_they_are_not_wanted(world, panel):
    await refresh(world, panel, vod=False)
    assert panel.questions == ()


async def test_changes_are_taken_and_what_is_gone_goes(world, panel):
    await refresh(world, panel)
    panel.content.films[0] = Film(0, "New name")
    del panel.content.films[5]
    panel.content.shows.append(Show(3, "S3"))
    await refresh(world, panel)
    assert titles(world) == ["New name", "F1", "F2", "F3", "F4", "F6", "F7", "F8", "F9"]
    assert titles(world, "series") == ["S1", "S2", "S3"]


async def test_a_sudden_loss_has_to_stand_for_a_day(world, panel):
    await refresh(world, panel)
    del panel.content.films[2:]
    await refresh(world, panel)
    assert len(titles(world)) == 10
    await refresh(world, panel)
    assert titles(world) == ["F0", "F1"]


async def test_a_loss_that_passes_is_forgotten(world, panel):
    await refresh(world, panel)
    kept = panel.content.films[2:]
    del panel.content.films[2:]
    await refresh(world, panel)
    panel.content.films.extend(kept)
    await refresh(world, panel)
    del panel.content.films[2:]
    await refresh(world, panel)
    assert len(titles(world)) == 10


@pytest.mark.parametrize(
    "quirk", [Quirk.HTML_200, Quirk.CUT_JSON, Quirk.EXPIRED, Quirk.RATE_LIMITED_429, Quirk.WRONG_CREDENTIALS]
)
async def test_what_goes_wrong_raises_nothing_and_changes_nothing(world, panel, quirk):
    await refresh(world, panel)
    panel.quirks.add(quirk)
    await refresh(world, panel)
    assert (len(titles(world)), len(titles(world, "series"))) == (10, 2)


async def test_oddities(world, panel):
    panel.quirks.update({Quirk.OBJECT_FOR_LIST, Quirk.IDS_AS_STRINGS, Quirk.CATEGORY_INT, Quirk.CONTROL_CHARACTERS})
    await refresh(world, panel)
    assert titles(world)[0] == "F0"
    with closing(sqlite3.connect(world.folder.catalog_db)) as db:
        assert db.execute("SELECT DISTINCT category FROM movie").fetchall() == [("Films",)]


async def test_titles_of_sources_that_are_gone_are_removed_and_a_broken_list_spoils_no_other(world, panel, tmp_path):
    await refresh(world, panel)
    for name, document in (("c", []), ("movies", [{"stream_id": 1, "name": "Other"}])):
        (tmp_path / name).write_text(json.dumps(document))
    (tmp_path / "broken").write_text('[{"series_id": 1')
    report = run(
        {
            "documents": {
                "movies": str(tmp_path / "movies"),
                "movies-categories": str(tmp_path / "c"),
                "series": str(tmp_path / "broken"),
                "series-categories": str(tmp_path / "c"),
            },
            "source": "xtream-2",
            "sources": ["xtream-2"],
            "catalog_db": str(world.folder.catalog_db),
            "now": (world.clock.now() + timedelta(days=1)).timestamp(),
        }
    )
    assert (report["movies"]["outcome"], report["series"]["outcome"]) == ("taken", "failed")
    assert (titles(world), titles(world, "series")) == (["Other"], [])
