from datetime import UTC, datetime

import pytest

from tunerr.model.channel import SourceId
from tunerr.model.status import SourceState, SourceStatus
from tunerr.model.url import SecretUrl
from tunerr.storage.connection import open_server, transaction
from tunerr.storage.facts import Facts
from tunerr.storage.sources import SourceStore
from tunerr.support.fetch import Validators

URL = SecretUrl("http://provider.example/get.php?username=alice&password=hunter2")
STATUS = SourceStatus(
    id=SourceId("m3u"),
    kind="playlist",
    label=str(URL),
    state=SourceState.OK,
    attempted_at=datetime(2026, 11, 21, tzinfo=UTC),
    message="fine",
    channels=3,
    skipped=(("no address", 2),),
)


@pytest.fixture
async def state(tmp_path):
    db = await open_server(tmp_path / "state.db", kind="state")
    yield db
    await db.close()


async def test_a_status_comes_back_as_it_was_saved(state):
    store = SourceStore(state)
    assert await store.status(STATUS.id) is None
    await store.save(STATUS, location=URL, validators=Validators("e", "l"))
    assert await store.status(STATUS.id) == STATUS
    assert await store.statuses() == (STATUS,)


async def test_validators_belong_to_one_url(state):
    store = SourceStore(state)
    await store.save(STATUS, location=URL, validators=Validators("e", "l"))
    assert await store.validators(STATUS.id, URL) == Validators("e", "l")
    assert await store.validators(STATUS.id, SecretUrl("http://other.example/")) == Validators()


async def test_no_secret_reaches_the_database(state, tmp_path):
    await SourceStore(state).save(STATUS, location=URL, validators=Validators())
    await state.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    everything = b"".join(path.read_bytes() for path in tmp_path.glob("state.db*"))
    assert b"provider.example" in everything
    assert b"hunter2" not in everything
    assert b"alice" not in everything


async def test_an_unreadable_status_is_left_out(state):
    store = SourceStore(state)
    await store.save(STATUS, location=URL, validators=Validators())
    async with transaction(state):
        await state.execute('UPDATE source SET status = \'{"state": "dancing"}\'')
    assert await store.statuses() == ()
    assert await store.status(STATUS.id) is None


async def test_facts_are_stored_and_replaced(state):
    facts = Facts(state)
    assert await facts.get("device_id") is None
    await facts.set("device_id", "1")
    await facts.set("device_id", "2")
    assert await facts.get("device_id") == "2"
