import pytest

from tunerr.errors import ActionRefused
from tunerr.lineup.allotment import Devices, Place
from tunerr.lineup.numbering import Holding
from tunerr.lineup.renumber import moved_by, places, resequenced
from tunerr.model.numbers import GuideNumber


def held(number, channel, *, seen=None, device=1, absent=None):
    return Holding(GuideNumber.parse(str(number)), channel, "m3u", 0.0, seen, device, absent)


ROWS = (held("5.1", "a", seen=1.0), held(7, "b"), held(9, "c"), held(1, "gone", seen=1.0, absent=2.0))


def shown(changes):
    return [(row.channel, str(row.old), str(row.new), row.new_device, row.seen) for row in changes]


def test_resequenced_in_the_order_given():
    changes = resequenced(ROWS, order=["c", "a", "new", "b"], fixed=(), devices=Devices(9))
    assert shown(changes) == [("c", "9", "2", 1, False), ("a", "5.1", "3", 1, True), ("b", "7", "4", 1, False)]


def test_resequencing_fills_devices_again_and_passes_over_the_operators_numbers():
    rows = (*ROWS, held(1002, "d", device=2), held(101, "own"))
    changes = resequenced(
        rows, order=["own", "d", "c", "b", "a"], fixed={GuideNumber(101)}, devices=Devices(3, 2), start=100
    )
    assert shown(changes) == [
        ("d", "1002", "100", 1, False),
        ("c", "9", "102", 1, False),
        ("b", "7", "1100", 2, False),
        ("a", "5.1", "1101", 2, True),
    ]


def test_what_finds_no_place_keeps_its_number_to_itself():
    changes = resequenced(ROWS, order=["c", "b", "a"], fixed=(), devices=Devices(2))
    assert shown(changes) == [("c", "9", "2", 1, False), ("b", "7", "3", 1, False)]
    rows = (held(2, "a"), held(3, "b"), held(4, "c"))
    changes = resequenced(rows, order=["c", "b", "a"], fixed=(), devices=Devices(2))
    assert shown(changes) == [("c", "4", "1", 1, False), ("b", "3", "3", 1, False)]
    assert places(changes) == {"c": Place(GuideNumber(1), 1)}


def test_moved_by_an_offset():
    changes = moved_by(ROWS, 100, fixed={GuideNumber(7)})
    assert shown(changes) == [("a", "5.1", "105.1", 1, True), ("c", "9", "109", 1, False)]


@pytest.mark.parametrize(("offset", "words"), [(-9, "no channel number"), (-8, "belongs to another"), (2, "belongs")])
def test_an_offset_that_can_t_be_is_refused(offset, words):
    rows = (held(9, "c"), held(1, "gone", absent=2.0), held(11, "own"))
    with pytest.raises(ActionRefused, match=words):
        moved_by(rows, offset, fixed={GuideNumber(11)})


@pytest.mark.parametrize("start", [-1, 0, 100_000])
def test_a_start_that_is_no_number_is_refused(start):
    with pytest.raises(ActionRefused, match="no channel number"):
        resequenced(ROWS, order=["c", "a", "b"], fixed=(), devices=Devices(9), start=start)
