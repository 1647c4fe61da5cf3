"""iCalendar: RFC 5545 on escaping, folding, line ends and times."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.guide.documents import NOW, seconds
from tests.unit.guide.readers import lineup_rows
from tunerr.guide.lookup.calendar import calendar
from tunerr.guide.making.airing import Airing
from tunerr.guide.rows.markup import clean, element

(ROW,) = lineup_rows([("5.1", "PPV; 1, \\ two", "", "")])
STAMP = datetime(2026, 8, 23, 11, tzinfo=UTC)


def unfolded(text):
    assert text.endswith(b"\r\n")
    lines = text.split(b"\r\n")[:-1]
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    return text.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


def unescaped(value):
    return value.replace("\\\\", "\0").replace("\\;", ";").replace("\\,", ",").replace("\\n", "\n").replace("\0", "\\")


def event(title, description="", start=1, stop=2):
    body = element("title", clean(title)) + (element("desc", clean(description)) if description else "")
    return Airing(seconds(start), seconds(stop), body.encode(), "xmltv")


def test_one_event():
    lines = unfolded(calendar(ROW, [event("A; b, c\\", "Long")], stamp=STAMP))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[1] == "VERSION:2.0"
    assert lines[-1] == "END:VCALENDAR"
    begin = lines.index("BEGIN:VEVENT")
    assert lines[begin + 1 : begin + 6] == [
        f"UID:{ROW.channel.id}-{seconds(1)}@tunerr",
        "DTSTAMP:20260823T110000Z",
        "DTSTART:20260823T130000Z",
        "DTEND:20260823T140000Z",
        r"SUMMARY:A\; b\, c\\",
    ]
    assert r"LOCATION:5.1 PPV\; 1\, \\ two" in lines
    assert datetime.fromtimestamp(seconds(1), UTC) > NOW


def test_the_same_programme_keeps_its_uid():
    first, second = (unfolded(calendar(ROW, [event(title)], stamp=STAMP)) for title in ("Draft", "Final"))
    uids = [[line for line in lines if line.startswith("UID:")] for lines in (first, second)]
    assert uids[0] == uids[1]
    assert first != second


@settings(derandomize=True, max_examples=200)
@given(st.text(min_size=1, max_size=200).filter(clean))
def test_any_title_comes_back(title):
    lines = unfolded(calendar(ROW, [event(title)], stamp=STAMP))
    (summary,) = [line for line in lines if line.startswith("SUMMARY:")]
    expected = "".join(letter for letter in clean(title) if letter.isprintable())
    assert unescaped(summary.removeprefix("SUMMARY:")) == expected.encode(errors="replace").decode()
