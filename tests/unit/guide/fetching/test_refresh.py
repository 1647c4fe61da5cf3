import asyncio
import gzip
import json
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
from aiohttp import web

from tests.tools.clock import ManualClock
from tests.tools.until import until
from tests.tools.world import serving
from tests.unit.guide.documents import NOW, guide, programme, seconds
from tunerr.config.guide import GuideSettings
from tunerr.errors import TunerrError
from tunerr.guide.fetching import documents
from tunerr.guide.fetching.alias_book import matching_of
from tunerr.guide.fetching.refresh import GuideRefresher
from tunerr.guide.store import GuideStore
from tunerr.model.channel import Channel, ChannelId, GuideWish, Lineup, LineupChannel, SourceId, Stream
from tunerr.model.numbers import GuideNumber
from tunerr.model.source import Programmes, Source
from tunerr.model.status import SourceState
from tunerr.model.url import SecretUrl, Zone
from tunerr.storage.connection import open_server
from tunerr.storage.folder import open_folder
from tunerr.storage.sources import SourceStore
from tunerr.support.http import HttpClients
from tunerr.support.snapshot import Published
from tunerr.support.worker_client import Worker
from tunerr.worker.jobs import JOBS, load

XMLTV = SourceId("xmltv")
ANYWHERE = Source(XMLTV, "guide", SecretUrl("http://h/x"), 10)
GOOD = guide(programme("one.test", 0, 1, title="A"), programme("two.test", 0, 1, title="B"))


def lineup(*tvg_ids, version="v1", **more):
    rows = [
        LineupChannel(
            GuideNumber(number), Channel(id=ChannelId(f"dna-{number:016x}"), name=f"C {number}", tvg_id=tvg_id, **more)
        )
        for number, tvg_id in enumerate(tvg_ids, 1)
    ]
    return Lineup(version=version, built_at=NOW, channels=tuple(rows))


async def nobody():
    return ()


class Here(Worker):
    """Runs jobs in this process, which starts none; what they ask and answer still travels as JSON."""

    async def run(self, job, request, timeout):
        asked = orjson.loads(orjson.dumps(dict(request), default=str))
        return orjson.loads(orjson.dumps(await asyncio.to_thread(load(JOBS[job]), asked), default=str))


class Provider:
    """Serves one guide with an ETag; what it answers can be changed, what it was asked is kept."""

    def __init__(self):
        self.body = GOOD
        self.status = 200
        self.asked = []
        self.queries = []
        self.programmes = Programmes()
        self.delay = 0.0
        self.port = 0

    async def handler(self, request):
        self.asked.append(request.headers.get("If-None-Match", ""))
        self.queries.append(dict(request.query))
        await asyncio.sleep(self.delay)
        etag = f'"{hash(self.body)}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        return web.Response(status=self.status, body=self.body, headers={"ETag": etag})

    @property
    def source(self):
        location = SecretUrl(f"http://127.0.0.1:{self.port}/xmltv.php?username=me&password=hidden")
        return Source(id=XMLTV, kind="guide", location=location, timeout=10, programmes=self.programmes)


@pytest.fixture
async def provider():
    made = Provider()
    async with serving(made.handler) as made.port:
        yield made


@pytest.fixture
async def clock():
    return ManualClock(NOW)


@pytest.fixture
async def made_by(tmp_path, clock):
    """Makes refreshers of one data folder."""
    folder = open_folder(tmp_path / "data")
    state = await open_server(folder.state_db, kind="state")
    clients = HttpClients(user_agent="Tunerr/test")

    def make(*, sources=(ANYWHERE,), **given):
        settings = GuideSettings(**given)
        return GuideRefresher(
            folder=folder,
            sources=SourceStore(state),
            clients=clients,
            worker=Here(),
            clock=clock,
            configured=Published(sources),
            settings=lambda: settings,
            matching=matching_of(lambda: settings, folder=folder, clients=clients, clock=clock),
            beside=nobody,
        )

    yield make
    await clients.aclose()
    await state.close()


@pytest.fixture
async def refresher(made_by):
    return made_by()


def titles(edition):
    text = gzip.decompress(edition.gz.read_bytes()).decode()
    return [title for title in ("A", "B", "C") if f"<title>{title}</title>" in text]


async def test_a_guide_is_fetched_stored_and_rendered(refresher, provider):
    row = lineup("one.test", "TWO.test", "")
    assert await refresher.load() is None
    status = await refresher.refresh(provider.source, row)
    assert (status.state, status.entries, status.channels) == (SourceState.OK, 2, 2)
    assert status.message == "2 programmes for 2 of 3 channels."
    assert status.attempted_at == status.succeeded_at == NOW
    assert "hidden" not in repr(status)
    made = await refresher.render(row)
    assert titles(made) == ["A", "B"]
    assert (made.channels, made.linked, made.lineup_version) == (3, 2, "v1")
    assert await refresher.load() == made


async def test_a_larger_lineup_finds_its_channels_though_the_guide_did_not_change(refresher, provider):
    await refresher.refresh(provider.source, lineup("one.test"))
    status = await refresher.refresh(provider.source, lineup("one.test", "two.test"))
    assert provider.asked == ["", f'"{hash(GOOD)}"']
    assert (status.state, status.channels) == (SourceState.OK, 2)


async def test_channels_that_come_between_two_refreshes_find_their_programmes(refresher, provider):
    await refresher.refresh(provider.source, lineup("one.test"))
    assert titles(await refresher.render(lineup("one.test"))) == ["A"]
    assert titles(await refresher.render(lineup("one.test", "two.test", version="v2"))) == ["A", "B"]
    assert len(provider.asked) == 1


async def test_what_fails_leaves_the_last_good_guide(refresher, provider, clock):
    row = lineup("one.test", "two.test")
    first = await refresher.refresh(provider.source, row)
    made = await refresher.render(row)
    for status_code, body in ((404, b""), (200, b"<html>login</html>"), (200, b"#EXTM3U\n"), (200, GOOD[:200])):
        clock.advance(60)
        provider.status, provider.body = status_code, body
        status = await refresher.refresh(provider.source, row)
        assert status.state is SourceState.FAILED
        assert status.message
        assert (status.succeeded_at, status.entries, status.channels) == (first.succeeded_at, 2, 2)
        assert status.attempted_at == clock.now() > first.attempted_at
        assert (await refresher.render(row)).version == made.version
    provider.status, provider.body = 200, GOOD
    assert (await refresher.refresh(provider.source, row)).state is SourceState.OK


async def test_after_a_bad_document_the_next_request_is_unconditional(refresher, provider):
    row = lineup("one.test")
    await refresher.refresh(provider.source, row)
    provider.body = b"<html></html>"
    await refresher.refresh(provider.source, row)
    await refresher.refresh(provider.source, row)
    assert provider.asked[-1] == ""


async def test_an_unreachable_provider_is_a_status(refresher, provider):
    gone = Source(id=XMLTV, kind="guide", location=SecretUrl("http://127.0.0.1:9/x.xml"), timeout=5)
    status = await refresher.refresh(gone, lineup("one.test"))
    assert status.state is SourceState.FAILED
    assert (await refresher.render(lineup("one.test"))).linked == 0


@pytest.mark.parametrize("lost", [0, 9])  # the XML alone is cut, or its gzip too
async def test_a_cut_guide_is_used_and_said_to_be_cut(refresher, provider, lost):
    packed = gzip.compress(GOOD[: GOOD.index(b"two.test", GOOD.index(b"<programme"))])
    provider.body = packed[: len(packed) - lost]
    status = await refresher.refresh(provider.source, lineup("one.test", "two.test"))
    assert status.state is SourceState.OK
    assert status.message == "1 programme for 1 of 2 channels. The guide breaks off; what came before is used."


async def test_a_guide_for_other_channels_is_no_error_but_replaces_nothing(refresher, provider):
    status = await refresher.refresh(provider.source, lineup("nine.test"))
    assert status.state is SourceState.OK
    assert "0 of 1 channels" in status.message
    await refresher.refresh(provider.source, lineup("one.test"))
    others = lineup("", "nine.test")
    status = await refresher.refresh(provider.source, replace(others, channels=others.channels[1:]))
    assert status.state is SourceState.REFUSED, "FAILED would be asked again in seconds"
    assert "stays" in status.message
    assert status.channels == 1
    assert titles(await refresher.render(lineup("one.test"))) == ["A"]


async def test_a_guide_that_takes_too_long_or_is_too_large_leaves_the_last_good_one(refresher, provider, monkeypatch):
    row = lineup("one.test")
    await refresher.refresh(provider.source, row)
    provider.delay, provider.body = 30.0, guide(programme("one.test", 0, 1, title="C"))
    status = await refresher.refresh(replace(provider.source, timeout=0.2), row)
    assert (status.state, status.hint) == (SourceState.FAILED, "Check the address, or raise the time-out.")
    provider.delay = 0.0
    monkeypatch.setattr(documents, "_LARGEST_DOWNLOAD", 100)
    status = await refresher.refresh(provider.source, row)
    assert (status.state, "larger than the limit" in status.message) == (SourceState.FAILED, True)
    assert titles(await refresher.render(row)) == ["A"]


async def test_a_file_is_a_source_too(refresher, tmp_path, clock):
    path = tmp_path / "my guide.xml"
    path.write_bytes(GOOD)
    source = Source(id=XMLTV, kind="guide", location=SecretUrl(path.as_uri()), timeout=5)
    assert (await refresher.refresh(source, lineup("one.test"))).state is SourceState.OK
    clock.advance(timedelta(days=1).total_seconds())
    assert (await refresher.refresh(source, lineup("one.test"))).state is SourceState.OK


async def test_documents_of_removed_sources_are_deleted(refresher, provider, tmp_path):
    row = lineup("one.test")
    await refresher.refresh(provider.source, row)
    documents = tmp_path / "data" / "guide" / "documents"
    (documents / "xmltv-2").write_bytes(GOOD)
    await refresher.render(row)
    assert [path.name for path in documents.iterdir()] == ["xmltv"]


async def test_an_edition_that_is_made_while_a_document_comes_does_not_take_it_away(made_by, tmp_path):
    half, rest = asyncio.Event(), asyncio.Event()

    async def slowly(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(GOOD[:100])
        half.set()
        await rest.wait()
        await response.write(GOOD[100:])
        return response

    async with serving(slowly) as port:
        source = Source(XMLTV, "guide", SecretUrl(f"http://127.0.0.1:{port}/x.xml"), 10)
        refresher, row = made_by(sources=(source,)), lineup("one.test")
        refreshing = asyncio.create_task(refresher.refresh(source, row))
        await half.wait()
        part = tmp_path / "data" / "guide" / "documents" / "xmltv.part"
        await until(part.exists)
        (part.parent / "removed.part").write_bytes(b"")
        await refresher.render(row)
        rest.set()
        status = await refreshing
    assert (status.state, status.message) == (SourceState.OK, "1 programme for 1 of 1 channels.")
    assert [path.name for path in part.parent.iterdir()] == ["xmltv"]


async def test_a_failed_rendering_raises_and_keeps_the_edition(refresher, provider, tmp_path):
    row = lineup("one.test")
    await refresher.refresh(provider.source, row)
    made = await refresher.render(row)
    (tmp_path / "data" / "guide.db").write_bytes(b"no database" * 1000)
    (tmp_path / "data" / "guide.db-wal").unlink(missing_ok=True)
    with pytest.raises(TunerrError, match="damaged"):
        await refresher.render(row)
    assert await refresher.load() == made


async def test_a_folder_that_can_not_be_made_is_a_status(refresher, provider, tmp_path):
    (tmp_path / "data" / "guide" / "documents").write_bytes(b"in the way")
    status = await refresher.refresh(provider.source, lineup("one.test"))
    assert status.state is SourceState.FAILED
    assert "in the way" in status.message


async def test_a_guide_that_did_not_change_is_not_read_again_and_what_that_saves_is_counted(
    refresher, provider, clock, monkeypatch
):
    row = lineup("one.test")
    first = await refresher.refresh(provider.source, row)
    assert (first.whole_bytes, first.saved_bytes) == (len(GOOD), 0)
    jobs = spied(refresher, monkeypatch)
    status = await refresher.refresh(provider.source, row)
    assert (status.message, jobs) == ("Nothing changed. 1 KB did not have to be transferred.", [])
    assert (status.state, status.entries, status.saved_bytes) == (SourceState.OK, 1, len(GOOD))
    assert (await refresher.refresh(provider.source, row)).saved_bytes == 2 * len(GOOD)
    clock.advance(timedelta(days=1, seconds=1).total_seconds())
    await refresher.refresh(provider.source, row)
    assert jobs == ["ingest-guide"], "days came into the horizon"


def spied(refresher, monkeypatch):
    """The names of the jobs that are run from now on."""
    jobs, run = [], refresher._worker.run

    async def noted(job, request, timeout):
        jobs.append(job)
        return await run(job, request, timeout)

    monkeypatch.setattr(refresher._worker, "run", noted)
    return jobs


async def test_only_a_lineup_that_wants_more_has_documents_read_again(refresher, provider, monkeypatch):
    await refresher.refresh(provider.source, lineup("one.test"))
    jobs = spied(refresher, monkeypatch)
    await refresher.render(lineup("one.test"))
    await refresher.render(lineup("one.test", "nine.test", version="v2"))
    assert jobs == ["render-guide"] * 2
    jobs.clear()
    await refresher.render(lineup("one.test", "two.test", version="v3"))
    assert jobs == ["render-guide", "ingest-guide", "render-guide"]


async def test_an_id_that_the_operator_chose_wins(refresher, provider):
    row = lineup("one.test", guide=GuideWish(chosen="two.test"))
    await refresher.refresh(provider.source, row)
    assert titles(await refresher.render(row)) == ["B"]


async def test_times_are_moved_as_the_source_says(refresher, provider, tmp_path):
    provider.programmes = Programmes(shift="-1.5")
    await refresher.refresh(provider.source, lineup("one.test"))
    assert rows(tmp_path, "one.test") == [(-1.5, "A")]


@pytest.mark.parametrize("otherwise", [{"shift": "-1.5"}, {"of": SourceId("m3u")}])
async def test_a_guide_that_is_defined_otherwise_is_read_again_though_it_did_not_change(
    refresher, provider, monkeypatch, otherwise
):
    row = lineup("one.test")
    await refresher.refresh(provider.source, row)
    provider.programmes = Programmes(**otherwise)
    jobs = spied(refresher, monkeypatch)
    await refresher.refresh(provider.source, row)
    await refresher.refresh(provider.source, row)
    assert provider.asked[1:] == [f'"{hash(GOOD)}"'] * 2
    assert jobs == ["ingest-guide"]


def rows(tmp_path, channel, source=XMLTV):
    """(start in hours from NOW, title) of what is stored."""
    with GuideStore(tmp_path / "data" / "guide.db") as store:
        found = store.programmes(store.published(source), channel, 0, 2**40)
    return [
        ((start - seconds(0)) / 3600, body.decode().partition("<title>")[2].partition("<")[0])
        for start, _, body in found
    ]


async def test_an_incremental_guide_is_asked_for_whole_once_and_then_for_a_window(refresher, provider, clock, tmp_path):
    provider.programmes = Programmes(suffix="from={from_unix}&to={to_unix}", incremental=True, lookahead=2, backfill=1)
    row = lineup("one.test", "two.test")
    provider.body = guide(*(programme("one.test", hour, hour + 1, title="A") for hour in range(20)))
    whole = await refresher.refresh(provider.source, row)
    assert "from" not in provider.queries[-1]
    provider.body = guide(programme("one.test", 0, 1, title="B"), programme("one.test", 1, 2, title="C"))
    part = await refresher.refresh(provider.source, row)
    assert provider.queries[-1]["from"] == str(seconds(-1))
    assert provider.queries[-1]["to"] == str(seconds(3))
    assert provider.asked[-1] == "", "the validators of the whole guide say nothing of a part"
    assert [title for _, title in rows(tmp_path, "one.test")] == ["B", "C", *"A" * 18]
    assert part.saved_bytes == whole.whole_bytes - len(provider.body) > 0
    assert "KB did not have to be transferred." in part.message
    await refresher.refresh(provider.source, row)
    assert provider.asked[-1], "within the hour it is the same question"
    clock.advance(3 * 3600)
    await refresher.refresh(provider.source, row)
    assert "from" not in provider.queries[-1], "what is known doesn't reach into the window any more"


async def test_after_a_part_that_says_nothing_the_whole_guide_is_asked_for(refresher, provider, tmp_path):
    provider.programmes = Programmes(suffix="d={from_ymd}", incremental=True)
    row = lineup("one.test")
    await refresher.refresh(provider.source, row)
    provider.body = b"<tv></tv>"
    assert (await refresher.refresh(provider.source, row)).state is SourceState.REFUSED
    assert "d" in provider.queries[-1]
    provider.body = GOOD
    assert (await refresher.refresh(provider.source, row)).state is SourceState.OK
    assert "d" not in provider.queries[-1]
    provider.status = 500
    assert (await refresher.refresh(provider.source, row)).state is SourceState.FAILED
    provider.status = 200
    await refresher.refresh(provider.source, row)
    assert ["d" in query for query in provider.queries] == [False, True, False, True, False]


async def test_another_guide_under_the_same_name_takes_nothing_of_the_one_before(refresher, provider, tmp_path):
    """As when a guide is put before others in XMLTV_URL, or a subscription goes to another provider."""
    row = lineup("one.test")
    await refresher.refresh(provider.source, row)
    provider.body = guide(programme("nine.test", 0, 1), channels=("nine.test",))
    elsewhere = replace(provider.source, location=SecretUrl(f"http://127.0.0.1:{provider.port}/other/xmltv.php"))
    status = await refresher.refresh(elsewhere, row)
    assert (status.state, status.channels, rows(tmp_path, "one.test")) == (SourceState.OK, 0, [])


async def test_another_account_or_shift_is_asked_for_the_whole_guide(refresher, provider):
    provider.programmes = Programmes(suffix="d={from_ymd}", incremental=True)
    row, first = lineup("one.test"), provider.source
    shifted = replace(first, programmes=replace(first.programmes, shift="+1"))
    account = replace(shifted, location=SecretUrl(first.location.reveal().replace("username=me", "username=you")))
    for source in (first, first, shifted, shifted, account, account):
        assert (await refresher.refresh(source, row)).state is SourceState.OK
    assert ["d" in query for query in provider.queries] == [False, True] * 3


async def test_a_suffix_alone_is_always_asked_with_and_replaces(refresher, provider, tmp_path):
    provider.programmes = Programmes(suffix="days=3")
    row = lineup("one.test")
    await refresher.refresh(provider.source, row)
    provider.body = guide(programme("one.test", 5, 6, title="B"))
    await refresher.refresh(provider.source, row)
    assert [query["days"] for query in provider.queries] == ["3", "3"]
    assert rows(tmp_path, "one.test") == [(5, "B")]


async def test_the_json_guide_of_a_device_is_a_guide_too(refresher, provider, tmp_path):
    show = {"StartTime": seconds(0), "EndTime": seconds(1), "Title": "A"}
    provider.body = json.dumps([{"GuideNumber": "5.1", "GuideName": "C 1", "Guide": [show]}]).encode()
    row = lineup("5.1")
    status = await refresher.refresh(provider.source, row)
    assert status.message == "1 programme for 1 of 1 channels."
    provider.body = b'{"error": "no guide"}'
    status = await refresher.refresh(provider.source, row)
    assert status.state is SourceState.FAILED
    assert "JSON, but not the guide of an HDHomeRun device" in status.message
    await refresher.refresh(provider.source, row)
    assert provider.asked[-1] == "", "it must be asked for anew"
    assert rows(tmp_path, "5.1") == [(0, "A")]


PANEL = SourceId("xtream")
SHORT = SourceId("xtream-short")


async def test_a_panel_is_asked_about_channels_that_the_edition_knows_nothing_of(made_by, provider, tmp_path):
    listing = {"title": "Short", "start_timestamp": seconds(0), "stop_timestamp": seconds(1)}
    provider.body = json.dumps({"epg_listings": [listing]}).encode()
    location = SecretUrl(f"http://127.0.0.1:{provider.port}/player_api.php?action=get_short_epg")
    short = Source(SHORT, "guide", location, 5, programmes=Programmes(of=PANEL, short=True))
    refresher = made_by(sources=(short,), short_epg_limit=9)
    stream = Stream(SecretUrl("http://p/live/u/p/77.ts"), PANEL, Zone.INTERNET)
    row = lineup("", streams=(stream,))
    await refresher.render(row)
    status = await refresher.refresh(short, row)
    assert (status.state, status.message) == (SourceState.OK, "1 programme for 1 of 1 channels.")
    assert provider.queries == [{"action": "get_short_epg", "stream_id": "77", "limit": "9"}]
    assert (await refresher.render(row)).linked == 1
    provider.body = b'{"epg_listings": []}'
    status = await refresher.refresh(short, row)
    assert status.message == "The panel was asked about 1 channel and knows no programmes."
    provider.status = 500
    status = await refresher.refresh(short, row)
    assert (status.state, status.message.partition(" answered")[2]) == (SourceState.FAILED, " with status 500.")
    assert (await refresher.render(row)).linked == 1, "what it told before stays"


async def test_a_guide_that_a_playlist_names_may_not_lead_where_the_playlist_may_not(made_by, provider):
    provider.programmes = Programmes(named_in=Zone.INTERNET)
    status = await made_by().refresh(provider.source, lineup("one.test"))
    assert status.state is SourceState.FAILED
    assert "on this machine" in status.message
    assert provider.queries == []
    provider.programmes = Programmes(named_in=Zone.LOOPBACK)
    assert (await made_by().refresh(provider.source, lineup("one.test"))).state is SourceState.OK


async def test_aliases_find_channels(made_by, provider, tmp_path):
    path = tmp_path / "aliases.json"
    path.write_text(json.dumps({"name_to_xmltv_id": {"C 1": "two.test"}}))
    refresher = made_by(aliases=SecretUrl(path.as_uri()))
    row = lineup("")
    await refresher.refresh(provider.source, row)
    assert titles(await refresher.render(row)) == ["B"]


async def test_what_the_settings_say_reaches_the_jobs(made_by, provider, monkeypatch):
    refresher = made_by(
        sources=(provider.source, Source(SourceId("other"), "guide", SecretUrl("http://h/x"), 10)),
        prefer_languages=("de",),
        prefer_latin=True,
        non_latin_title="channel",
        match=False,
        retain_past_hours=5,
        max_mb=2,
        serve_hours=48,
        prune_unlinked=True,
        short_epg_min=4,
    )
    asked = {}
    run = refresher._worker.run

    async def noted(job, request, timeout):
        asked[job] = request
        return await run(job, request, timeout)

    monkeypatch.setattr(refresher._worker, "run", noted)
    row = lineup("one.test")
    await refresher.refresh(provider.source, row)
    await refresher.render(row)
    ingest, render = asked["ingest-guide"], asked["render-guide"]
    assert ingest["taste"] == {"languages": ["de"], "latin": True, "channel_for_others": True}
    assert ingest["matching"]["enabled"] is render["matching"]["enabled"] is False
    assert (ingest["retain_past_hours"], ingest["largest_bytes"]) == (5, 1_000_000)
    assert (render["future_hours"], render["prune"], render["sparse_below"]) == (48, True, 4)


async def test_an_edition_ages(refresher, provider, clock):
    row = lineup("one.test")
    await refresher.refresh(provider.source, row)
    made = await refresher.render(row)
    assert not refresher.has_aged(made)
    clock.advance(timedelta(days=1, seconds=1).total_seconds())
    assert refresher.has_aged(made)
