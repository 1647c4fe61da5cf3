import pytest

from tunerr.model.stream_test import Finding, StreamTest
from tunerr.storage.connection import open_server, transaction
from tunerr.storage.stream_tests import StreamTests

T = 1_800_000_000.0
DAY = 86400.0
PLAYS = StreamTest(T, Finding.PASS, "It plays.")
FAILS = StreamTest(T, Finding.GONE, "The stream is gone (HTTP 404).", T - 7200)


@pytest.fixture
async def state(tmp_path):
    db = await open_server(tmp_path / "state.db", kind="state")
    yield db
    await db.close()


async def test_results_come_back_as_they_were_saved_the_last_one_of_each_stream(state):
    store = StreamTests(state)
    assert await store.all() == {}
    await store.save({"a": PLAYS, "b": PLAYS}, now=T)
    await store.save({"b": FAILS}, now=T)
    assert await store.all() == {"a": PLAYS, "b": FAILS}


async def test_streams_that_nobody_tests_any_more_are_forgotten(state):
    store = StreamTests(state)
    await store.save({"old": PLAYS, "young": PLAYS._replace(at=T + DAY)}, now=T)
    await store.save({}, now=T + 30 * DAY + 1)
    assert set(await store.all()) == {"young"}


async def test_a_finding_of_a_later_version_is_as_good_as_none(state):
    store = StreamTests(state)
    await store.save({"a": PLAYS, "b": PLAYS}, now=T)
    async with transaction(state):
        await state.execute("UPDATE stream_test SET finding = 'smells' WHERE stream = 'a'")
    assert set(await store.all()) == {"b"}
