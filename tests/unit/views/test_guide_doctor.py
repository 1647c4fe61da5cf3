from datetime import UTC, datetime

from tunerr.guide.diagnosis.doctor import Findings
from tunerr.guide.messages import DoctorAnswer, GuideFacts, Suggested
from tunerr.model.channel import ChannelId, SourceId
from tunerr.model.guide import ChannelHealth, GuideLink
from tunerr.views.guide_doctor import doctor_view, link_report

XMLTV = SourceId("xmltv")
LINK = GuideLink(XMLTV, "One.uk", "name", "the same name")
ROWS = (
    ChannelHealth(ChannelId("dna-1"), "1", "One", "", "healthy", (LINK,), 9, 9),
    ChannelHealth(ChannelId("dna-2"), "2", "Two", "", "unlinked"),
)


def test_one_diagnosis():
    answer = DoctorAnswer(
        channels=ROWS,
        guides=(GuideFacts(source=XMLTV, listed=5, with_programmes=5, matched=1),),
        suggestions=(
            Suggested(channel="dna-2", source=XMLTV, guide_id="2.uk", guide_name="Two", score=95.0, reason="alike"),
        ),
        aliases={"two": "2.uk"},
    )
    found = doctor_view(Findings(answer, None, datetime(2026, 1, 1, tzinfo=UTC)))
    assert found["source_ready"]
    assert found["verdict"] == "1 of 2 channels have a good guide. 1 problem to look at."
    assert [problem["kind"] for problem in found["problems"]] == ["unmatched", "aliases"]
    assert found["name_to_xmltv_id"] == {"two": "2.uk"}
    (suggestion,) = found["suggestions"]
    assert suggestion == {
        "channel_id": "dna-2",
        "guide_number": "2",
        "source": "xmltv",
        "guide_id": "2.uk",
        "guide_name": "Two",
        "score": 95.0,
        "reason": "alike",
        "command": "iptv-tunerr guide accept '2' '2.uk'",
    }


def test_links_come_with_their_reason_the_missing_ones_first():
    found = link_report(ROWS)
    assert found["summary"] == {"total": 2, "matched": 1, "unmatched": 1, "match_methods": {"name": 1}}
    assert [row["guide_name"] for row in found["channels"]] == ["Two", "One"]
    assert found["channels"][1]["match_reason"] == "the same name"
    cut = link_report(ROWS, limit=1)
    assert (len(cut["channels"]), cut["summary"]["total"]) == (1, 2)
