import pytest
from structlog.testing import capture_logs

from tunerr.app.carried import CarriedLog
from tunerr.model.carried import Carried
from tunerr.model.channel import ChannelId
from tunerr.storage.carried import CarriedStore
from tunerr.storage.connection import open_server

A, B = ChannelId("dna-a"), ChannelId("dna-b")
SD, HD = Carried("mpeg2", "mp2", 720, 576), Carried("h264", "aac", 1920, 1080)


@pytest.fixture
async def state(tmp_path):
    db = await open_server(tmp_path / "state.db", kind="state")
    yield db
    await db.close()


async def test_what_is_seen_is_published_at_once_and_stored_behind(state):
    store = CarriedStore(state)
    seen = CarriedLog(store=store, known={})
    await seen.aclose()
    before = seen.book.current
    for carried in (SD, HD):
        seen.note(A, carried)
        assert seen.book.current[A] == carried
    seen.note(B, SD)
    assert before.version == 0
    await seen.aclose()
    assert await store.all() == {A: HD, B: SD}


async def test_what_is_known_already_is_neither_published_nor_written(state):
    store = CarriedStore(state)
    await store.save({A: HD})
    seen = CarriedLog(store=store, known=await store.all())
    before, changes = seen.book.current, state.total_changes
    seen.note(A, HD)
    await seen.aclose()
    assert seen.book.current is before
    assert state.total_changes == changes


async def test_what_can_not_be_stored_is_said_and_the_next_is_tried(state):
    store = CarriedStore(state)
    seen = CarriedLog(store=store, known={})
    await state.execute("ALTER TABLE carried RENAME TO gone")
    with capture_logs() as lines:
        seen.note(A, HD)
        await seen.aclose()
    assert [line["event"] for line in lines if line["log_level"] == "warning"] == ["what channels carry was not stored"]
    assert seen.book.current[A] == HD
    await state.execute("ALTER TABLE gone RENAME TO carried")
    seen.note(B, SD)
    await seen.aclose()
    assert await store.all() == {B: SD}
