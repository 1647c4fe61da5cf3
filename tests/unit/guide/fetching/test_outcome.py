import pytest

from tunerr.guide.fetching import outcome
from tunerr.guide.messages import IngestReport
from tunerr.model.channel import SourceId
from tunerr.model.status import SourceState, SourceStatus

ASKED = SourceStatus(SourceId("xmltv"), "guide", "http://guide.test")


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ({"published": True, "programmes": 0, "outside": 9}, (SourceState.REFUSED, True, False)),
        ({"published": False, "programmes": 0, "outside": 9}, (SourceState.REFUSED, True, True)),
        ({"published": False, "programmes": 0, "outside": 0}, (SourceState.REFUSED, False, True)),
        ({"published": True, "programmes": 0, "outside": 0}, (SourceState.OK, False, False)),
        ({"published": True, "programmes": 3, "outside": 9}, (SourceState.OK, False, False)),
    ],
)
def test_a_guide_that_is_over_is_said_to_be_so(report, said):
    told = outcome.read(ASKED, IngestReport(whole=True, listed=3, wanted=2, **report))
    assert (told.state, "are over" in told.message, "read before stays" in told.message) == said
    assert bool(told.hint) is said[1]
