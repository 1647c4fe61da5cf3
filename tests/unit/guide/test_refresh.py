import gzip
from datetime import timedelta

import pytest
from aiohttp import web

from tests.tools.clock import ManualClock
from tests.tools.world import serving
from tests.unit.guide.documents import NOW, guide, programme
from tunerr.errors import TunerrError
from tunerr.guide.refresh import GuideRefresher
from tunerr.model.channel import Channel, ChannelId, Lineup, LineupChannel, SourceId
from tunerr.model.numbers import GuideNumber
from tunerr.model.source import Source
from tunerr.model.status import SourceState
from tunerr.model.url import SecretUrl
from tunerr.storage.connection import open_server
from tunerr.storage.folder import open_folder
from tunerr.storage.sources import SourceStore
from tunerr.support.http import HttpClients
from tunerr.support.snapshot import Published
from tunerr.support.worker_client import Worker

XMLTV = SourceId("xmltv")
GOOD = guide(programme("one.test", 0, 1, title="A"), programme("two.test", 0, 1, title="B"))


def lineup(*tvg_ids, version="v1"):
    rows = [
        LineupChannel(
            GuideNumber(number), Channel(id=ChannelId(f"dna-{number:016x}"), name=f"C {number}", tvg_id=tvg_id)
        )
        for number, tvg_id in enumerate(tvg_ids, 1)
    ]
    return Lineup(version=version, built_at=NOW, channels=tuple(rows))


class Provider:
    """Serves one guide with an ETag; what it answers can be changed, what it was asked is kept."""

    def __init__(self):
        self.body = GOOD
        self.status = 200
        self.asked = []
        self.port = 0

    async def handler(self, request):
        self.asked.append(request.headers.get("If-None-Match", ""))
        etag = f'"{hash(self.body)}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        return web.Response(status=self.status, body=self.body, headers={"ETag": etag})

    @property
    def source(self):
        location = SecretUrl(f"http://127.0.0.1:{self.port}/xmltv.php?username=me&password=hidden")
        return Source(id=XMLTV, kind="guide", location=location, timeout=10)


@pytest.fixture
async def provider():
    made = Provider()
    async with serving(made.handler) as made.port:
        yield made


@pytest.fixture
async def clock():
    return ManualClock(NOW)


@pytest.fixture
async def refresher(tmp_path, clock):
    folder = open_folder(tmp_path / "data")
    state = await open_server(folder.state_db, kind="state")
    clients = HttpClients(user_agent="Tunerr/test")
    yield GuideRefresher(
        folder=folder,
        sources=SourceStore(state),
        clients=clients,
        worker=Worker(),
        clock=clock,
        configured=Published((Source(XMLTV, "guide", SecretUrl("http://h/x"), 10),)),
    )
    await clients.aclose()
    await state.close()


def titles(edition):
    text = gzip.decompress(edition.gz.read_bytes()).decode()
    return [title for title in ("A", "B", "C") if f"<title>{title}</title>" in text]


async def test_a_guide_is_fetched_stored_and_rendered(refresher, provider):
    row = lineup("one.test", "TWO.test", "")
    assert await refresher.load(row) is None
    status = await refresher.refresh(provider.source, row)
    assert (status.state, status.entries, status.channels) == (SourceState.OK, 2, 2)
    assert status.message == "2 programmes for 2 of 2 channels."
    assert status.attempted_at == status.succeeded_at == NOW
    assert "hidden" not in repr(status)
    made = await refresher.render(row)
    assert titles(made) == ["A", "B"]
    assert (made.channels, made.linked, made.lineup_version) == (3, 2, "v1")
    assert await refresher.load(row) == made
    assert await refresher.load(lineup("one.test", version="v2")) is None


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


async def test_a_cut_guide_is_used_and_said_to_be_cut(refresher, provider):
    provider.body = gzip.compress(GOOD[: GOOD.index(b"two.test", GOOD.index(b"<programme"))])
    status = await refresher.refresh(provider.source, lineup("one.test", "two.test"))
    assert status.state is SourceState.OK
    assert status.message == "1 programme for 1 of 2 channels. The guide breaks off; what came before is used."


async def test_a_guide_for_other_channels_is_no_error_but_replaces_nothing(refresher, provider):
    status = await refresher.refresh(provider.source, lineup("nine.test"))
    assert status.state is SourceState.OK
    assert "0 of 1 channels" in status.message
    await refresher.refresh(provider.source, lineup("one.test"))
    status = await refresher.refresh(provider.source, lineup("nine.test"))
    assert status.state is SourceState.REFUSED, "FAILED would be asked again in seconds"
    assert "stays" in status.message
    assert status.channels == 1
    assert titles(await refresher.render(lineup("one.test"))) == ["A"]


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


async def test_a_failed_rendering_raises_and_keeps_the_edition(refresher, provider, tmp_path):
    row = lineup("one.test")
    await refresher.refresh(provider.source, row)
    made = await refresher.render(row)
    (tmp_path / "data" / "guide.db").write_bytes(b"no database" * 1000)
    (tmp_path / "data" / "guide.db-wal").unlink(missing_ok=True)
    with pytest.raises(TunerrError, match="damaged"):
        await refresher.render(row)
    assert await refresher.load(row) == made


async def test_a_folder_that_can_not_be_made_is_a_status(refresher, provider, tmp_path):
    (tmp_path / "data" / "guide" / "documents").write_bytes(b"in the way")
    status = await refresher.refresh(provider.source, lineup("one.test"))
    assert status.state is SourceState.FAILED
    assert "in the way" in status.message
