import re
from pathlib import Path

import pytest

from tunerr.errors import TunerrError
from tunerr.lab.faults import FAULTS
from tunerr.lab.faults import vocabulary as v

PAGE = Path(__file__).parents[4] / "docs/how-to/test-with-the-fault-provider.md"


def test_names():
    assert {"end-of-file", "reset", "stall", "refuse", "token-dies", "playlist-goes-back"} <= set(FAULTS)
    assert not {"stream-fault", "lasting-fault", "answer-fault", "playlist-fault", "event", "fault", ""} & set(FAULTS)


def test_every_fault_is_documented():
    rows = "\n".join(re.findall(r"^\| (`.*?) \|", PAGE.read_text("utf-8"), re.MULTILINE))
    assert set(FAULTS) <= set(re.findall(r"`([\w-]+)`", rows))


def test_from_plain_data():
    assert v.fault_from("stall", {"after": 3}) == v.Stall(after=3)
    assert v.fault_from("refuse", {"status": 458, "retry_after": None}) == v.Refuse(status=458)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("flood", {}, "flood is no fault; there are: black, broken-body"),
        ("stall", {"minutes": 3}, "stall has no minutes; it has: target, after"),
        ("stall", {"after": "soon"}, "after of stall can't be 'soon'"),
        ("refuse", {"status": 4.5}, "status of refuse can't be 4.5"),
        ("broken-body", {"reset": 1}, "reset of broken-body can't be 1"),
    ],
)
def test_what_is_wrong_is_said(name, options, message):
    with pytest.raises(TunerrError, match=re.escape(message)):
        v.fault_from(name, options)
