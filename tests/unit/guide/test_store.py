from tests.unit.guide.documents import far, guide
from tunerr.guide.lookup import search_index
from tunerr.guide.store import GuideStore


def test_what_is_remembered_of_a_guide_goes_with_it(desk):
    desk.ingest(guide(far(0)), source="a")
    desk.ingest(guide(far(0)), source="b")
    with GuideStore(desk.db) as opened:
        opened.remove_strangers(["b"])
        assert (opened.remembered("a"), opened.published("a")) == ({}, None)
        assert opened.remembered("b").keys() == {"dna-one.test", "dna-two.test"}
    assert desk.generations() == [("b", "published")]


def test_only_rows_that_were_moved_likewise_are_those_before(desk):
    desk.ingest(guide(far(0)), shift="+1")
    with GuideStore(desk.db) as opened:
        assert opened.published("xmltv") == opened.published("xmltv", "+1") is not None
        assert opened.published("xmltv", "") is None


def test_a_generation_never_has_the_id_of_one_that_can_still_be_searched(desk):
    desk.ingest(guide(far(0)), source="a")
    desk.ingest(guide(far(0)), source="b")
    search_index.run({"guide_db": str(desk.db)})
    with GuideStore(desk.db) as opened:
        before = opened.published("b")
        opened.remove_strangers(["a"])
    desk.ingest(guide(far(0)), source="c")
    with GuideStore(desk.db) as opened:
        assert opened.published("c") > before
    assert search_index.run({"guide_db": str(desk.db)})["generations"] == 1
