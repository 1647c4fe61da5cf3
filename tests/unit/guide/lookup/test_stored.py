from tests.unit.guide.documents import guide, programme
from tests.unit.guide.readers import opened
from tunerr.guide.lookup.stored import is_listed, stored


async def test_what_is_kept_and_what_is_listed(desk):
    desk.ingest(guide(programme("one.test", 0, 1), channels=("one.test", "Other.test")), "one.test")
    async with opened(desk) as db:
        assert await is_listed(db, " OTHER.test ")
        assert not await is_listed(db, "none.test")
        [kept] = (await stored(db)).guides
    assert (kept.source, kept.listed, kept.channels, kept.programmes) == ("xmltv", 2, 1, 1)
