from tests.unit.views.test_preview import lineup
from tunerr.lineup.renumber import Renumbered
from tunerr.model.numbers import GuideNumber
from tunerr.views.order import order_view, renumbering_view
from tunerr.views.paging import pages_of


def test_each_row_says_its_place_and_the_one_before():
    held = lineup(a=5, b=6, c=7)
    view = order_view(held, list("abc"), list("cab"), pages_of("1", 3, 100), None)
    assert [(row.place, row.channel, row.number, row.was) for row in view.rows] == [
        (1, "c", "7", 3), (2, "a", "5", 1), (3, "b", "6", 2),
    ]  # fmt: skip
    assert (view.total, view.staged) == (3, 3)
    assert [(group.title, group.place, group.channels) for group in view.groups] == [("", 1, 3)]


def test_the_last_page_begins_where_the_one_before_ended():
    held = lineup(**{f"c{index}": index + 1 for index in range(105)})
    order = list(held.by_id)
    view = order_view(held, order, order, pages_of("2", 105, 100), None)
    assert [row.place for row in view.rows] == [101, 102, 103, 104, 105]
    assert view.staged == 0


def test_pages_are_the_nearest_there_are():
    assert [pages_of(text, 250, 100).page for text in ("", "2", "99", "0", "-1", "x", "9" * 20)] == [
        1,
        2,
        3,
        1,
        1,
        1,
        3,
    ]
    assert pages_of("5", 0, 100).pages == 1


def test_numbers_that_clients_know_are_counted():
    changes = [
        Renumbered("a", GuideNumber(5), GuideNumber(1), 1, 1, seen=True),
        Renumbered("b", GuideNumber(6), GuideNumber(2), 1, 1, seen=False),
    ]
    view = renumbering_view(changes, {"a": "Alpha"}, start=1, version="v")
    assert (view.known, view.changes.count) == (1, 2)
    assert [(row.name, row.was, row.now, bool(row.note)) for row in view.changes.rows] == [
        ("Alpha", "5", "1", True), ("b", "6", "2", False),
    ]  # fmt: skip
