"""Rows that pass by the parser: nothing tells them from those that went through it."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.unit.guide.documents import SHARED, guide, programme
from tunerr.errors import NotAGuide
from tunerr.guide.messages import Taste
from tunerr.guide.reading.document import GuideDocument
from tunerr.guide.rows.body import body_of
from tunerr.guide.rows.children import careful
from tunerr.guide.rows.plain import END, Plain, plain

START = 1787486400
TIMES = 'start="20260823120000 +0000" stop="20260823130000 +0000"'
SOUND = (
    '<programme {times} channel="{word}"><title lang="en">{word}</title><desc>{word}</desc></programme>',
    '<programme {times} channel="b">\n  <title>{word}</title>\n  <icon src="http://x/{word}"/>\n</programme>',
    '<programme {times} channel="c"><title>t</title><previously-shown start="{word}"/><new/></programme>',
    "<programme {times} channel='d'><title >{word}</title ><category>{word}</category></programme>",
    '<programme {times} channel="e"><title>t</title><episode-num system="XMLTV_NS">{word}</episode-num></programme>',
    '<programme {times} channel="f"><title>t</title><url\n>{word}</url></programme>',
)
ODD = (
    "<!-- {word} -->",
    "<!-- <programme {times} channel='x'><title>{word}</title></programme> -->",
    "<programme {times} channel='x'/><!-- </programme> -->",
    "<programme {times} channel='x'/><!-- ",
    "<![CDATA[</programme>]]>",
    "<?x </programme> ?>",
    "<programme {times} channel='x'><title><![CDATA[{word}</title></programme>]]></title></programme>",
    "<x><programme {times} channel='x'><title>{word}</title></programme></x>",
    "<programme {times} channel='x'><programme {times} channel='y'><title>t</title></programme></programme>",
    '<programme {times} channel="x"><title>a>title>b</title></programme>',
    '<programme {times} channel="x"><title>t</title><icon \x01"/></programme>',
    '<programme {times} xmlns="urn:x" channel="x"><title>t</title></programme>',
    '<programme {times} channel="x" channel="y"><title>t</title></programme>',
    "<programme {times} channel='x'><title>t</programme>",
    '<programme {times} channel="b">\n  <title>t</title>\n  <icon src="http://x/<{word}"/>\n</programme>',
    '<programme {times} channel="b">\n  <title>t</title>\n  <icon src="http://x/>{word}"/>\n</programme>',
    '<programme {times} channel="c"><title>t</title><previously-shown start="</title>"/><new/></programme>',
    "<channel id='{word}'><display-name>{word}</display-name></channel>",
    "text",
    "</tv>",
)
WORDS = st.sampled_from(
    [
        *("a", "A b", "7", "0.1.", "", " ", "a  b", " a\n b ", "a\r\nb", "a\tb", "R&amp;B", "x &amp;amp; y", "a > b"),
        *("&lt;b&gt;c&lt;/b&gt;", "&quot;q&quot;", "&#233;", "&nbsp;", "R & B", "\x02", "caf\u00e9", "\u0092", "]]>"),
        *("S1 E8", "20200101", "\ufffe", "0" * 70_000),
    ]
)
PIECES = st.tuples(st.sampled_from((*SOUND, *SOUND, *SOUND, *ODD)), WORDS)


def seen(path, *, quick):
    """What a document says, and how many of its rows passed by the parser."""
    opened = GuideDocument(path)
    opened._quick = quick
    rows, passed = [], 0
    try:
        for element in opened.elements():
            passed += isinstance(element, Plain)
            if element.tag == "programme":
                body = body_of(element, start=START, stop=START + 3600)
                rows.append((*map(element.get, ("channel", "start", "stop")), body))
            else:
                rows.append(etree.tostring(element, with_tail=False))
    except NotAGuide as error:
        rows.append(str(error))
    return (rows, opened.whole, opened.damage > 0), passed


@given(st.lists(PIECES, max_size=12), st.sampled_from(["", "\n", "\r\n  "]), st.sampled_from(["", "</tv>"]))
@settings(derandomize=True, max_examples=150, deadline=None)
def test_rows_are_the_same_whether_they_pass_by_the_parser_or_not(tmp_path_factory, pieces, between, end):
    path = tmp_path_factory.getbasetemp() / "plain.xml"
    known = [row.format(times=TIMES, word="word") for row in SOUND] * 3
    rows = [*known, *(piece.format(times=TIMES, word=word) for piece, word in pieces), *known]
    path.write_bytes(guide(between.join(rows), end=end))
    expected, none = seen(path, quick=False)
    assert none == 0
    assert seen(path, quick=True)[0] == expected


@pytest.mark.parametrize(
    ("document", "passes"),
    [
        (guide(*[programme("a", 0, 1)] * 9), True),
        (guide(*[programme("a", 0, 1)] * 9).replace(b"\n", b"\r\n"), True),
        (b"\xef\xbb\xbf" + guide(*[programme("a", 0, 1)] * 9), True),
        (guide(*[programme("a", 0, 1)] * 9).replace(b"UTF-8", b"ISO-8859-1"), False),
        (guide(*[programme("a", 0, 1)] * 9, head='<!DOCTYPE tv [<!ATTLIST title lang CDATA "en">]>'), False),
        (guide("<x>", *[programme("a", 0, 1)] * 9, "</x>"), False),
        (guide(*[programme("a", 0, 1)] * 9, head="<!-- x -->"), True),
        (guide("\x02", *[programme("a", 0, 1)] * 9), False),
    ],
    ids=["plain", "crlf", "bom", "latin", "declared", "nested", "comment", "control"],
)
def test_which_rows_pass_by_the_parser(tmp_path, document, passes):
    path = tmp_path / "guide.xml"
    path.write_bytes(document)
    found, passed = seen(path, quick=True)
    assert (passed > 0) == passes
    assert found == seen(path, quick=False)[0]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared sample guides are not on this machine")
@pytest.mark.parametrize("name", ["plutotv-gb", "dstv-za"])
def test_real_rows_are_the_same_whether_they_pass_by_the_parser_or_not(name):
    passed = 0
    for row in gzip.decompress((SHARED / f"{name}.xml.gz").read_bytes()).split(END):
        found = plain(row)
        if found is not None:
            passed += 1
            body = body_of(found, start=START, stop=START + 1800)
            assert body == careful(found.node(), START, START + 1800, Taste(), "")
            names = ("start", "stop", "channel")
            assert [*map(found.get, names)] == [*map(found.node().get, names)]
    assert passed > 100
