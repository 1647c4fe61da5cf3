import asyncio
from datetime import UTC, datetime

import pytest

from tests.tools.until import until
from tunerr.app import schedule
from tunerr.app.refresh import RefreshCycle
from tunerr.errors import ActionRefused, DataFolderError, WorkerError
from tunerr.model.channel import Channel, ChannelId, Lineup, LineupChannel, SourceId
from tunerr.model.numbers import GuideNumber
from tunerr.model.source import Programmes, Source
from tunerr.model.status import SourceState, SourceStatus
from tunerr.model.url import SecretUrl
from tunerr.support.snapshot import Published

AT = datetime(2026, 1, 1, tzinfo=UTC)
ROW = LineupChannel(GuideNumber(1), Channel(ChannelId("dna-1"), "One"))
SOURCES = tuple(
    Source(SourceId(name), kind, SecretUrl("http://h/x"), 10)
    for name, kind in (("m3u", "playlist"), ("m3u-2", "playlist"), ("xmltv", "guide"))
)


class Edition(str):
    """Says of which lineup it is, as its last word."""

    __slots__ = ()

    @property
    def lineup_version(self):
        return self.split()[-1]


class Parts:
    """What the cycle joins: each says what it was asked, and does what the test wants."""

    def __init__(self):
        self.asked = []
        self.states = {}
        self.versions = ["a"]
        self.broken = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.builds = 0
        self.plans = 0
        self.undecided = None
        self.slow = None
        self.dead = {}
        self.aged = False
        self.others = False
        self.follows = None

    async def plan(self):
        self.plans += 1
        if self.undecided is not None:
            raise self.undecided

    async def refresh(self, source, lineup=None, *, accept_shrink=False, whole=False):
        self.asked.append(source.id)
        if self.slow in (None, source.id):
            await self.gate.wait()
        if source.id in self.dead:
            raise self.dead[source.id]
        return SourceStatus(source.id, source.kind, "", self.states.get(source.id, SourceState.OK))

    async def build(self):
        assert self.builds == 0
        self.builds += 1
        await asyncio.sleep(0.01)
        self.builds -= 1
        version = self.versions[0]
        return Lineup(version, AT, (ROW,) if version else ())

    async def render(self, lineup):
        if self.broken is not None:
            raise self.broken
        self.asked.append(f"render {lineup.version}")
        return Edition(f"edition of {lineup.version}")

    async def load(self):
        return Edition("loaded")

    async def read_again(self, lineup):
        self.asked.append(f"read again {lineup.version}")
        await asyncio.sleep(0.01)

    def has_aged(self, edition):
        return self.aged

    async def after_playlists(self):
        self.asked.append("named?")
        return self.others

    async def after_guides(self):
        self.asked.append("coverage")
        if self.follows is not None:
            raise self.follows


@pytest.fixture
def parts():
    return Parts()


@pytest.fixture
def cycle(parts):
    waiting = tuple(SourceStatus(source.id, source.kind, "") for source in SOURCES)
    return RefreshCycle(
        sources=Published(SOURCES),
        catalog=parts,
        planner=parts,
        builder=parts,
        guide=parts,
        lineup=Published(None),
        edition=Published(None),
        statuses=Published(waiting),
        interval=lambda: 0,
        grace=0.2,
    )


def published(cycle):
    lineup = cycle._lineup.current
    return lineup.version if lineup else None, cycle._edition.current


async def test_playlists_come_before_the_guides_and_the_guide_belongs_to_the_new_lineup(cycle, parts):
    statuses = await cycle.refresh()
    assert parts.asked == ["m3u", "m3u-2", "xmltv", "render a"]
    assert [status.id for status in statuses] == ["m3u", "m3u-2", "xmltv"]
    assert published(cycle) == ("a", "edition of a")


async def test_one_source_can_be_asked_and_the_statuses_keep_their_order(cycle, parts):
    parts.states["m3u"] = SourceState.FAILED
    (status,) = await cycle.refresh(SourceId("m3u"))
    assert status.state is SourceState.FAILED
    states = [(row.id, row.state) for row in cycle._statuses.current]
    assert states == [("m3u", SourceState.FAILED), ("m3u-2", SourceState.WAITING), ("xmltv", SourceState.WAITING)]
    with pytest.raises(ActionRefused, match="m3u, m3u-2, xmltv"):
        await cycle.refresh(SourceId("m3u-3"))


async def test_an_empty_catalog_publishes_nothing_and_the_guide_waits(cycle, parts):
    parts.versions = [""]
    assert [status.id for status in await cycle.refresh()] == ["m3u", "m3u-2"]
    assert published(cycle) == (None, None)


async def test_the_last_good_lineup_and_guide_stay(cycle, parts):
    await cycle.refresh()
    parts.versions = [""]
    parts.broken = DataFolderError("The disk is full.")
    with pytest.raises(DataFolderError):
        await cycle.refresh()
    assert published(cycle) == ("a", "edition of a")


async def test_what_is_on_disk_is_published_at_start(cycle):
    await cycle.load()
    assert published(cycle) == ("a", "loaded")


async def test_the_lineup_is_rebuilt_beside_a_refresh_and_its_guide_follows(cycle, parts):
    await cycle.refresh()
    parts.gate.clear()
    refreshing = asyncio.create_task(cycle.refresh())
    await until(lambda: parts.asked.count("m3u") == 2)
    parts.versions = ["b"]
    await asyncio.gather(cycle.rebuild_lineup(), cycle.rebuild_lineup())  # never two builds at once
    assert published(cycle) == ("b", "edition of a")
    rendering = asyncio.create_task(cycle.render_guide())
    parts.gate.set()
    await asyncio.gather(refreshing, rendering)
    assert published(cycle) == ("b", "edition of b")


@pytest.mark.parametrize("error", [WorkerError("It died."), KeyError("a fault of ours")])
async def test_what_goes_wrong_does_not_end_the_schedule(cycle, parts, error):
    parts.broken = error
    running = asyncio.create_task(cycle.forever())
    await until(lambda: "xmltv" in parts.asked)
    await asyncio.sleep(0.05)
    assert not running.done()  # it waits for the next attempt
    running.cancel()


async def test_a_slow_source_keeps_nobody_waiting_and_its_channels_follow(cycle, parts):
    parts.slow = "m3u"
    parts.gate.clear()
    refreshing = asyncio.create_task(cycle.refresh())
    await until(lambda: "xmltv" in parts.asked)
    assert published(cycle) == ("a", None)
    parts.versions = ["b"]
    parts.gate.set()
    statuses = await refreshing
    assert [status.id for status in statuses] == ["m3u", "m3u-2", "xmltv"]
    assert published(cycle) == ("b", "edition of b")
    assert parts.plans == 2


async def test_what_can_not_be_kept_of_one_source_does_not_stop_the_others(cycle, parts):
    parts.dead = {"m3u": WorkerError("It died.")}
    with pytest.raises(WorkerError):
        await cycle.refresh()
    assert {row.id for row in cycle._statuses.current if row.state is SourceState.OK} == {"m3u-2", "xmltv"}
    assert published(cycle) == ("a", "edition of a")


async def test_whoever_asks_while_a_source_is_asked_gets_that_answer(cycle, parts):
    parts.gate.clear()
    asking = [asyncio.create_task(cycle.refresh(SourceId("m3u"))) for _ in range(5)]
    await until(lambda: parts.asked)
    await asyncio.sleep(0.01)
    parts.gate.set()
    answers = await asyncio.gather(*asking)
    assert parts.asked.count("m3u") == 1
    assert {status.state for (status,) in answers} == {SourceState.OK}


async def test_accepting_asks_anew(cycle, parts):
    parts.gate.clear()
    first = asyncio.create_task(cycle.refresh(SourceId("m3u")))
    await until(lambda: parts.asked)
    second = asyncio.create_task(cycle.refresh(SourceId("m3u"), accept_shrink=True))
    await asyncio.sleep(0.01)
    parts.gate.set()
    await asyncio.gather(first, second)
    assert parts.asked.count("m3u") == 2


async def test_without_an_interval_each_source_is_asked_once_until_there_is_a_new_one(cycle, parts):
    running = asyncio.create_task(cycle.forever())
    await until(lambda: "render a" in parts.asked)
    new = Source(SourceId("new"), "playlist", SecretUrl("http://h/x"), 10)
    cycle._sources.publish((*SOURCES, new))
    cycle.sources_changed()
    await until(lambda: parts.asked.count("render a") == 2)
    assert parts.asked == ["m3u", "m3u-2", "xmltv", "render a", "new", "render a"]
    assert [row.id for row in cycle._statuses.current][-1] == "new"
    running.cancel()


async def test_without_a_new_plan_the_old_one_counts_and_nobody_is_cut_off(cycle, parts):
    parts.undecided = WorkerError("The rules took too long.")
    parts.slow = "m3u"
    parts.gate.clear()
    refreshing = asyncio.create_task(cycle.refresh())
    await until(lambda: "xmltv" in parts.asked)
    assert published(cycle) == ("a", None)  # the streams that came, by the plan before
    parts.gate.set()
    with pytest.raises(WorkerError, match="too long"):  # as the operator is told
        await refreshing
    assert {row.state for row in cycle._statuses.current} == {SourceState.OK}
    assert published(cycle) == ("a", "edition of a")


async def test_sources_show_as_soon_as_they_are_there_and_go_with_them(cycle):
    new = Source(SourceId("new"), "playlist", SecretUrl("http://h/secret?token=1"), 10)
    cycle._sources.publish((SOURCES[0], new))
    cycle.sources_changed()
    assert [(row.id, row.state) for row in cycle._statuses.current] == [
        ("m3u", SourceState.WAITING),
        ("new", SourceState.WAITING),
    ]


async def test_a_source_that_is_defined_otherwise_is_asked_at_once(cycle, parts):
    running = asyncio.create_task(cycle.forever())
    await until(lambda: "render a" in parts.asked)
    parts.asked.clear()
    edited = Source(SourceId("m3u"), "playlist", SecretUrl("http://h/other"), 10)
    cycle._sources.publish((edited, *SOURCES[1:]))
    cycle.sources_changed()
    await until(lambda: "render a" in parts.asked)
    assert parts.asked == ["m3u", "render a"]
    running.cancel()


async def test_another_interval_moves_the_next_refresh(cycle, parts):
    hours = [1.0]
    cycle._interval = lambda: hours[0] * 3600
    running = asyncio.create_task(cycle.forever())
    await until(lambda: "render a" in parts.asked)
    parts.asked.clear()
    cycle.sources_changed()
    await asyncio.sleep(0.05)
    assert parts.asked == [], "the same interval asks nobody"
    hours[0] = 0.2 / 3600
    cycle.sources_changed()
    await until(lambda: "xmltv" in parts.asked)
    running.cancel()


async def test_guides_are_read_again_without_asking_anybody(cycle, parts):
    await cycle.refresh()
    parts.asked.clear()
    await asyncio.gather(*(cycle.reread_guides() for _ in range(3)))
    assert parts.asked == ["read again a", "render a", "read again a", "render a"], "of many the last one knows all"


async def test_a_source_that_takes_its_time_delays_no_new_one(cycle, parts):
    parts.slow = "m3u"
    parts.gate.clear()
    running = asyncio.create_task(cycle.forever())
    await until(lambda: "xmltv" in parts.asked)
    new = Source(SourceId("new"), "playlist", SecretUrl("http://h/x"), 10)
    cycle._sources.publish((*SOURCES, new))
    cycle.sources_changed()
    await until(lambda: "new" in parts.asked)
    assert parts.asked.count("m3u") == 1
    parts.gate.set()
    await until(lambda: all(row.state is SourceState.OK for row in cycle._statuses.current))
    running.cancel()


async def test_one_edition_follows_many_acts(cycle, parts):
    await cycle.refresh()
    parts.versions = ["b"]
    await cycle.rebuild_lineup()
    await asyncio.gather(*(cycle.render_guide() for _ in range(5)))
    assert parts.asked.count("render b") == 1
    await cycle.refresh(SourceId("xmltv"))  # what guides say is new, though the lineup is not
    assert parts.asked.count("render b") == 2


async def test_a_flood_of_changes_has_one_edition_waiting_and_the_last_one_counts(cycle, parts):
    await cycle.refresh()
    parts.versions = ["b"]
    await cycle.rebuild_lineup()
    async with cycle._rendering:
        floods = [asyncio.create_task(cycle.follow_lineup()) for _ in range(1000)]
        await asyncio.sleep(0)
        assert sum(not one.done() for one in floods) == 1
        parts.versions = ["c"]
        await cycle.rebuild_lineup()
    await asyncio.gather(*floods)
    assert [row for row in parts.asked if row.startswith("render")][-1] == "render c"
    assert "render b" not in parts.asked
    await cycle.follow_lineup()  # nobody waits any more
    parts.versions = ["d"]
    await cycle.rebuild_lineup()
    await cycle.follow_lineup()
    assert parts.asked[-1] == "render d"


async def test_an_edition_follows_when_there_are_other_guides_or_in_another_order(cycle, parts):
    await cycle.refresh()
    second = Source(SourceId("xmltv-2"), "guide", SecretUrl("http://h/x"), 10)
    for sources in ((*SOURCES, second), (*SOURCES[:2], second, SOURCES[2]), SOURCES[:2]):
        parts.asked.clear()
        cycle._sources.publish(sources)
        await asyncio.gather(*(cycle.render_guide() for _ in range(5)))
        assert parts.asked == ["render a"]


async def test_an_edition_follows_channels_that_tests_take_out(cycle, parts):
    await cycle.refresh()
    parts.versions = ["b"]
    await cycle.follow_tests()
    assert published(cycle) == ("b", "edition of b")


async def test_many_rulings_do_not_ask_the_providers_as_often(cycle, parts):
    parts.gate.clear()
    first = asyncio.create_task(cycle.reread())
    await until(lambda: parts.asked)
    later = [asyncio.create_task(cycle.reread()) for _ in range(5)]
    await asyncio.sleep(0.01)
    parts.gate.set()
    await asyncio.gather(first, *later)
    assert parts.asked.count("m3u") == 2
    await cycle.reread()
    assert parts.asked.count("m3u") == 3


GUIDES = (*SOURCES, Source(SourceId("xmltv-2"), "guide", SecretUrl("http://h/x"), 10))
SHORT = Source(SourceId("short"), "guide", SecretUrl("http://h/x"), 10, programmes=Programmes(short=True))


async def test_guides_that_all_fail_leave_the_edition_as_it_is(cycle, parts):
    cycle._sources.publish(GUIDES)
    await cycle.refresh()
    parts.asked.clear()
    parts.states = {"xmltv": SourceState.FAILED, "xmltv-2": SourceState.FAILED}
    await cycle.refresh()
    await cycle.refresh_guides()
    assert not [one for one in parts.asked if one.startswith("render")]
    parts.states = {"xmltv": SourceState.FAILED}
    await cycle.refresh()
    assert parts.asked.count("render a") == 1


async def test_a_changed_lineup_has_an_edition_of_what_was_kept_though_all_guides_fail(cycle, parts):
    await cycle.refresh()
    parts.states = {"xmltv": SourceState.FAILED}
    parts.versions = ["b"]
    await cycle.refresh()
    assert published(cycle) == ("b", "edition of b")


async def test_an_old_edition_is_made_anew_though_all_guides_fail(cycle, parts):
    await cycle.refresh()
    parts.states = {"xmltv": SourceState.FAILED}
    parts.aged = True
    await cycle.refresh()
    assert parts.asked.count("render a") == 2


async def test_panels_are_asked_about_single_channels_when_the_edition_is_there(cycle, parts):
    cycle._sources.publish((*SOURCES, SHORT))
    statuses = await cycle.refresh()
    assert parts.asked == ["m3u", "m3u-2", "xmltv", "render a", "short", "render a"]
    assert [status.id for status in statuses] == ["m3u", "m3u-2", "xmltv", "short"]
    parts.asked.clear()
    await cycle.refresh(SHORT.id)
    assert parts.asked == ["short", "render a"]
    parts.asked.clear()
    parts.states = {"short": SourceState.FAILED}
    await cycle.refresh(SHORT.id)
    assert parts.asked == ["short"]


def joined(cycle, parts):
    cycle._after_playlists, cycle._after_guides = parts.after_playlists, parts.after_guides


async def test_what_follows_playlists_and_guides_comes_before_the_edition(cycle, parts):
    joined(cycle, parts)
    await cycle.refresh()
    assert parts.asked == ["m3u", "m3u-2", "named?", "xmltv", "coverage", "render a"]
    parts.asked.clear()
    await cycle.refresh(SourceId("xmltv"))
    assert parts.asked == ["xmltv", "coverage", "render a"]


async def test_without_a_new_decision_the_guide_is_rendered_and_the_operator_is_told(cycle, parts):
    joined(cycle, parts)
    parts.follows = WorkerError("The rules took too long.")
    with pytest.raises(WorkerError, match="too long"):
        await cycle.refresh()
    assert published(cycle) == ("a", "edition of a")


async def test_guides_that_a_playlist_names_are_asked_as_soon_as_they_are_known(cycle, parts):
    joined(cycle, parts)

    async def name():
        if len(cycle._sources.current) == len(SOURCES):
            cycle._sources.publish(GUIDES)
            return True
        return False

    cycle._after_playlists = name
    running = asyncio.create_task(cycle.forever())
    await until(lambda: parts.asked.count("render a") == 2)
    running.cancel()
    assert parts.asked[:2] == ["m3u", "m3u-2"]
    assert sorted(parts.asked[2:]) == ["coverage", "coverage", "render a", "render a", "xmltv", "xmltv-2"]


async def test_guides_that_waited_for_the_first_lineup_are_asked_soon(cycle, parts, monkeypatch):
    monkeypatch.setattr(schedule, "_FIRST_RETRY_S", 0.05)
    parts.versions = [""]
    parts.states = {"m3u": SourceState.FAILED}
    running = asyncio.create_task(cycle.forever())
    await until(lambda: parts.asked.count("m3u") == 2)
    assert "xmltv" not in parts.asked
    parts.versions = ["a"]
    await until(lambda: "render a" in parts.asked and "xmltv" in parts.asked)
    running.cancel()
