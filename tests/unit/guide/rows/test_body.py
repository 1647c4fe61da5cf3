import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.unit.guide.documents import problems, wrapped
from tunerr.guide.messages import Taste
from tunerr.guide.rows.body import body_of
from tunerr.guide.rows.children import careful

START = 1787486400  # 2026-08-23 12:00 UTC
HOUR = 3600
DEFAULT = Taste()


def programme(children):
    return etree.fromstring(f"<programme>{children}</programme>")


def body(children, stop=None, taste=DEFAULT, name=""):
    made = body_of(programme(children), start=START, stop=stop, taste=taste, channel_name=name)
    # What was learned of a shape never shows.
    assert made == careful(programme(children), START, stop, taste, name)
    return made.decode()


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
        ("<lcn>5</lcn><series-id>x</series-id><unknown><title>no</title></unknown>", ""),
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
@settings(derandomize=True, max_examples=60, deadline=None)
def test_whatever_comes_in_what_goes_out_is_valid(children):
    element = etree.Element("programme")
    element.extend(children)
    made = body_of(element, start=START, stop=START + HOUR)
    if made:
        assert problems(wrapped(made.decode())) == []
        assert not any(unicodedata.category(letter) == "Cc" for letter in made.decode())
        assert body_of(programme(made.decode()), start=START, stop=START + HOUR) == made
    assert made == careful(element, START, START + HOUR, Taste(), "")


SIMPLE = st.sampled_from(
    [
        "<title>{}</title>",
        '<title lang="en">{}</title>',
        '<sub-title lang="de">{}</sub-title>',
        "<desc>{}</desc>",
        "<date>{}</date>",
        "<category>{}</category>",
        '<category lang="en">{}</category>',
        '<icon src="http://x/{}.png"/>',
        '<icon src="{}"/>',
        '<icon src="http://x/{}.png" width="3"/>',
        "<url>http://x/{}</url>",
        '<episode-num system="xmltv_ns">{}.1.</episode-num>',
        '<episode-num system="onscreen">{}</episode-num>',
        "<episode-num>{}</episode-num>",
        "<season>{}</season>",
        "<episode>{}</episode>",
        "<rating>{}</rating>",
        '<rating system="X"><value>{}</value></rating>',
        "<credits>{}<actor>{}</actor><director>{}</director></credits>",
        '<previously-shown start="{}"/>',
        "<premiere>{}</premiere>",
        "<subtitles type='teletext'><language>{}</language></subtitles>",
        "<video><present>{}</present></video>",
        "<desc>{} <b>{}</b> {}</desc>",
        "<lcn>{}</lcn>",
        "<live/>",
        "<new/>",
        "<title/>",
        "<!-- {} -->",
    ]
)
WORDS = st.sampled_from(
    [
        *(
            "a",
            "A b",
            "7",
            "0",
            "",
            " ",
            "a  b",
            " a\n b ",
            "R&amp;B",
            "x &amp;amp; y",
            "&lt;b&gt;c&lt;/b&gt;",
            "\u0092",
        ),
        *("Live", "Film", "News", "S1 E8", "x (S2, ep10)", "100%", "\xa0", "&#127;", "\ufffd", "it's q", "20200101"),
        *("caf\u00e9", "Football"),
    ]
)


@given(st.lists(st.tuples(SIMPLE, WORDS, WORDS, WORDS), max_size=7), st.sampled_from(["", "\n  "]), st.booleans())
@settings(derandomize=True, max_examples=400, deadline=None)
def test_what_was_learned_of_a_shape_gives_the_same_bytes(children, between, plain):
    """A shape is learned when it comes again; `plain`: without double blanks."""
    learned = "".join(shape.format("one", "two 2", "three") for shape, *_ in children)
    body(learned, START + HOUR)
    body(learned, START + HOUR)
    rows = between.join(shape.format(*words) for shape, *words in children)
    body(rows.replace("  ", " ") if plain else rows, START + HOUR)


@pytest.mark.parametrize(
    ("flag", "kept"),
    [
        ("<new/>", "<new/>"),
        ("<new>yes</new>", "<new/>"),
        ("<live/>", "<category>Live</category>"),
        ("<live>1</live>", "<category>Live</category>"),
        ("<category lang='en'>LIVE</category><live/>", '<category lang="en">LIVE</category>'),
        ("<premiere/>", "<premiere/>"),
        ("<premiere lang='en'>First ever</premiere>", '<premiere lang="en">First ever</premiere>'),
        ("<last-chance/>", "<last-chance/>"),
        ("<last-chance>Gone then</last-chance>", "<last-chance>Gone then</last-chance>"),
        ("<previously-shown/>", "<previously-shown/>"),
        ('<previously-shown start="20200101" channel="x"/>', '<previously-shown start="20200101"/>'),
    ],
)
def test_each_flag_goes_on(flag, kept):
    made = body(f"<title>t</title>{flag}")
    assert made == f"<title>t</title>{kept}"
    assert problems(wrapped(made)) == []
    assert body(made) == made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tom &amp;amp; Jerry", "Tom &amp; Jerry"),
        ("R&amp;B, AT&amp;T", "R&amp;B, AT&amp;T"),
        ("a&lt;br/&gt;b &lt;i&gt;c&lt;/i&gt;", "a b c"),
        ("1 &lt; 2, I &lt;3 you", "1 &lt; 2, I &lt;3 you"),
        ("caf&amp;#233;&amp;nbsp;au lait", "caf\u00e9 au lait"),
    ],
)
def test_web_markup_is_taken_out_of_texts(text, expected):
    assert body(f"<title>{text}</title>") == f"<title>{expected}</title>"


@pytest.mark.parametrize(
    ("children", "minutes", "added"),
    [
        (
            "<title>t</title><desc>d</desc>",
            30,
            '<episode-num system="original-air-date">2026-08-23 12:00:00</episode-num>',
        ),
        ("<title>t</title><desc>S1/E8 - x</desc>", 30, '<episode-num system="xmltv_ns">0.7.</episode-num>'),
        ("<title>t</title>", 30, ""),
        ("<title>t</title><desc>d</desc>", 90, ""),
        ("<title>t</title><desc>d</desc><category>Movie</category>", 30, ""),
    ],
)
def test_what_is_no_film_gets_a_number(children, minutes, added):
    made = body(children, START + minutes * 60)
    assert made == body(children, None).replace(added, "") + added
    assert problems(wrapped(made)) == []


def test_a_match_can_be_told_from_the_next():
    made = body("<title>NFL Football</title>", START + 3 * HOUR)
    number = '<episode-num system="original-air-date">2026-08-23 12:00:00</episode-num>'
    assert made == f"<title>NFL Football</title><sub-title>2026-08-23</sub-title>{number}"


def test_the_preferred_language_comes_first():
    children = "<title lang='fr'>F</title><title lang='de-AT'>D</title><desc lang='fr'>f</desc><desc lang='de'>d</desc>"
    made = body(children, taste=Taste(languages=("de", "en")))
    assert made == (
        '<title lang="de-AT">D</title><title lang="fr">F</title><desc lang="de">d</desc><desc lang="fr">f</desc>'
    )


def test_the_channel_stands_for_a_title_in_other_letters():
    taste = Taste(channel_for_others=True)
    made = body("<title lang='ru'>\u041d\u043e\u0432\u043e\u0441\u0442\u0438</title>", taste=taste, name="One & Two")
    assert made.startswith('<title>One &amp; Two</title><title lang="ru">')
    assert body(made, taste=taste, name="One & Two") == made


def test_a_foreign_namespace_is_no_guide():
    element = etree.fromstring('<tv xmlns="x"><programme><title>t</title></programme></tv>')[0]
    assert body_of(programme("<title>t</title>"), start=START) == b"<title>t</title>"
    assert body_of(element, start=START) == b""
