from datetime import UTC, datetime

import pytest

from tunerr.model.account import AccountStatus
from tunerr.storage.accounts import AccountStore
from tunerr.storage.connection import open_server, transaction

STATUS = AccountStatus(
    "xtream", datetime(2026, 1, 1, tzinfo=UTC), "active", datetime(2027, 1, 1, tzinfo=UTC), formats=("ts",)
)


@pytest.fixture
async def state(tmp_path):
    db = await open_server(tmp_path / "state.db", kind="state")
    yield db
    await db.close()


async def test_the_last_word_is_kept(state):
    store = AccountStore(state)
    assert await store.all() == ()
    await store.save(STATUS)
    banned = AccountStatus("xtream", datetime(2026, 2, 1, tzinfo=UTC), "banned")
    await store.save(banned)
    other = AccountStatus("a", datetime(2026, 2, 1, tzinfo=UTC), max_connections=2)
    await store.save(other)
    assert await store.all() == (other, banned)
    await store.save(STATUS)
    assert STATUS in await store.all()


async def test_a_row_that_can_not_be_read_is_left_out(state):
    store = AccountStore(state)
    await store.save(STATUS)
    async with transaction(state):
        await state.execute("INSERT INTO account VALUES ('b', '{}')")
    assert await store.all() == (STATUS,)
