"""The last 24 hours: trends, charts, telemetry."""

from datetime import timedelta

import pytest

from tests.tools.samples import AT, day, minute
from tunerr.errors import QueryRefused
from tunerr.model.samples import Sample
from tunerr.views.history import SERIES, history, telemetry, trends
from tunerr.views.metrics import CHARTS, metrics_view

NOON = AT + timedelta(hours=12)


def test_every_figure_of_a_sample_is_a_series_but_the_time_and_the_state():
    assert set(SERIES) == set(Sample.__slots__) - {"at", "ready"}
    assert {name for _, names in CHARTS for name in names} == set(SERIES) - {"channels"}


def test_trends_of_nothing_know_nothing():
    none = trends(())
    assert (none.minutes, none.picture_ms, none.interrupted) == (0, None, 0)
    assert none.tuners == (None,) * 48


def test_a_trend_has_a_value_for_each_half_hour_that_is_known():
    found = trends((minute(1), minute(100, tuners=3), minute(101, tuners=2), minute(1435)))
    assert len(found.tuners) == 48
    assert (found.tuners[0], found.tuners[3], found.tuners[-1]) == (1, 3, 1)
    assert sum(value is not None for value in found.tuners) == 3


def test_sums_and_medians_are_of_24_hours():
    quick, slow = minute(1, picture_ms=200, starts=3), minute(2, picture_ms=900, starts=1)
    found = trends((quick, slow, minute(3, interruptions=1, repaired=4), minute(4, repaired=1)))
    assert (found.picture_ms, found.interrupted, found.repaired, found.minutes) == (200, 1, 5, 4)


def test_the_history_has_what_was_asked_for_and_a_hole_where_nothing_is_known():
    rows = (minute(1), minute(2, viewers=5), minute(60))
    answer = history(rows, {"series": "viewers, tuners,viewers"})
    assert answer["times"] == [rows[0].at, rows[1].at, rows[1].at + 60, rows[2].at]
    assert [one["name"] for one in answer["series"]] == ["viewers", "tuners"]
    assert answer["series"][0]["values"] == [2, 5, None, 2]
    assert len(history(rows, {})["series"]) == len(SERIES)
    assert history((), {"series": "tuners"}) == {
        "times": [],
        "series": [{"name": "tuners", "label": "Tuners in use", "unit": "", "values": []}],
    }


def test_rates_are_drawn_in_megabits():
    (sent,) = history((minute(1),), {"series": "bits_per_second"})["series"]
    assert (sent["unit"], sent["values"]) == ("Mbit/s", [8.0])


def test_a_series_that_is_not_kept_is_refused_with_those_that_are():
    with pytest.raises(QueryRefused) as refused:
        history((), {"series": "tuners,secrets"})
    assert "tuners, viewers" in refused.value.hint
    assert "secrets" not in str(refused.value)


def test_telemetry_is_by_quarter_hours_under_the_old_names():
    rows = (minute(1, starts=3, starts_failed=1), minute(2, ready=False), minute(16, guide_real=None))
    told = telemetry(rows, NOON)
    assert (told["generated_at"], told["count"]) == ("2026-11-22T12:00:00+00:00", 2)
    assert told["samples"] == [
        {
            "sampled_at": "2026-11-22T00:02:00+00:00", "health_ok": False, "guide_percent": 90.0,
            "stream_percent": 75.0, "recorder_percent": None, "ops_percent": 50.0,
        },
        {
            "sampled_at": "2026-11-22T00:16:00+00:00", "health_ok": True, "guide_percent": None,
            "stream_percent": None, "recorder_percent": None, "ops_percent": 100.0,
        },
    ]  # fmt: skip


def test_telemetry_keeps_96_quarter_hours():
    assert telemetry(day(), NOON)["count"] == 96
    assert telemetry((), NOON) == {"generated_at": "2026-11-22T12:00:00+00:00", "count": 0, "samples": []}


def test_the_table_beside_a_chart_says_the_same():
    view = metrics_view((minute(1, starts=2), minute(2, starts=0, viewers=4)))
    lines = {line.name: line for chart in view.charts for line in chart.lines}
    assert (lines["viewers"].latest, lines["viewers"].mean, lines["viewers"].most) == (4, 3.0, 4)
    assert (lines["starts"].total, lines["viewers"].total) == (2, None)
    picture = next(chart for chart in view.charts if chart.name == "picture")
    assert (picture.known, picture.lines[0].latest, picture.lines[0].most) == (False, None, None)
    assert (view.minutes, view.since) == (2, AT + timedelta(minutes=1))


def test_without_samples_no_chart_is_known():
    view = metrics_view(())
    assert (view.minutes, view.since) == (0, None)
    assert not any(chart.known for chart in view.charts)
