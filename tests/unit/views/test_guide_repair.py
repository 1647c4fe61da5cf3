from datetime import timedelta

import pytest

from tests.unit.views.guide_values import NOW, XMLTV, health_of, lineup_of, row_of
from tunerr.errors import ActionRefused, QueryRefused
from tunerr.guide.diagnosis.doctor import Findings
from tunerr.guide.lookup.stored import Stored, StoredGuide
from tunerr.guide.messages import DoctorAnswer, GuideFacts, Suggested
from tunerr.model.status import SourceState, SourceStatus
from tunerr.views.guide_diagnosis import diagnosis_view
from tunerr.views.guide_examined import Examination, examined
from tunerr.views.guide_match import matched
from tunerr.views.guide_repair import repair_query, repair_rows, repair_view

NOTHING = Examination(None, running=False, failure=None)


def suggested(number, guide_id, score=95.4):
    return Suggested(
        channel=f"dna-{number:016x}",
        source=XMLTV,
        guide_id=guide_id,
        guide_name=f"Name {guide_id}",
        score=score,
        reason="alike",
    )


def found(count, *suggestions, skew=0):
    facts = GuideFacts(
        source=XMLTV,
        listed=100,
        with_programmes=90,
        matched=4,
        last=int((NOW + timedelta(days=3)).timestamp()),
        skew=skew,
        skew_from="other" if skew else "",
    )
    answer = DoctorAnswer(channels=health_of(count).channels, guides=(facts,), suggestions=suggestions)
    status = SourceStatus(XMLTV, "guide", "http://guide.test", SourceState.OK, NOW, NOW)
    return examined(Findings(answer, (status,), NOW, {XMLTV: ""}))


def known(count, *suggestions):
    return Examination(found(count, *suggestions), running=False, failure=None)


def view(lineup, health, examination=NOTHING, **query):
    rows = repair_rows(lineup, health, examination.known)
    ready = lineup is not None and health is not None
    return repair_view(repair_query(query), rows, examination, ready=ready, current=True)


def numbers(page):
    return [row.number for row in page.rows]


def test_worst_first_and_the_good_ones_not_at_all():
    page = view(lineup_of(6), health_of(6))
    assert numbers(page) == ["2", "5", "4", "3"]
    assert page.counts == {
        "all": 4, "suggested": 0, "unlinked": 1, "empty": 2, "sparse": 1, "doubtful": 2, "shared_id": 0, "ending": 0,
    }  # fmt: skip
    assert numbers(view(lineup_of(6), health_of(6), show="empty")) == ["5", "4"]
    assert numbers(view(lineup_of(6), health_of(6), q="channel 3")) == ["3"]


def test_suggestions_best_first_and_what_can_be_accepted_at_once():
    examination = known(14, suggested(2, "two.uk"), suggested(2, "zwei.de", 81), suggested(8, "eight.uk", 84))
    page = view(lineup_of(14), health_of(14), examination, show="suggested")
    assert numbers(page) == ["2", "8"]
    assert [(one.guide_id, one.score) for one in page.rows[0].suggestions] == [("two.uk", 95), ("zwei.de", 81)]
    assert page.pairs == ((f"dna-{2:016x}", "two.uk"),)
    assert len(view(lineup_of(14), health_of(14), examination, least="80").pairs) == 2
    assert view(lineup_of(14), health_of(14), examination, least="3").query.least == 90


def test_what_was_accepted_shows_at_once_and_suggests_nothing_more():
    lineup, examination = lineup_of(6, row_of(2, chosen="two.uk")), known(6, suggested(2, "two.uk"))
    (row,) = [row for row in view(lineup, health_of(6), examination).rows if row.number == "2"]
    assert (row.match.chosen, row.suggestions) == ("two.uk", ())


def test_what_was_refused_is_suggested_no_more():
    lineup = lineup_of(6, row_of(2, refused=("two.uk",)))
    page = view(lineup, health_of(6), known(6, suggested(2, "Two.uk"), suggested(2, "zwei.de")), show="suggested")
    assert [one.guide_id for one in page.rows[0].suggestions] == ["zwei.de"]
    (link,) = matched(row_of(1, refused=("1.test",)), health_of(1)).links
    assert link.refused, "the guide that is served still has it"


def test_a_choice_that_is_in_force_is_a_link_like_others():
    assert matched(row_of(1, chosen="1.TEST"), health_of(1)).chosen == ""


def test_pages_of_fifty():
    page = view(lineup_of(400), health_of(400), page="2", show="unlinked")
    assert (len(page.rows), page.pages.page, page.pages.pages, page.pages.total) == (17, 2, 2, 67)
    assert page.pages.query == "show=unlinked"
    assert (
        view(lineup_of(400), health_of(400), page="99").pages.page == view(lineup_of(400), health_of(400)).pages.pages
    )
    assert view(lineup_of(4), health_of(4), page="-1").pages.page == 1


def test_before_anything_is_known():
    page = view(None, None)
    assert (page.rows, page.ready, page.examination.at) == ((), False, None)
    failed = view(None, None, Examination(None, running=False, failure=ActionRefused("No.", hint="Do.")))
    assert (failed.examination.problem, failed.examination.hint) == ("No.", "Do.")


def test_a_list_that_is_not_there():
    with pytest.raises(QueryRefused, match="no list 'best'"):
        repair_query({"show": "best"})


def test_the_doctor_counts_each_kind_and_leads_to_its_list():
    examination = known(14, suggested(2, "two.uk"), suggested(8, "eight.uk"))
    stored = Stored((StoredGuide(XMLTV, 0, 5, 700, 100, 5, 1000, 2000, 1),), 1, 0, 0)
    status = SourceStatus(XMLTV, "guide", "http://guide.test", SourceState.OK, NOW, NOW)
    page = diagnosis_view(examination, (status,), stored, channels=14)
    by_kind = {one.kind: one for one in page.findings}
    assert (by_kind["unmatched"].count, len(by_kind["unmatched"].what)) == (2, 2)
    assert by_kind["unmatched"].path == "/guide/repair?show=suggested"
    assert by_kind["sparse"].path == "/guide/repair?show=sparse"
    assert (by_kind["placeholder_only"].count, by_kind["placeholder_only"].of_channels) == (2, True)
    (guide,) = page.sources
    assert (guide.programmes, guide.listed, guide.matched, guide.succeeded_at) == (700, 100, 4, NOW)
    assert (guide.first.timestamp(), guide.last.timestamp()) == (1000, 2000)


def test_the_doctor_before_the_examination_has_the_figures_that_are_known():
    status = SourceStatus(XMLTV, "guide", "http://guide.test", SourceState.FAILED, NOW, None, "It failed.", "Mend it.")
    page = diagnosis_view(NOTHING, (status,), Stored((), 0, 0, 0), channels=0)
    assert (page.verdict, page.findings) == ("", ())
    assert (page.sources[0].matched, page.sources[0].first, page.sources[0].message) == (-1, None, "It failed.")
