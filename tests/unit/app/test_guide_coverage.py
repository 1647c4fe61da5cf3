"""The policy over refreshes: a real catalog, a real guide database, the worker's jobs as the server asks for them."""

from dataclasses import replace

import pytest

from tests.tools.clock import ManualClock
from tests.unit.catalog.lists import in_force, ingest
from tests.unit.guide.documents import NOW, Desk, guide, programme
from tunerr.app.guide_coverage import CoverageAsker, left_out_for_guide
from tunerr.app.planning import LineupPlanner
from tunerr.catalog.reader import CatalogReader
from tunerr.config.guide import GuideSettings
from tunerr.config.lineup import LineupSettings
from tunerr.errors import WorkerError
from tunerr.guide.messages import Matching
from tunerr.guide.wanted import wanted_of
from tunerr.lineup.allotment import Devices
from tunerr.lineup.ledger import NumberLedger
from tunerr.lineup.overrides import ChannelOverrides
from tunerr.lineup.plan_reader import PlanReader
from tunerr.model.channel import SourceId
from tunerr.model.source import Source
from tunerr.model.status import SourceState, SourceStatus
from tunerr.model.url import SecretUrl
from tunerr.storage.choices import Choices
from tunerr.storage.connection import open_server
from tunerr.storage.folder import open_folder
from tunerr.worker.jobs import JOBS, load

PLAYLIST = """#EXTM3U
#EXTINF:-1 tvg-id="one.test",One
http://h/1
#EXTINF:-1 tvg-id="hollow.test",Hollow
http://h/2
#EXTINF:-1 tvg-id="thin.test",Thin
http://h/3
#EXTINF:-1,Untold
http://h/4
"""
LISTED = ("one.test", "hollow.test", "thin.test")
XMLTV = Source(SourceId("xmltv"), "guide", SecretUrl("http://h/x"), 10)
TRIED = SourceStatus(XMLTV.id, "guide", "", SourceState.OK, attempted_at=NOW)


def document(hollow="Hollow"):
    return guide(
        *(programme("one.test", hour, hour + 1) for hour in range(5)),
        *(programme("hollow.test", hour, hour + 1, title=hollow) for hour in range(5)),
        programme("thin.test", 1, 2),
        channels=LISTED,
    )


class InProcess:
    """The worker's jobs, run here; as JSON, as they travel."""

    def __init__(self):
        self.asked = []
        self.broken = set()

    async def run(self, job, request, _timeout):
        self.asked.append(job)
        if job in self.broken:
            raise WorkerError("The worker died.")
        return load(JOBS[job])(request)


class World:
    def __init__(self, root, state, catalog):
        self.desk = Desk(root)
        self.worker = InProcess()
        self.statuses_known = (TRIED,)
        self.state, self.catalog, self.root = state, catalog, root
        self.sources = in_force("m3u", XMLTV)
        self.clock = ManualClock(NOW)
        self.choices = Choices(state=state, clock=self.clock)
        self.overrides = ChannelOverrides(self.choices)
        self.plans = PlanReader(catalog=catalog)
        self.reader = CatalogReader(catalog=catalog, sources=self.sources)
        self.policy("off")

    async def statuses(self):
        return self.statuses_known

    def policy(self, policy, **rules):
        """A planner as a start of the program makes it."""
        folder = open_folder(self.root)
        self.asker = CoverageAsker(
            folder=folder,
            worker=self.worker,
            sources=self.sources,
            statuses=self,
            overrides=self.overrides,
            matching=self.matching,
            settings=GuideSettings,
            clock=self.clock,
        )
        self.planner = LineupPlanner(
            folder=folder,
            worker=self.worker,
            sources=self.sources,
            choices=self.choices,
            overrides=self.overrides,
            ledger=NumberLedger(state=self.state, clock=self.clock),
            failed=self.statuses,
            coverage=self.asker.coverage,
            settings=LineupSettings.model_validate({"guide_policy": policy, **rules}),
            devices=Devices(limit=479, count=1),
            clock=self.clock,
        )

    async def matching(self):
        return Matching()

    async def offered(self):
        """Plan, and name what is offered."""
        await self.planner.plan()
        return [one.name for one in await self.reader.channels(await self.plans.chosen())]

    async def read_guide(self, text=None):
        """Read the guide as a refresh does: for what is offered, and what is left out for its guide."""
        channels = list(await self.reader.channels(await self.plans.chosen()))
        self.clock.advance(1)
        self.statuses_known = tuple(replace(one, attempted_at=self.clock.now()) for one in self.statuses_known)
        channels += await left_out_for_guide(self.plans, self.reader, self.overrides)
        return self.desk.ingest(text or document(), *(wanted_of(one, {}) for one in channels))


@pytest.fixture
async def world(tmp_path):
    ingest(tmp_path, PLAYLIST)
    state = await open_server(tmp_path / "state.db", kind="state")
    catalog = await open_server(tmp_path / "catalog.db", kind="catalog", readonly=True)
    yield World(tmp_path, state, catalog)
    await catalog.close()
    await state.close()


ALL = ["One", "Hollow", "Thin", "Untold"]


async def test_the_guide_is_asked_only_where_a_rule_looks_at_it(world):
    assert await world.offered() == ALL
    assert world.worker.asked == ["plan-lineup"]
    for rules in ({"recipe": "guide_first"}, {"dedupe": "strong"}, {"shape": "na_en"}, {"dna_policy": "prefer_best"}):
        world.worker.asked.clear()
        world.policy("off", **rules)
        await world.offered()
        assert world.worker.asked == ["cover-guide", "plan-lineup"]
    world.worker.asked.clear()
    world.policy("off", recipe="kids_safe")
    await world.offered()
    assert world.worker.asked == ["plan-lineup"]


async def test_nothing_is_dropped_before_the_guide_is_ready(world):
    world.policy("strict")
    assert await world.offered() == ALL
    summary = await world.plans.summary()
    assert [(stage.stage, stage.note) for stage in summary.stages] == [("guide-policy", "no guide health yet")]


async def test_nothing_is_dropped_while_a_guide_was_never_asked(world):
    world.policy("healthy")
    await world.offered()
    await world.read_guide()
    second = replace(XMLTV, id=SourceId("xmltv-2"))
    world.sources.publish((*world.sources.current, second))
    assert await world.offered() == ALL
    world.statuses_known = (TRIED, replace(TRIED, id=second.id, state=SourceState.FAILED))
    assert await world.offered() == ["One"]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("off", ALL),
        ("drop_placeholders", ["One", "Thin", "Untold"]),
        ("healthy", ["One"]),
        ("strict", ["One"]),
    ],
)
async def test_refreshes_and_restarts_come_to_the_same_lineup(world, policy, expected):
    world.policy(policy)
    assert await world.offered() == ALL
    for _ in range(4):
        await world.read_guide()
        assert await world.offered() == expected
        assert await world.offered() == expected
        world.policy(policy)
        assert await world.offered() == expected


async def test_a_guide_that_gets_better_brings_the_channel_back(world):
    world.policy("drop_placeholders")
    await world.offered()
    await world.read_guide()
    assert await world.offered() == ["One", "Thin", "Untold"]
    await world.read_guide(document(hollow="Film"))
    assert await world.offered() == ALL
    await world.read_guide()
    assert await world.offered() == ["One", "Thin", "Untold"]


async def test_what_the_operator_put_in_stays(world):
    world.policy("healthy")
    await world.offered()
    await world.read_guide()
    hollow = (await world.reader.channels([d.channel for d in await world.plans.decisions() if d.name == "Hollow"]))[0]
    await world.choices.put([("channel", hollow.id, '{"enabled": true}')], who="me", act="t", subject="t")
    assert await world.offered() == ["One", "Hollow"]
    await world.choices.put([("channel", hollow.id, '{"guide_id": "one.test"}')], who="me", act="t", subject="t")
    assert await world.offered() == ["One", "Hollow"]


async def test_names_of_the_operator_reach_the_guide(world):
    world.policy("drop_placeholders")
    await world.offered()
    await world.read_guide()
    await world.offered()
    (dropped,) = await left_out_for_guide(world.plans, world.reader, world.overrides)
    await world.choices.put([("channel", dropped.id, '{"name": "Mine"}')], who="me", act="t", subject="t")
    assert [one.name for one in await left_out_for_guide(world.plans, world.reader, world.overrides)] == ["Mine"]


async def test_the_worker_is_asked_when_the_answer_may_be_another_one(world):
    async def asked():
        world.worker.asked.clear()
        await world.offered()
        return world.worker.asked.count("cover-guide")

    world.policy("healthy")
    await world.offered()
    await world.read_guide()
    assert [await asked(), await asked()] == [1, 0]
    channel = (await world.plans.chosen())[0]
    await world.choices.put([("channel", channel, '{"logo": "http://h/l.png"}')], who="me", act="t", subject="t")
    assert await asked() == 0
    await world.choices.put([("channel", channel, '{"guide_id": "thin.test"}')], who="me", act="t", subject="t")
    assert [await asked(), await asked()] == [1, 0]
    world.clock.advance(14 * 60)
    assert await asked() == 0
    world.clock.advance(60)
    assert await asked() == 1
    await world.read_guide()
    assert await asked() == 1


async def test_a_worker_that_fails_changes_nothing(world):
    world.policy("healthy")
    await world.offered()
    await world.read_guide()
    assert await world.offered() == ["One"]
    world.clock.advance(3600)
    world.worker.broken.add("cover-guide")
    assert await world.offered() == ["One"]
