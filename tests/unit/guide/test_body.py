import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.unit.guide.documents import problems, wrapped
from tunerr.guide.body import body_of


def body(children):
    return body_of(etree.fromstring(f"<programme>{children}</programme>"))


RICH = (
    '<title lang="en">A &amp; B</title><title lang="fr">C</title><sub-title>Pilot</sub-title>'
    '<desc lang="en">Long.</desc>'
    '<credits><director>D</director><actor role="R" guest="yes">E</actor><guest>G</guest></credits><date>2026</date>'
    '<category lang="en">Drama</category><keyword>k</keyword><language>en</language><orig-language>fr</orig-language>'
    '<length units="minutes">90</length><icon src="https://x/y.png" width="1" height="2"/><url system="s">http://x/</url>'
    '<country>GB</country><episode-num system="xmltv_ns">1.2.0/1</episode-num>'
    '<episode-num system="onscreen">S02E03</episode-num><video><present>yes</present><aspect>16:9</aspect>'
    '<quality>HDTV</quality></video><audio><stereo>surround</stereo></audio><previously-shown start="2020"/>'
    '<premiere lang="en">First</premiere><last-chance/><new/><subtitles type="teletext"><language>en</language>'
    '</subtitles><rating system="BBFC"><value>15</value><icon src="https://x/15.png"/></rating><star-rating>'
    '<value>3/5</value></star-rating><review type="text" source="S" reviewer="R" lang="en">Fine.</review>'
)


def test_what_is_good_stays_letter_for_letter():
    assert body(RICH) == RICH
    assert problems(wrapped(RICH)) == []


def test_order_becomes_that_of_the_dtd_and_nothing_doubled():
    shuffled = "<new/><desc>d</desc><category>x</category><title>t</title><category>x</category><new/><date>1</date>"
    assert body(shuffled) == "<title>t</title><desc>d</desc><date>1</date><category>x</category><new/>"


@pytest.mark.parametrize(
    ("given_children", "expected"),
    [
        ("<rating>18</rating>", "<rating><value>18</value></rating>"),
        ('<rating system="FPB"><value> </value></rating>', ""),
        ("<star-rating>3/5</star-rating>", "<star-rating><value>3/5</value></star-rating>"),
        ("<season>1</season><episode>8</episode>", '<episode-num system="xmltv_ns">0.7.</episode-num>'),
        (
            '<episode>8</episode><episode-num system="xmltv_ns">0 . 1 .</episode-num>',
            '<episode-num system="xmltv_ns">0.1.</episode-num>',
        ),
        (
            '<episode-num system="xmltv_ns">0.1.</episode-num><episode-num system="xmltv_ns">0.2.</episode-num>',
            '<episode-num system="xmltv_ns">0.1.</episode-num>',
        ),
        ('<episode-num system="xmltv_ns">S01E02</episode-num>', ""),
        ("<episode-num>7</episode-num>", "<episode-num>7</episode-num>"),
        ("<desc> \n </desc><category/><credits/><video/><date/>", ""),
        ('<icon src="file:///etc/passwd"/><icon/><icon src="http://x/a b"/>', '<icon src="http://x/a%20b"/>'),
        ("<live/><lcn>5</lcn><series-id>x</series-id><unknown><title>no</title></unknown>", ""),
        ('<length>90</length><length units="minutes">90</length>', '<length units="minutes">90</length>'),
        ('<subtitles type="braille"/>', "<subtitles/>"),
        ('<previously-shown channel="bbc.uk" start="2020"/>', '<previously-shown start="2020"/>'),
        (
            "<audio><stereo>mono</stereo><present>yes</present></audio>",
            "<audio><present>yes</present><stereo>mono</stereo></audio>",
        ),
        (
            '<credits><guest>G</guest><actor guest="maybe">A<image>http://x/i</image></actor></credits>',
            "<credits><actor>A</actor><guest>G</guest></credits>",
        ),
        ('<review type="video">x</review><url>javascript:1</url>', ""),
        ('<desc lang="en" onclick="x">a <b>bold</b> word</desc>', '<desc lang="en">a bold word</desc>'),
    ],
)
def test_wrong_structures_are_repaired_or_left_out(given_children, expected):
    made = body(f"<title>t</title>{given_children}")
    # Descriptions stand before, everything else behind the places that are looked at here.
    assert made == f"<title>t</title>{expected}"
    assert problems(wrapped(made)) == []


def test_a_missing_title_is_found_elsewhere():
    promoted = body('<sub-title lang="en">The sub-title</sub-title><desc>d</desc>')
    assert promoted == '<title lang="en">The sub-title</title><desc>d</desc>'
    assert body("<title> </title><desc>d</desc>") == "<title>No title</title><desc>d</desc>"
    assert body("<category>Drama</category>") == ""


def test_long_texts_are_bounded():
    made = body(f"<title>t</title><desc>{'x' * 100_000}</desc>")
    assert len(made) < 8100


TAGS = st.sampled_from(
    [
        "title",
        "sub-title",
        "desc",
        "credits",
        "actor",
        "director",
        "guest",
        "date",
        "category",
        "keyword",
        "language",
        "orig-language",
        "length",
        "icon",
        "url",
        "country",
        "episode-num",
        "video",
        "present",
        "colour",
        "aspect",
        "quality",
        "audio",
        "stereo",
        "previously-shown",
        "premiere",
        "last-chance",
        "new",
        "subtitles",
        "rating",
        "value",
        "star-rating",
        "review",
        "image",
        "season",
        "episode",
        "live",
        "lcn",
    ]
)
NAMES = st.sampled_from(
    [
        "lang",
        "system",
        "src",
        "units",
        "type",
        "start",
        "channel",
        "role",
        "guest",
        "width",
        "reviewer",
        "source",
        "onclick",
    ]
)
VALUES = st.one_of(
    st.sampled_from(
        ["", "en", "xmltv_ns", "onscreen", "minutes", "teletext", "text", "yes", "http://x/ y", "0.1.", "3"]
    ),
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8),
)


def xml_safe(text):
    return "".join(c for c in text if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff"))


@st.composite
def trees(draw, depth=3):
    made = etree.Element(draw(TAGS), {name: xml_safe(draw(VALUES)) for name in draw(st.sets(NAMES, max_size=3))})
    made.text, made.tail = xml_safe(draw(VALUES)), xml_safe(draw(VALUES))
    if depth:
        made.extend(draw(st.lists(trees(depth=depth - 1), max_size=3)))
    return made


@given(st.lists(trees(), max_size=8))
@settings(derandomize=True, max_examples=200, deadline=None)
def test_whatever_comes_in_what_goes_out_is_valid(children):
    programme = etree.Element("programme")
    programme.extend(children)
    made = body_of(programme)
    if made:
        assert problems(wrapped(made)) == []
        again = body_of(etree.fromstring(f"<programme>{made}</programme>"))
        assert again == made
