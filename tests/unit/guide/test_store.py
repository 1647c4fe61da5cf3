from tests.unit.guide.documents import far, guide
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
