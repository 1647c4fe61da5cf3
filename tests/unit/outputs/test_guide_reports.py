"""The reports on the guide over a real socket, from a guide.db and an edition that the worker's jobs made."""

import asyncio
import contextlib
import json
from datetime import timedelta

import aiohttp
import pytest
import pytest_asyncio

from tests.tools.clock import ManualClock
from tests.unit.guide.documents import NOW, Desk, guide, programme
from tests.unit.guide.readers import lineup_of, opened, source
from tests.unit.outputs.faces import serving
from tunerr.errors import WorkerError
from tunerr.guide.diagnosis import health_file
from tunerr.guide.diagnosis.doctor import Findings
from tunerr.guide.lookup import search_index
from tunerr.guide.lookup.reader import GuideReader
from tunerr.guide.lookup.search import GuideSearch
from tunerr.guide.lookup.stored import stored
from tunerr.guide.making import edition
from tunerr.guide.messages import DoctorAnswer
from tunerr.outputs import calendar, reports
from tunerr.support.snapshot import Published
from tunerr.views.guide_policy import policy_view
from tunerr.views.guide_reports import Diagnoses, GuideReports

CHANNELS = [("1", "One", "one.test", ""), ("2", "Two", "two.test", ""), ("3", "Three", "", "")]
DOCUMENT = guide(
    programme("one.test", -1, 1, "<title>Cup</title><category>Sports</category>"),
    programme("one.test", 1, 2, title="Late News"),
    programme("two.test", -0.5, 1.5, "<title>Heat</title><category>Movie</category><date>1995</date>"),
    programme("two.test", 0.25 + 1.5, 3, title="Early Bird"),
)


class Site:
    """The tuner's port with the reports and the calendar; what is published can be changed."""

    def __init__(self, desk, db, clock):
        self.desk, self.clock = desk, clock
        self.lineup = Published(lineup_of(CHANNELS))
        self.health, self.edition = Published(None), Published(None)
        self.sources = Published((source("xmltv"),))
        self.asked = 0
        self.failing = None
        self.reading = self.most_reading = 0
        self.reader = reader = GuideReader(guide=db, health=self.health, sources=self.sources)
        search = GuideSearch(guide=db, reader=reader, lineup=self.lineup, health=self.health)
        table = GuideReports(
            reader=reader, search=search, lineup=self.lineup, health=self.health, edition=self.edition,
            sources=self.sources, clock=clock, store=lambda: stored(db), policy=self.policy,
            diagnoses=Diagnoses(self.findings, clock),
        ).table()  # fmt: skip
        self.paths = list(table)
        self.routes = [
            *reports.routes(reports=table),
            *calendar.routes(reader=self, lineup=self.lineup, edition=self.edition, clock=clock),
        ]

    def publish(self):
        self.health.publish(health_file.read(self.desk.guide_dir))
        self.edition.publish(edition.read(self.desk.guide_dir))

    async def shown(self, *asked):
        self.reading += 1
        self.most_reading = max(self.most_reading, self.reading)
        async for one in self.reader.shown(*asked):
            yield one
        self.reading -= 1

    async def policy(self, asked):
        return policy_view(policy="off", summary=None, dropped=(), health=self.health.current, asked=asked)

    async def findings(self):
        self.asked += 1
        if self.failing:
            raise self.failing
        health = self.health.current
        answer = DoctorAnswer(channels=health.channels if health else (), guides=(), aliases={"three": "3.test"})
        return Findings(answer, (), self.clock.now())

    async def get(self, path, status=200, **headers):
        async with self.session.get(path, headers=headers) as answer:
            assert answer.status == status, await answer.text()
            return json.loads(await answer.text()) if answer.content_type == "application/json" else answer


@contextlib.asynccontextmanager
async def running(desk):
    clock = ManualClock(NOW)
    async with opened(desk) as db:
        site = Site(desk, db, clock)
        async with serving(site.routes) as base, aiohttp.ClientSession(base) as site.session:
            yield site


@pytest_asyncio.fixture
async def site(tmp_path):
    desk = Desk(tmp_path)
    desk.ingest(DOCUMENT)
    desk.render(*CHANNELS, sources=("xmltv",))
    search_index.run({"guide_db": str(desk.db)})
    async with running(desk) as site:
        site.publish()
        yield site


QUERIES = {"/guide/search.json": "?q=news"}


async def test_every_report_answers_and_says_when(site):
    assert len(site.paths) == 12
    for path in site.paths:
        answer = await site.get(path + QUERIES.get(path, ""))
        assert answer["generated_at"].startswith("2026-08-23T12:00:00"), path
        if path not in {"/guide/doctor.json", "/guide/policy.json"}:
            assert answer["source_ready"] is True, path


async def test_without_an_edition(tmp_path):
    async with running(Desk(tmp_path)) as site:
        for path in site.paths:
            answer = await site.get(path + QUERIES.get(path, ""))
            assert answer["source_ready"] is False, path
        assert (await site.get("/guide/health.json"))["channels"] == []
        assert (await site.get("/guide/highlights.json"))["current"] == []
        assert (await site.get("/guide/calendar.ics?channel=1", 503))["hint"]


async def test_without_a_lineup(site):
    site.lineup.publish(None)
    for path in site.paths:
        status = 503 if path.startswith("/channels/") else 200
        answer = await site.get(path + QUERIES.get(path, ""), status)
        assert status == 200 or answer["error"] == "There are no channels yet."


@pytest.mark.parametrize(
    "question",
    [
        "/guide/highlights.json?soon=soon", "/guide/highlights.json?soon=2d", "/guide/highlights.json?limit=-1",
        "/guide/lineup-match.json?limit=x", "/ui/guide-preview.json?limit=501", "/guide/policy.json?policy=best",
        "/guide/epg-store.json?detail=maybe", "/guide/search.json", "/guide/search.json?q=%22",
        "/channels/dna.json?limit=²", "/guide/aliases.json?aliases=/etc/passwd", "/guide/aliases.json?aliases=",
        "/guide/calendar.ics", "/guide/calendar.ics?channel=99",
    ],
)  # fmt: skip
async def test_a_value_that_can_t_be_used(site, question):
    answer = await site.get(question, 400)
    assert answer["error"]
    assert answer["hint"]


async def test_highlights(site):
    answer = await site.get("/guide/highlights.json?soon=2h")
    assert [row["title"] for row in answer["current"]] == ["Heat", "Cup"]
    assert [(row["title"], row["starts_in_seconds"]) for row in answer["starting_soon"]] == [
        ("Late News", 3600), ("Early Bird", 6300),
    ]  # fmt: skip
    assert [row["guide_number"] for row in answer["sports_now"]] == ["1"]
    assert answer["movies"][0]["date"] == "1995"
    assert answer["movies"][0]["start"] == "2026-08-23T11:30:00+00:00"
    assert (await site.get("/guide/highlights.json"))["starting_soon"] == []
    assert len((await site.get("/guide/highlights.json?limit=1"))["current"]) == 1


async def test_search(site):
    answer = await site.get("/guide/search.json?q=late+new")
    (row,) = answer["results"]
    assert (row["guide_number"], row["title"], row["upcoming"]) == ("1", "Late News", True)


async def test_preview_has_a_row_for_every_channel(site):
    answer = await site.get("/ui/guide-preview.json")
    assert {row["guide_number"] for row in answer["rows"]} == {"1", "2", "3"}
    assert {row["placeholder"] for row in answer["rows"] if row["guide_number"] == "3"} == {True}
    assert answer["truncated"] is False
    short = await site.get("/ui/guide-preview.json?limit=2")
    assert (len(short["rows"]), short["truncated"]) == (2, True)


async def test_lineup_match(site):
    answer = await site.get("/guide/lineup-match.json?limit=1")
    assert answer["guide_is_current"] is True
    assert [row["guide_number"] for row in answer["channels"]] == ["3"]
    assert answer["summary"]["unmatched"] == 1
    site.lineup.publish(lineup_of([*CHANNELS, ("4", "Four", "", "")], version="v2"))
    answer = await site.get("/guide/lineup-match.json")
    assert (answer["guide_is_current"], answer["not_in_guide"]) == (False, 1)


async def test_the_store(site):
    answer = await site.get("/guide/epg-store.json")
    assert (answer["programme_count"], answer["channel_count"]) == (4, 2)
    assert answer["first_start"] == "2026-08-23T11:00:00+00:00"
    assert answer["last_stop"] == "2026-08-23T15:00:00+00:00"
    assert answer["size_bytes"] > 4096
    assert "sources" not in answer
    (detail,) = (await site.get("/guide/epg-store.json?detail=1"))["sources"]
    assert (detail["source"], detail["programme_count"], detail["searchable"]) == ("xmltv", 4, True)


async def test_the_worker_is_asked_once_a_minute(site):
    for _ in range(2):
        await site.get("/guide/doctor.json")
        assert (await site.get("/guide/aliases.json"))["name_to_xmltv_id"] == {"three": "3.test"}
    assert site.asked == 1
    site.clock.advance(61)
    await site.get("/guide/aliases.json")
    assert site.asked == 2


async def test_aliases_are_for_everybody_the_others_for_this_machine(site):
    await site.get("/guide/aliases.json", Host="tv.example")
    await site.get("/guide/calendar.ics?channel=1", Host="tv.example")
    for path in site.paths:
        if path != "/guide/aliases.json":
            await site.get(path, 403, Host="tv.example")


async def test_aliases_without_a_guide_and_with_a_broken_worker(site):
    site.failing = WorkerError("The worker died.")
    await site.get("/guide/aliases.json", 502)
    site.sources.publish(())
    await site.get("/guide/aliases.json", 503)


async def test_a_worker_that_fails_is_asked_once_a_minute_too(site):
    site.failing = WorkerError("The worker died.")
    await asyncio.gather(*(site.get("/guide/aliases.json", 502) for _ in range(5)))
    assert site.asked == 1
    site.failing = None
    site.clock.advance(61)
    await site.get("/guide/aliases.json")


async def test_a_storm_of_calendars_is_answered_one_by_one(site):
    await asyncio.gather(*(site.get(f"/guide/calendar.ics?channel={1 + n % 3}") for n in range(30)))
    assert site.most_reading == 1


async def test_a_policy_that_is_asked_about(site):
    answer = await site.get("/guide/policy.json?policy=healthy")
    assert (answer["would"]["kept"], answer["would"]["dropped"]) == (2, 1)


async def test_the_calendar(site):
    async with site.session.get("/guide/calendar.ics?channel=1") as answer:
        text, tag = await answer.text(), answer.headers["ETag"]
        assert answer.content_type == "text/calendar"
    assert text.count("BEGIN:VEVENT") == 2
    assert "SUMMARY:Cup\r\n" in text
    await site.get("/guide/calendar.ics?channel=1", 304, **{"If-None-Match": tag})
    async with site.session.get("/guide/calendar.ics?channel=3") as answer:
        assert (await answer.text()).count("BEGIN:VEVENT") == 0
    assert site.clock.now() - NOW == timedelta()
