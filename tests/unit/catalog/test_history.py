import pytest

from tests.unit.catalog.lists import ingest
from tunerr.catalog.diff import Change
from tunerr.catalog.history import History
from tunerr.catalog.roll_back import run
from tunerr.errors import ActionRefused
from tunerr.storage.connection import open_server


def playlist(names, host="h"):
    return "#EXTM3U\n" + "".join(f'#EXTINF:-1 tvg-id="{name}.uk",{name}\nhttp://{host}/{name}.ts\n' for name in names)


def roll_back(root, source="m3u", generation=None, at=50.0):
    return run({"source": source, "generation": generation, "catalog_db": str(root / "catalog.db"), "now": at})


@pytest.fixture
async def catalog(tmp_path):
    db = await open_server(tmp_path / "catalog.db", kind="catalog", readonly=True)
    yield db
    await db.close()


@pytest.fixture
def history(catalog):
    return History(catalog)


async def kept(history, source="m3u"):
    """Ids, oldest first; the served one in brackets, withdrawn ones with a minus."""
    rows = reversed(await history.generations(source))
    return " ".join(f"[{row.id}]" if row.is_served else f"{'-' * row.is_withdrawn}{row.id}" for row in rows)


async def names(catalog, source="m3u"):
    sql = "SELECT name FROM served JOIN channel USING (generation) WHERE source = ? ORDER BY ordinal"
    async with catalog.execute(sql, (source,)) as cursor:
        return "".join(row[0] for row in await cursor.fetchall())


async def test_generations_tell_when_and_what(tmp_path, history):
    ingest(tmp_path, playlist("AB"), at=1.0)
    ingest(tmp_path, playlist("BC"), at=2.0)
    ingest(tmp_path, playlist("X"), source="m3u-2", at=3.0)
    new, old = await history.generations("m3u")
    assert (old.published_at.timestamp(), new.published_at.timestamp()) == (1.0, 2.0)
    assert (new.entries, new.channels, new.is_served, old.is_served) == (2, 2, True, False)
    assert old.summary == "2 channels: 2 added."
    assert new.summary == "2 channels: 1 added, 1 gone."
    assert await history.generations("never-read") == ()


async def test_any_two_generations_are_compared(tmp_path, history):
    ingest(tmp_path, playlist("ABCDEFGH"))
    ingest(tmp_path, playlist("ABCDEFGHI"))
    ingest(tmp_path, playlist("BCDEFGHIJ").replace(",B\n", ",Bee\n").replace("http://h/C", "http://k/C"))
    first, _, last = sorted(row.id for row in await history.generations("m3u"))
    assert await history.diff("m3u", first, last, limit=1) == {
        "added": Change(2, ("I",)),
        "removed": Change(1, ("A",)),
        "renamed": Change(1, ("B → Bee",)),
        "moved": Change(0, ()),
        "readdressed": Change(1, ("C",)),
    }
    back = await history.diff("m3u", last, first)
    assert (back["added"], back["removed"]) == (Change(1, ("A",)), Change(2, ("I", "J")))
    with pytest.raises(ActionRefused, match="no generation 99"):
        await history.diff("m3u", first, 99)


async def test_the_previous_generation_is_served_again(tmp_path, catalog, history):
    ingest(tmp_path, playlist("AB"))
    ingest(tmp_path, playlist("BCD"))
    ingest(tmp_path, playlist("X"), source="m3u-2")
    report = roll_back(tmp_path)
    assert (report["channels"], report["changes"]["removed"]) == (2, {"count": 2, "examples": ("C", "D")})
    assert await names(catalog) == "AB"
    assert await names(catalog, "m3u-2") == "X"
    assert await kept(history) == "[1] -2"


async def test_a_withdrawn_answer_stays_away_until_it_is_accepted(tmp_path, catalog, history):
    ingest(tmp_path, playlist("AB"))
    ingest(tmp_path, playlist("BCD"))
    roll_back(tmp_path)
    for day in range(1, 5):
        report = ingest(tmp_path, playlist("BCD"), at=day * 86400.0)
        assert report["outcome"] == "refused"
        assert "taken back by a roll-back; the 2 channels" in report["message"]
        assert "source accept" in report["hint"]
    assert ingest(tmp_path, playlist("AB"), at=6 * 86400.0)["outcome"] == "unchanged"
    assert await names(catalog) == "AB"
    assert ingest(tmp_path, playlist("BCD"), accept_shrink=True)["outcome"] == "published"
    assert await names(catalog) == "BCD"
    assert not any(row.is_withdrawn for row in await history.generations("m3u"))


async def test_other_answers_are_judged_as_always_after_a_roll_back(tmp_path, catalog, history):
    ingest(tmp_path, playlist("ABCD"))
    ingest(tmp_path, playlist("ABCDE"))
    roll_back(tmp_path)
    assert ingest(tmp_path, playlist("A"))["outcome"] == "refused"
    assert ingest(tmp_path, playlist("ABCF"))["outcome"] == "published"
    assert await names(catalog) == "ABCF"
    roll_back(tmp_path)
    assert await names(catalog) == "ABCD"  # the withdrawn one in between is passed over


async def test_a_named_generation_is_served_again_even_a_withdrawn_one(tmp_path, catalog, history):
    for text in ("AB", "ABC", "ABCD"):
        ingest(tmp_path, playlist(text))
    roll_back(tmp_path, generation=1)
    assert await kept(history) == "[1] -2 -3"
    roll_back(tmp_path, generation=2)
    assert await kept(history) == "1 [2] -3"
    assert await names(catalog) == "ABC"


async def test_what_was_served_last_stays_longest_in_history(tmp_path, catalog, history):
    for number in range(4):
        ingest(tmp_path, playlist("AB", host=f"h{number}"))
    roll_back(tmp_path, generation=1, at=50.0)
    ingest(tmp_path, playlist("ABC"), at=60.0)
    assert await kept(history) == "1 -3 -4 [5]"
    roll_back(tmp_path, at=70.0)
    assert await kept(history) == "[1] -3 -4 -5"
    assert await names(catalog) == "AB"


async def test_a_generation_that_is_gone_is_not_served_again(tmp_path, history):
    for text in ("AB", "ABC"):
        ingest(tmp_path, playlist(text))
    with pytest.raises(ActionRefused, match="no other generation 99") as refused:
        roll_back(tmp_path, generation=99)
    assert refused.value.hint == "These are kept: 1."


async def test_there_may_be_nothing_to_go_back_to(tmp_path, history):
    with pytest.raises(ActionRefused, match="no earlier generation"):
        roll_back(tmp_path)
    ingest(tmp_path, playlist("AB"))
    with pytest.raises(ActionRefused, match="no earlier generation") as refused:
        roll_back(tmp_path)
    assert "once only" in refused.value.hint
    assert await kept(history) == "[1]"
