import json
import sqlite3

import pytest

from tests.unit.catalog.lists import ingest
from tunerr.lineup.plan import Answer, Request, StageSummary, Summary
from tunerr.lineup.plan_job import difference, run
from tunerr.lineup.plan_reader import PlanReader
from tunerr.lineup.rules.chosen import LineupRules
from tunerr.lineup.rules.groups import GroupCount
from tunerr.model.channel import ChannelId
from tunerr.model.numbers import GuideNumber
from tunerr.storage.connection import open_server, open_worker
from tunerr.support.worker_client import Worker


def playlist(*rows):
    """Rows are `group/name` or `group/name=tvg-id`."""
    text = "#EXTM3U\n"
    for place, one in enumerate(rows):
        group, _, rest = one.partition("/")
        name, _, tvg = rest.partition("=")
        text += f'#EXTINF:-1 tvg-id="{tvg}" group-title="{group}",{name}\nhttp://h.example:8080/{place}{name}.ts\n'
    return text


class World:
    """A catalog on the disk, the job as the worker runs it and the reader of the server."""

    def __init__(self, root):
        self.root = root

    def ingest(self, *rows, source="m3u"):
        ingest(self.root, playlist(*rows), source=source)

    def plan(self, *, sources=("m3u", "m3u-2"), limit=100, rules=None, **more):
        asked = Request(
            catalog_db=self.root / "catalog.db",
            sources=sources,
            limit=limit,
            now=1000.0,
            rules=LineupRules.model_validate(rules or {}),
            **more,
        )
        # Over JSON, as it goes through the pipe.
        return Answer.model_validate_json(json.dumps(run(json.loads(asked.model_dump_json()))))

    def rows(self, table):
        with sqlite3.connect(self.root / "catalog.db") as db:
            plans = [row[0] for row in db.execute(f"SELECT plan FROM {table}")]  # noqa: S608 - a name of this file
            return len(plans), len(set(plans))


@pytest.fixture
async def world(tmp_path):
    made = World(tmp_path)
    made.ingest("News/CNN", "Sports/TSN", "News/BBC", "Sports/ESPN")
    made.catalog = await open_server(tmp_path / "catalog.db", kind="catalog", readonly=True)
    made.reader = PlanReader(catalog=made.catalog)
    yield made
    await made.catalog.close()


async def names(world, channels):
    return [(await world.reader.why(channel)).name for channel in channels]


async def test_before_the_first_plan(world):
    assert await world.reader.chosen() is None
    assert await world.reader.summary() is None
    assert await world.reader.why(ChannelId("dna-0")) is None
    assert await world.reader.decisions() == ()
    assert await world.reader.groups() == ()
    assert await world.reader.backups() == await world.reader.wanted() == {}


async def test_what_is_planned_is_read(world):
    answer = world.plan(rules={"drop_sports": True, "resequence": True})
    chosen = await world.reader.chosen()
    assert chosen == answer.chosen
    assert await names(world, chosen) == ["CNN", "BBC"]
    assert await world.reader.summary() == answer.summary
    assert (answer.summary.channels, answer.summary.raw, answer.summary.kept) == (4, 2, 2)
    (stage,) = answer.summary.stages
    assert (stage.stage, stage.left_out) == ("sports", 2)
    assert stage.examples[0].name == "TSN"
    assert await world.reader.wanted() == {chosen[0]: GuideNumber(1), chosen[1]: GuideNumber(2)}


async def test_it_runs_in_the_bulk_child(world):
    asked = Request(
        catalog_db=world.root / "catalog.db",
        sources=("m3u",),
        limit=2,
        now=1000.0,
        rules=LineupRules(exclude_regex="^CNN"),
        failed=frozenset({"dna-0"}),
    )
    answer = Answer.model_validate(await Worker().run("plan-lineup", asked.model_dump(mode="json"), 30))
    assert await world.reader.chosen() == answer.chosen
    assert await names(world, answer.chosen) == ["TSN", "BBC"]


async def test_why(world):
    cnn = world.plan().chosen[0]
    world.plan(rules={"programming": {"selected_categories": ["sports"]}})
    found = await world.reader.why(cnn)
    assert (found.kept, found.stage, found.place, found.name, found.group, found.source) == (
        *(False, "programming", 1, "CNN", "News", "m3u"),
    )
    assert found.reason == "left out: group 'News' is not among the chosen groups"
    assert found.into is None
    assert found.number is None


async def test_pages_of_decisions(world):
    world.plan(rules={"drop_sports": True})
    everything = await world.reader.decisions()
    assert [one.channel for one in everything] == sorted(one.channel for one in everything)
    assert {one.name for one in await world.reader.decisions(stage="sports")} == {"TSN", "ESPN"}
    assert {one.name for one in await world.reader.decisions(kept=True)} == {"CNN", "BBC"}
    assert await world.reader.decisions(after=everything[1].channel) == everything[2:]


async def test_a_page_has_at_most_200_rows(world):
    world.ingest(*(f"G{place}/Channel {place}" for place in range(450)))
    world.plan(limit=10)
    first = await world.reader.decisions()
    second = await world.reader.decisions(after=first[-1].channel)
    third = await world.reader.decisions(after=second[-1].channel)
    assert [len(first), len(second), len(third)] == [200, 200, 50]
    assert len({one.channel for one in first + second + third}) == 450
    assert [len(await world.reader.groups(after=after)) for after in (0, 200, 400)] == [200, 200, 50]


async def test_groups_with_what_is_chosen(world):
    world.plan(sources=("m3u",), rules={"programming": {"selected_categories": ["news"]}})
    assert await world.reader.groups() == (
        GroupCount("news", "News", "m3u", 2, 2),
        GroupCount("sports", "Sports", "m3u", 2, 0),
    )
    world.plan()
    assert [one.id for one in await world.reader.groups()] == ["m3u--news", "m3u--sports"]


async def test_duplicates_of_other_sources_are_backups(world):
    # The second has no tvg-id and another first name, so that the catalog takes them for two.
    world.ingest("News/CNN=CNN.us", "News/CNN Int", source="m3u")
    world.ingest("US/CNN UHD=CNN.uk", source="m3u-2")
    world.plan(rules={"dedupe": "strong"})
    backups = await world.reader.backups()
    ((winner, losers),) = backups.items()
    assert winner in await world.reader.chosen()
    assert len(losers) == 1
    assert (await world.reader.why(losers[0])).into == winner


async def test_a_preview_publishes_nothing_and_is_compared(world):
    before = world.plan().chosen
    override = {before[3]: {"order": 1}}
    answer = world.plan(rules={"exclude_regex": "BBC"}, overrides=override, preview=True)
    assert await world.reader.chosen() == before
    shown = answer.summary
    assert (shown.difference.removed.count, shown.difference.removed.examples) == (1, ("BBC",))
    assert (shown.difference.added.count, shown.difference.moved.count) == (0, 3)
    assert (await world.reader.why(before[2])).kept


async def test_one_plan_is_kept(world):
    for _ in range(3):
        world.plan()
        world.plan(preview=True)
    assert world.rows("plan_decision") == (4, 1)
    assert world.rows("plan_group") == (2, 1)


async def test_a_plan_that_was_not_finished_counts_for_nothing(world):
    before = world.plan().chosen
    db = open_worker(world.root / "catalog.db", kind="catalog")
    db.execute("INSERT INTO plan (made_at) VALUES (1)")
    db.execute(
        "INSERT INTO plan_decision"
        " SELECT plan + 1, channel_id, 0, 1, '', '', '', '', '', '', '', '', 0, '' FROM plan_decision"
    )
    db.close()
    assert await world.reader.chosen() == before
    world.plan()
    assert world.rows("plan_decision") == (4, 1)


async def test_a_lineup_of_nothing_is_a_plan(world):
    ids = world.plan().chosen
    world.plan(overrides={one: {"enabled": False} for one in ids})
    assert await world.reader.chosen() == ()


def test_difference():
    before = {"a": "A", "b": "B", "c": "C", "d": "D"}
    after = {"d": "D", "b": "B", "a": "A", "e": "E"}
    found = difference(before, after)
    assert found.added.examples == ("E",)
    assert found.removed.examples == ("C",)
    assert found.moved.examples == ("D", "A")
    assert difference(before, before).moved.count == 0


def test_notes_are_sentences():
    empty = difference({}, {})
    stage = StageSummary(stage="language", summary="x", left_out=0, note="it would leave nothing")
    made = Summary(made_at=0.0, channels=0, raw=0, kept=0, stages=(stage,), difference=empty)
    assert made.notes == ("language: it would leave nothing",)


async def test_free_sources_are_named_in_the_request(world):
    world.ingest("News/CNN HD=cnn.us", "News/Only=only.us", source="free")
    chosen = world.plan(sources=("m3u", "free"), free=["free"], preview=True)
    (stage,) = chosen.summary.stages
    assert (stage.stage, stage.summary) == ("free", "free sources: supplement")
    assert (stage.left_out, chosen.summary.kept) == (1, 5)
