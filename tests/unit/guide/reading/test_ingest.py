import random
import time
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.guide.documents import NOW, guide, programme, seconds
from tunerr.guide import store
from tunerr.guide.matching.values import Listed, Wanted
from tunerr.guide.reading import directory
from tunerr.guide.store import GuideStore


def test_programmes_of_wanted_channels_are_stored_in_order(desk):
    report = desk.ingest(
        guide(
            programme("ONE.test", 1, 2, title="B"),
            programme("one.test", 0, 1, title="A"),
            programme("two.test", 0, 1),
            programme("three.test", 0, 1),
        ),
        "one.test",
    )
    assert desk.rows() == [(0, 1, "<title>A</title>"), (1, 2, "<title>B</title>")]
    assert desk.rows("two.test") == []
    assert (report.channels, report.programmes, report.wanted, report.listed) == (1, 2, 1, 3)
    assert report.published
    assert report.whole


def test_bad_rows_are_dropped_or_repaired_and_counted(desk):
    report = desk.ingest(
        guide(
            programme("one.test", "soon", 1),
            '<programme channel="one.test"><title>x</title></programme>',
            programme("one.test", 2, 1),
            programme("one.test", 2, 2),
            programme("one.test", 3, 4, title="first"),
            programme("one.test", 3, 5, title="second"),
            programme("one.test", 3.5, 5, title="overlapping"),
            programme("one.test", 5, "late", title="bad stop"),
            programme("one.test", 6, title="no stop"),
            programme("one.test", 10, 100, title="endless"),
            programme("one.test", 50, 51, children="<category>x</category>"),
            programme("one.test", -60, -49),
            programme("one.test", 24 * 21, 24 * 21 + 1),
            programme("one.test", 60, 61, children="<title>t</title>" + "<category>x%d</category>" * 2),
            programme("one.test", 70, 71, children="".join(f"<category>{n:099}</category>" for n in range(700))),
        )
    )
    assert [(start, stop) for start, stop, _ in desk.rows()] == [
        (3, 3.5),
        (3.5, 5),
        (5, 6),
        (6, 10),
        (10, 34),
        (60, 61),
    ]
    assert desk.rows()[0][2] == "<title>first</title>"
    assert report.dropped == {
        "unreadable start time": 2,
        "stop not after start": 2,
        "same start on one channel": 1,
        "no title, no description": 2,
    }
    assert report.repaired == {
        "unreadable stop time": 1,
        "no stop time": 2,
        "overlap": 1,
        "longer than 24 hours": 1,
    }
    assert report.outside == 2


def test_the_order_of_rows_does_not_matter(desk):
    rows = [programme("one.test", hour / 2, hour / 2 + 0.75, title=f"T{hour}") for hour in range(100)]
    desk.ingest(guide(*rows))
    expected = desk.rows()
    random.Random(7).shuffle(rows)
    desk.ingest(guide(*rows))
    assert desk.rows() == expected


def test_a_guide_without_wanted_programmes_keeps_the_one_before(desk):
    other = guide(programme("three.test", 0, 1))
    first = desk.ingest(other)
    assert (first.published, first.programmes, first.listed) == (True, 0, 3)
    desk.ingest(guide(programme("one.test", 0, 1)))
    report = desk.ingest(other)
    assert not report.published
    assert len(desk.rows()) == 1


def test_a_new_guide_replaces_the_old_one_whole(desk):
    desk.ingest(guide(*(programme("one.test", hour / 10, hour / 10 + 0.1) for hour in range(3000))))
    assert len(desk.rows()) == 3000
    desk.ingest(guide(programme("one.test", 0, 1, title="new")))
    assert desk.rows() == [(0, 1, "<title>new</title>")]
    assert desk.generations() == [("xmltv", "published")]


def test_guides_of_sources_that_are_gone_are_removed(desk):
    for source in ("xmltv", "xmltv-2"):
        desk.ingest(guide(programme("one.test", 0, 1)), source=source)
    desk.render(sources=("xmltv",))
    assert desk.generations() == [("xmltv", "published")]
    desk.render(sources=())
    assert desk.generations() == []


def test_no_transaction_holds_the_database_for_long(desk, monkeypatch):
    document = desk.root / "big.xml"
    document.write_bytes(guide(*(programme("one.test", n / 100, n / 100 + 0.01) for n in range(20_000))))
    desk.ingest(document)
    held = []
    begun = 0.0

    def traced(statement):
        nonlocal begun
        if statement.startswith("BEGIN"):
            begun = time.process_time()
        elif statement == "COMMIT":
            held.append(time.process_time() - begun)

    opened = store.open_worker

    def open_traced(*args, **kwargs):
        db = opened(*args, **kwargs)
        db.set_trace_callback(traced)
        return db

    monkeypatch.setattr(store, "open_worker", open_traced)
    desk.ingest(document)
    assert len(held) > 8
    assert max(held) < 0.25


def test_times_are_stored_in_utc_across_a_change_of_the_clocks(desk):
    rows = [
        programme("one.test", "20261025013000 +0200", "20261025023000 +0200"),
        programme("one.test", "20261025023000 +0200", "20261025023000 +0100"),
        programme("one.test", "20261025023000 +0100", "20261025033000 +0100"),
    ]
    desk.ingest(guide(*rows), now=datetime(2026, 10, 24, tzinfo=UTC))
    lengths = [(round(stop - start, 3)) for start, stop, _ in desk.rows()]
    assert lengths == [1, 1, 1]


def test_all_channels_are_listed_and_only_those_of_the_lineup_stored(desk):
    report = desk.ingest(
        b'<tv><channel id="One.Test"><display-name>First</display-name><display-name>7</display-name><lcn>12</lcn>'
        b'<icon src="http://x.test/1.png"/></channel><channel id="two.test"><display-name> Second </display-name>'
        b'</channel><channel id="one.test"><display-name>Uno</display-name></channel><channel id=" "/>'
        + b"".join(programme(name, hour, hour + 1).encode() for name in ("ONE.TEST", "three.test") for hour in (0, 1))
        + b"</tv>",
        "one.test",
    )
    rows, stored = desk.listed()
    assert rows == {
        "One.Test": Listed(
            "One.Test", ("First", "7", "Uno"), ("12", "7"), "http://x.test/1.png", 2, seconds(0), seconds(2)
        ),
        "two.test": Listed("two.test", ("Second",)),
        "three.test": Listed("three.test", programmes=2),
    }
    assert stored == {"one.test"}
    assert (report.listed, report.methods) == (3, {"id": 1})


def test_no_more_than_so_many_channels_are_listed(desk, monkeypatch):
    monkeypatch.setattr(directory, "_MOST_CHANNELS", 50)
    names = [f"c{n}.test" for n in range(100)]
    report = desk.ingest(guide(*(programme(name, 0, 1) for name in names), channels=names), "c7.test", "c70.test")
    assert (report.listed, report.channels, report.programmes) == (50, 1, 1)


def test_a_channel_is_found_by_name_and_the_match_remembered(desk):
    wanted = Wanted("dna-1", ("Das Erste",), "ard.de")
    named = guide(programme("erste.example", 0, 1), channels=()).replace(
        b"<tv>\n", b'<tv><channel id="erste.example"><display-name>%s</display-name></channel>'
    )
    report = desk.ingest(named.replace(b"%s", b"Das Erste"), wanted)
    assert (report.methods, report.channels) == ({"name": 1}, 1)
    with GuideStore(desk.db) as opened:
        found = opened.remembered("xmltv")
    assert found["dna-1"][:3] == ("dna-1", "erste.example", "name")
    report = desk.ingest(named.replace(b"%s", b"Something Else Entirely"), wanted)
    assert (report.methods, report.channels) == ({"name": 1}, 1)
    with GuideStore(desk.db) as opened:
        opened.remember("xmltv", {}, NOW.timestamp() + 80 * 86400)
        assert opened.remembered("xmltv")
        opened.remember("xmltv", {}, NOW.timestamp() + 91 * 86400)
        assert opened.remembered("xmltv") == {}


def test_channels_listed_behind_their_programmes_are_found_too(desk):
    document = (
        b"<tv>"
        + programme("x1", 0, 1, title="A").encode()
        + b'<channel id="x1"><display-name>Das Erste</display-name></channel>'
        + programme("x2", 0, 1, title="B").encode()
        + b'<channel id="x2"><display-name>One</display-name></channel></tv>'
    )
    wanted = Wanted("dna-1", ("Das Erste",)), Wanted("dna-2", ("Nothing",), "X2", refused=("x2",))
    report = desk.ingest(document, *wanted)
    assert (desk.titles("x1"), desk.titles("x2")) == (["A"], [])
    assert (report.programmes, report.channels) == (1, 1)
    assert desk.listed()[0]["x2"].programmes == 1


def test_the_times_of_a_source_are_shifted(desk):
    document = guide(programme("one.test", 0, 1))
    desk.ingest(document, shift="-2.5")
    assert desk.rows()[0][:2] == (-2.5, -1.5)
    desk.ingest(document, shift="Europe/Berlin")  # NOW is in summer: two hours ahead of UTC
    assert desk.rows()[0][:2] == (-2, -1)
    # What was moved otherwise is not carried over.
    assert len(desk.rows()) == 1


HOURS = st.integers(-60, 24 * 22)
SLOTS = st.tuples(
    st.sampled_from(["one.test", "two.test", "ONE.test", "three.test"]),
    HOURS | st.sampled_from(["soon", "20260230000000"]),
    st.one_of(st.none(), st.just("late"), st.integers(-1, 40)),
    st.sampled_from(["<title>A</title>", "<category>x</category>", "<desc>d</desc>"]),
)


@given(st.lists(st.lists(SLOTS, max_size=12), min_size=1, max_size=3), st.booleans())
@settings(derandomize=True, max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_rows_are_in_order_and_every_row_is_counted(desk, documents, partial):
    with GuideStore(desk.db) as opened:
        opened.remove_strangers(())
    for slots in documents:
        rows = [
            programme(channel, start, start + stop if isinstance(stop, int) and isinstance(start, int) else stop, body)
            for channel, start, stop, body in slots
        ]
        report = desk.ingest(guide(*rows), partial=partial)
        if not report.published:
            continue
        fresh = report.programmes - report.carried
        wanted = sum(channel != "three.test" for channel, *_ in slots)
        assert fresh + sum(report.dropped.values()) + report.outside == wanted
        assert report.programmes == len(desk.rows("one.test")) + len(desk.rows("two.test"))
        for channel in ("one.test", "two.test"):
            times = [row[:2] for row in desk.rows(channel)]
            assert all(start < stop and stop > -48 and start < 24 * 21 for start, stop in times)
            assert all(stop <= start for (_, stop), (start, _) in pairwise(times))
