"""Guides of any size: what is in them, in which order, and what is wrong with their rows."""

import gzip
import io
import lzma
import subprocess
import tracemalloc
import zipfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree

from tunerr.guide.rows.times import parse_time
from tunerr.lab.guides import Flaw, Shape, document
from tunerr.lab.guides.bodies import body
from tunerr.lab.guides.forms import FORMS, packed

FIRST = 1_790_000_000 // 3600 * 3600
DTD = Path("/usr/share/xmltv/xmltv.dtd")
SHAPE = Shape(FIRST, channels=7, programmes=300, ids=("one.test", "two.test"))


def text(shape, window=None):
    return b"".join(document(shape, window))


def rows(shape, window=None):
    """(channel, start, stop, title) of every row, as a lenient reader sees them."""
    tree = etree.fromstring(text(shape, window), etree.XMLParser(recover=True))
    return [
        (row.get("channel"), parse_time(row.get("start")), parse_time(row.get("stop") or ""), row.findtext("title"))
        for row in tree.iter("programme")
    ]


@pytest.mark.skipif(not DTD.is_file(), reason="the DTD of XMLTV is not installed")
@pytest.mark.parametrize("shape", [SHAPE, replace(SHAPE, order="time"), replace(SHAPE, order="backwards")])
def test_a_guide_without_flaws_is_valid(shape, tmp_path):
    path = tmp_path / "guide.xml"
    path.write_bytes(text(shape))
    subprocess.run(["xmllint", "--noout", "--dtdvalid", DTD, path], check=True)


def test_every_channel_has_its_rows_without_gaps():
    found = rows(SHAPE)
    assert len(found) == 300
    for number in range(7):
        own = [row for row in found if row[0] == SHAPE.id(number)]
        assert len(own) == SHAPE.rows(number) in {42, 43}
        assert own[0][1] == FIRST
        assert all(one[2] == other[1] for one, other in pairwise(own))
    assert {row[0] for row in found} >= {"one.test", "two.test", "channel2.de"}


def test_equal_shapes_give_equal_bytes_and_other_seeds_other_ones():
    assert text(SHAPE) == text(replace(SHAPE))
    assert text(SHAPE) != text(replace(SHAPE, seed=1))
    assert all(row[3].startswith("A: ") for row in rows(replace(SHAPE, title="A: ")))


def test_order_changes_nothing_else():
    for order in ("time", "backwards"):
        shape = replace(SHAPE, order=order)
        assert rows(shape) != rows(SHAPE)
        assert sorted(rows(shape)) == sorted(rows(SHAPE))
    last = text(replace(SHAPE, channels_last=True))
    assert last.index(b"<channel ") > last.rindex(b"<programme ")
    assert len(last) == len(text(SHAPE))


def test_a_window_has_the_rows_that_touch_it():
    window = (FIRST + 5 * 3600, FIRST + 7 * 3600)
    wanted = [row for row in rows(SHAPE) if row[1] < window[1] and row[2] > window[0]]
    assert 0 < len(wanted) < 300
    assert rows(SHAPE, window) == wanted


def test_rows_of_an_hour():
    assert {row[2] - row[1] for row in rows(replace(SHAPE, hours=1))} == {3600}


def test_zones_leave_the_moments_alone():
    shape = replace(SHAPE, flaws=frozenset({Flaw.ZONES}), every=2)
    assert text(shape) != text(SHAPE)
    assert rows(shape) == rows(SHAPE)


@pytest.mark.parametrize("flaw", sorted(set(Flaw) - {Flaw.ZONES}))
def test_a_flaw_is_in_its_share_of_rows(flaw):
    shape = replace(SHAPE, flaws=frozenset({flaw}), every=10)
    assert text(shape).count(b"<programme ") == 300
    good, odd = text(SHAPE).splitlines(), text(shape).splitlines()
    differ = sum(one != other for one, other in zip(good, odd, strict=False)) if len(good) == len(odd) else None
    assert differ is None or 30 <= differ <= 36
    assert text(shape) != text(SHAPE)


def test_all_flaws_at_once_each_have_rows():
    found = text(replace(SHAPE, flaws=frozenset(Flaw), every=1))
    for mark in (b'start="soon"', b"<title></title>", b" & more</title>", b"\x02</title>", b"-0330"):
        assert mark in found
    assert found.count(b" stop=") < 300


def test_the_forms_unpack_to_the_same():
    plain = text(SHAPE)
    sent = {form: b"".join(packed(document(SHAPE), form)) for form in FORMS}
    assert sent["xml"] == plain
    assert gzip.decompress(sent["xml.gz"]) == plain
    assert lzma.decompress(sent["xml.xz"]) == plain
    with zipfile.ZipFile(io.BytesIO(sent["xml.zip"])) as archive:
        assert archive.read("guide.xml") == plain


@pytest.mark.parametrize("fault", ["bomb_of_spaces", "bomb_of_rows"])
def test_bombs_are_10_gb_and_take_no_memory(fault):
    tracemalloc.start()
    try:
        sent = sum(len(piece) for piece in body(SHAPE, "xml", fault, None))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sent < 60e6
    assert most < 60e6
    first, member = [piece for piece, _ in zip(body(SHAPE, "xml", fault, None), range(2), strict=False)]
    assert gzip.decompress(first).endswith(b"<tv>\n" if fault == "bomb_of_spaces" else b"</channel>\n")
    members = sum(1 for _ in body(SHAPE, "xml", fault, None)) - 1
    assert len(gzip.decompress(member)) * members >= 9.9e9


def test_a_shape_has_room_for_its_ids():
    with pytest.raises(ValueError, match="2 ids"):
        Shape(FIRST, channels=1, ids=("a", "b"))
