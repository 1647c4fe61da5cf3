import asyncio

import pytest

from tests.tools.clock import ManualClock
from tunerr.errors import StorageError
from tunerr.lineup.allotment import Place
from tunerr.lineup.ledger import NumberLedger
from tunerr.model.channel import Channel, ChannelId, SourceId, Stream
from tunerr.model.numbers import GuideNumber
from tunerr.model.url import SecretUrl, Zone
from tunerr.storage.connection import open_server, select, transaction

ONE, TWO, THREE = GuideNumber(1), GuideNumber(2, 1), GuideNumber(3)
DAY = 24 * 3600.0


def channel(name, tvg_id=""):
    url = SecretUrl(f"http://h/live/user/hunter2/{len(name)}.ts")
    return Channel(ChannelId(f"dna-{name}"), name, tvg_id, streams=(Stream(url, SourceId("m3u"), Zone.INTERNET),))


A, B, C = channel("A"), channel("BB"), channel("CCC")


async def record(ledger, places, absent=()):
    """Channels by number, or by (number, device, home)."""
    wanted = {one.id: Place(*key) if isinstance(key, tuple) else Place(key, 1) for key, one in places.items()}
    await ledger.record(places.values(), wanted, absent=absent)


async def holdings(ledger):
    return {row.number: row for row in (await ledger.promises()).holdings}


async def former(ledger):
    return {(row.number, row.channel, row.home) for row in (await ledger.promises()).former}


async def absent_since(state):
    return (await select(state, "SELECT absent_since FROM number"))[0][0]


@pytest.fixture
async def state(tmp_path):
    db = await open_server(tmp_path / "state.db", kind="state")
    yield db
    await db.close()


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def ledger(state, clock):
    return NumberLedger(state=state, clock=clock)


async def test_rows_carry_the_keys_that_recognise_the_channel(state, ledger):
    await record(ledger, {ONE: channel("News HD", "News.UK"), TWO: channel("Sport")})
    rows = await select(state, "SELECT number, source, tvg_id, name_key, path_id FROM number ORDER BY number")
    assert [tuple(row) for row in rows] == [("1", "m3u", "news.uk", "news", "7"), ("2.1", "m3u", "", "sport", "5")]
    await record(ledger, {ONE: channel("News Now", "new.uk")})  # another holder: the number moves
    assert set(await holdings(ledger)) == {ONE, TWO}


async def test_keys_follow_a_channel_that_changed(state, ledger):
    first = channel("News", "a")
    await record(ledger, {ONE: first})
    await record(ledger, {ONE: Channel(first.id, "Novelties", "b", streams=first.streams)})
    rows = await select(state, "SELECT tvg_id, name_key FROM number")
    assert [tuple(row) for row in rows] == [("b", "novelties")]


async def test_a_number_that_goes_to_another_channel_starts_unserved(ledger):
    await record(ledger, {ONE: A})
    await ledger.mark_served([ONE])
    await ledger.mark_served([ONE, TWO])
    await record(ledger, {ONE: B})
    (holding,) = (await holdings(ledger)).values()
    assert (holding.channel, holding.first_served_at) == (B.id, None)
    await ledger.mark_served([ONE])
    assert (await holdings(ledger))[ONE].first_served_at is not None


async def test_absence_is_dated_once_and_ends_with_the_return(state, ledger, clock):
    await record(ledger, {ONE: A})
    await record(ledger, {}, absent={A.id})
    since = await absent_since(state)
    clock.advance(10)
    await record(ledger, {}, absent={A.id})
    assert await absent_since(state) == since is not None
    await record(ledger, {ONE: A})
    assert await absent_since(state) is None


async def test_a_seen_number_that_its_channel_left_stays_its_own(ledger, clock):
    await record(ledger, {ONE: A, TWO: B})
    await ledger.mark_served([ONE])
    seen = (await holdings(ledger))[ONE].first_served_at
    clock.advance(DAY)
    await record(ledger, {THREE: A, (GuideNumber(4), 1): B})
    assert await former(ledger) == {(ONE, A.id, False)}  # nobody saw B's, and it has no home there
    assert await ledger.holder(ONE) == A.id
    assert await ledger.holder(TWO) is None
    assert await ledger.holder(THREE) is None  # A's, but no promise yet
    await record(ledger, {ONE: A})
    back = await holdings(ledger)
    assert (back[ONE].first_served_at, await former(ledger)) == (seen, set())


async def test_a_home_waits_for_its_channel_unseen_as_it_is(ledger):
    await record(ledger, {ONE: A})
    await record(ledger, {(TWO, 1, True): A})
    assert await former(ledger) == {(ONE, A.id, True)}
    assert await ledger.holder(ONE) == A.id


async def test_channels_exchange_numbers_and_devices_at_once(ledger):
    await record(ledger, {ONE: A, TWO: B, (GuideNumber(9), 2): C})
    await ledger.mark_served([ONE, TWO])
    await ledger.renumber({A.id: Place(TWO, 2), B.id: Place(ONE, 1), ChannelId("dna-none"): Place(GuideNumber(50), 1)})
    rows = await holdings(ledger)
    assert {(row.number, row.channel, row.device, row.first_served_at) for row in rows.values()} == {
        (ONE, B.id, 1, None),
        (TWO, A.id, 2, None),
        (GuideNumber(9), C.id, 2, None),
    }
    assert await former(ledger) == set()


async def test_renumbering_keeps_what_clients_saw_and_no_home(ledger, clock):
    await record(ledger, {ONE: A, TWO: B})
    await record(ledger, {(THREE, 1, True): A, TWO: B})
    await ledger.mark_served([TWO])
    await ledger.renumber({A.id: Place(GuideNumber(10), 1), B.id: Place(GuideNumber(11), 1)})
    assert await former(ledger) == {(TWO, B.id, False)}
    clock.advance(DAY)
    assert await ledger.holder(TWO) == B.id


async def test_a_failed_renumbering_changes_nothing(ledger, state):
    await record(ledger, {ONE: A, TWO: B})
    await state.execute("CREATE TRIGGER refuse BEFORE UPDATE OF device ON number BEGIN SELECT raise(ABORT, 'no'); END")
    before = await ledger.promises()
    with pytest.raises(StorageError):
        await ledger.renumber({A.id: Place(THREE, 1)})
    assert await ledger.promises() == before


async def test_whoever_looks_while_it_is_written_sees_all_of_it_or_nothing(state, ledger):
    await record(ledger, {ONE: A, TWO: B})
    async with transaction(state):
        await state.execute("UPDATE number SET number = '~' || number")  # as numbers are exchanged
        looking = asyncio.create_task(holdings(ledger))
        await asyncio.sleep(0.05)
        assert not looking.done()
        await state.execute("UPDATE number SET number = substr(number, 2)")
    assert (await looking).keys() == {ONE, TWO}
