import gzip

import pytest
from lxml import etree

from tests.unit.guide.documents import SHARED
from tunerr.guide.messages import Taste
from tunerr.guide.rows import shapes
from tunerr.guide.rows.children import NO_TASTE, careful

START = 1787486400


@pytest.fixture
def known():
    return shapes.Shapes()


def raw(children):
    return f'<programme start="1" channel="c">{children}</programme>'


def made_of(known, row, taste=NO_TASTE):
    split = known.split(row.removesuffix("</programme>"))
    return None if split is None else known.written(split, START, START + 1800, taste)


def written(known, children, taste=NO_TASTE):
    return made_of(known, raw(children), taste)


def test_a_shape_is_known_from_the_second_time_on(known):
    rows = [f"<desc>d{n}</desc>\n<title>t{n}</title><rating>{n}</rating>" for n in range(1, 4)]
    first, *others = [written(known, row) for row in rows]
    assert first is None
    assert others == [careful(etree.fromstring(raw(row)), START, START + 1800, Taste(), "") for row in rows[1:]]
    assert b"<title>t3</title><desc>d3</desc>" in others[1]


@pytest.mark.parametrize(
    "children",
    [
        "<title>t</title><desc>a <b>b</b> c</desc>",
        '<title>t</title><icon src=\'http://x/1\'/><icon src="http://x/2"/><icon src="http://x/3"/>',
        '<title>t</title><credits><actor role="R">A</actor></credits>',
        "<title>t &amp;amp; u</title>",
        "<title>t</title><category>x</category><category>x</category>",
        '<title>t</title><icon src="file:///x"/>',
        "<desc>d</desc>",
        "<title>t</title><!-- c -->",
    ],
)
def test_what_a_shape_does_not_tell_goes_the_careful_way(known, children):
    assert [written(known, children) for _ in range(3)] == [None] * 3


def test_texts_to_choose_from_go_the_careful_way(known):
    children = '<title lang="en">t</title><title lang="de">u</title>'
    assert [written(known, children) is None for _ in range(3)] == [True, False, False]
    assert written(known, children, Taste(languages=("de",))) is None
    assert written(known, children, Taste(channel_for_others=True)) is None


def test_a_guide_of_ever_new_shapes_does_not_fill_the_memory(known, monkeypatch):
    monkeypatch.setattr(shapes, "_MOST_SHAPES", 10)
    monkeypatch.setattr(shapes, "_MOST_SEEN", 20)
    for number in range(100):
        for _ in range(2):
            written(known, f'<title lang="x{number}">t</title>')
    assert len(known._known) <= 10
    assert len(known._seen) <= 20


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared sample guides are not on this machine")
@pytest.mark.parametrize("name", ["plutotv-gb", "dstv-za"])
def test_nearly_all_rows_of_real_guides_have_known_shapes(known, name):
    rows = etree.fromstring(gzip.decompress((SHARED / f"{name}.xml.gz").read_bytes())).findall("programme")
    quick = 0
    for row in rows:
        text = etree.tostring(row, encoding="unicode", with_tail=False)
        made = made_of(known, text)
        if made is not None:
            quick += 1
            assert made == careful(row, START, START + 1800, Taste(), "")
    assert quick > 0.98 * len(rows)
