from dataclasses import replace

import pytest

from tests.tools.attempts import AT, SECRETS, SmallGateway, attempt, outcome
from tests.tools.clock import ManualClock
from tunerr.errors import NotFound
from tunerr.support.log_ring import LogRecord
from tunerr.views.diagnostics import attempts_page, logs_view, overview
from tunerr.views.workflows import WORKFLOWS, Known, workflow_reports, workflow_view


def line(number, level="info", event="tuned", **fields):
    return LogRecord(number, AT.isoformat(), level, event, "tunerr.test", fields)


LINES = (
    line(4, "error", "page failed", path="/x"),
    line(3, "warning", "source lost", channel="5.1", request="r000001"),
    line(2, "info", "tuned", channel="5.1", request="r000002"),
    line(1, "debug", "looked"),
)


def numbers(**asked):
    return [row.number for row in logs_view(LINES, **asked).rows]


def test_lines_are_filtered_by_level_channel_request_and_words():
    assert numbers() == [4, 3, 2, 1]
    assert numbers(level="warning") == [4, 3]
    assert numbers(level="nonsense") == [4, 3, 2, 1]
    assert numbers(channel="5.1") == [3, 2]
    assert numbers(channel="5") == []
    assert numbers(request="r000002") == [2]
    assert numbers(q="SOURCE 5.1") == [3]
    assert numbers(level="error", channel="5.1") == []
    assert logs_view(LINES, q="x y").kept == 4


def test_the_log_is_paged_and_the_filters_stay_in_the_address():
    lines = [line(number, q=number) for number in range(120, 0, -1)]
    view = logs_view(lines, q="tuned", page="2")
    assert (view.rows[0].number, len(view.rows)) == (70, 50)
    assert (view.pages.page, view.pages.pages, view.pages.total, view.pages.query) == (2, 3, 120, "q=tuned")
    for wrong in ("0", "-1", "x", "", "²"):
        assert logs_view(lines, page=wrong).pages.page == 1, wrong
    assert logs_view(lines, page="99").pages.page == 3


def test_streams_are_filtered_by_ending_and_channel_and_hold_no_secret():
    attempts = SmallGateway().attempts()
    view = attempts_page(attempts)
    assert dict(view.statuses) == {"running": 2, "all_upstreams_failed": 1}
    assert [row.id for row in attempts_page(attempts, status="running").rows] == ["r000001", "r000002"]
    (bad,) = attempts_page(attempts, status="all_upstreams_failed").rows
    assert (bad.failures, bad.tried, bad.picture_after) == ((("status", 1),), 1, 0.8)
    assert [row.id for row in attempts_page(attempts, q="channel 2").rows] == ["r000002"]
    assert not [secret for secret in SECRETS if secret in repr(view)]


def test_the_overview_counts():
    found = overview(SmallGateway().attempts(), LINES, 7, ())
    assert (found.streams, found.playing, found.failed) == (3, 2, 1)
    assert (found.lines, found.warnings, found.errors, found.acts) == (4, 1, 1, 7)


def known(*attempts):
    return Known(channels=479, linked=None, sources=3, ill=1, attempts=attempts)


async def test_workflows_have_the_names_and_fields_of_the_described_system():
    reports = workflow_reports(known, ManualClock())
    names = ["guide-repair", "stream-investigate", "diagnostics", "programming-harvest", "ops-recovery"]
    assert list(reports) == [f"/ops/workflows/{name}.json" for name in names]
    for name in names:
        found = await reports[f"/ops/workflows/{name}.json"]({})
        assert found.keys() >= {"generated_at", "name", "summary", "steps", "actions"}
        assert found["name"] == name
        assert found["steps"]
        assert all(step["path"].startswith("/") for step in found["steps"])
    found = await reports["/ops/workflows/stream-investigate.json"]({})
    assert found["summary"]["Sources in trouble"] == "1 of 3"
    assert found["actions"][0]["path"] == "/ops/actions/stream-stop"
    assert "mux-seg-decode" in found["not_here"]


def test_good_and_bad_channels_are_suggested_from_what_was_tried():
    played = attempt(5, status="ok", outcomes=(outcome("stopped"),))
    broke = attempt(6, status="stream_ended_after_progress")
    both = (attempt(7, status="ok"), replace(attempt(8, status="all_upstreams_failed"), channel=attempt(7).channel))
    never = attempt(9, status="ok", outcomes=())
    view = workflow_view("diagnostics", known(played, broke, *both, never))
    assert (view.good, view.bad) == (("dna-5",), ("dna-6", "dna-7"))
    assert workflow_view("ops-recovery", known(played)).good == ()


def test_an_unknown_workflow_names_those_that_there_are():
    with pytest.raises(NotFound) as caught:
        workflow_view("reboot", known())
    assert all(name in caught.value.hint for name in WORKFLOWS)
