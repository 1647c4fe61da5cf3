import json

import pytest

from tunerr.lab.bench.report import Figure, Report, ratios, short


def test_the_median_is_judged():
    assert Figure("c", "w", "x", (1.0, 9.0, 2.0), "ms", limit=2.0).verdict == "pass"
    assert Figure("c", "w", "x", (1.0, 9.0, 3.0), "ms", limit=2.0).verdict == "FAIL"
    assert Figure("c", "w", "x", (4.0, 6.0), "Gbit/s", limit=5.0, least=True).verdict == "pass"
    assert Figure("c", "w", "x", (4.0,), "Gbit/s", limit=5.0, least=True).verdict == "FAIL"
    assert Figure("c", "w", "x", (4.0,), "ms").verdict == ""


def test_a_missing_value_is_no_pass():
    assert Figure("c", "w", "x", (float("nan"),), "ms", limit=2.0).verdict == "FAIL"


def test_ratios_are_of_pairs():
    assert ratios([2.0, 9.0], [1.0, 3.0]) == (2.0, 3.0)
    assert ratios([2.0, 9.0, 4.0], [0.0, 3.0]) == (3.0,)


@pytest.mark.parametrize(("value", "text"), [(0.12345, "0.123"), (12.345, "12.3"), (1234.5, "1234"), (0, "0")])
def test_three_digits(value, text):
    assert short(value) == text


def test_table_and_document_say_the_same():
    report = Report("relay", remarks=["One core only."])
    report.add(
        [Figure("50 viewers", "tunerr", "CPU", (0.2, 0.1, 0.4), "s/GB", 0.3), Figure("n", "w", "none", (), "ms")]
    )
    table = report.table()
    assert "0.1 to 0.4" in table
    assert "≤ 0.3" in table
    assert "pass" in table
    assert "One core only." in table
    document = json.loads(report.json())
    assert document["bench"] == "relay"
    (figure,) = document["figures"]
    assert figure == {
        "case": "50 viewers", "who": "tunerr", "what": "CPU", "unit": "s/GB", "median": 0.2, "values": [0.2, 0.1, 0.4],
        "target": "≤ 0.3", "passed": True,
    }  # fmt: skip
