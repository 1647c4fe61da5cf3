import pytest

from tests.tools.clock import ManualClock
from tunerr.lineup.ledger import NumberLedger
from tunerr.model.channel import Channel, ChannelId, SourceId, Stream
from tunerr.model.numbers import GuideNumber
from tunerr.model.url import SecretUrl, Zone
from tunerr.storage.connection import open_server, select

ONE, TWO = GuideNumber(1), GuideNumber(2, 1)


def channel(name, tvg_id=""):
    url = SecretUrl(f"http://h/live/user/hunter2/{len(name)}.ts")
    return Channel(ChannelId(f"dna-{name}"), name, tvg_id, streams=(Stream(url, SourceId("m3u"), Zone.INTERNET),))


async def absent_since(state):
    return (await select(state, "SELECT absent_since FROM number"))[0][0]


@pytest.fixture
async def state(tmp_path):
    db = await open_server(tmp_path / "state.db", kind="state")
    yield db
    await db.close()


async def test_rows_carry_the_keys_that_recognise_the_channel(state):
    ledger = NumberLedger(state=state, clock=ManualClock())
    await ledger.record({ONE: channel("News HD", "News.UK"), TWO: channel("Sport")}, absent=())
    rows = await select(state, "SELECT number, source, tvg_id, name_key, path_id FROM number ORDER BY number")
    assert [tuple(row) for row in rows] == [("1", "m3u", "news.uk", "news", "7"), ("2.1", "m3u", "", "sport", "5")]
    await ledger.record({ONE: channel("News Now", "new.uk")}, absent=())  # another holder: the number moves
    assert {row.number for row in await ledger.holdings()} == {ONE, TWO}


async def test_keys_follow_a_channel_that_changed(state):
    ledger = NumberLedger(state=state, clock=ManualClock())
    first = channel("News", "a")
    await ledger.record({ONE: first}, absent=())
    await ledger.record({ONE: Channel(first.id, "Novelties", "b", streams=first.streams)}, absent=())
    rows = await select(state, "SELECT tvg_id, name_key FROM number")
    assert [tuple(row) for row in rows] == [("b", "novelties")]


async def test_a_number_that_moves_starts_unserved(state):
    ledger = NumberLedger(state=state, clock=ManualClock())
    await ledger.record({ONE: channel("A")}, absent=())
    await ledger.mark_served([ONE])
    await ledger.mark_served([ONE, TWO])
    await ledger.record({ONE: channel("B")}, absent=())
    (holding,) = await ledger.holdings()
    assert (holding.channel, holding.first_served_at) == ("dna-B", None)
    await ledger.mark_served([ONE])
    assert (await ledger.holdings())[0].first_served_at is not None


async def test_absence_is_dated_once_and_ends_with_the_return(state):
    clock = ManualClock()
    ledger = NumberLedger(state=state, clock=clock)
    one = channel("A")
    await ledger.record({ONE: one}, absent=())
    await ledger.record({}, absent={one.id})
    since = await absent_since(state)
    clock.advance(10)
    await ledger.record({}, absent={one.id})
    assert await absent_since(state) == since is not None
    await ledger.record({ONE: one}, absent=())
    assert await absent_since(state) is None
