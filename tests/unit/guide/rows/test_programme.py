"""What is read out of a body is what `body_of` was given."""

import pytest
from lxml import etree

from tunerr.guide.messages import Taste
from tunerr.guide.rows.body import body_of
from tunerr.guide.rows.programme import Details, details_of, titles_of

FULL = """
<title lang="en">Tom &amp; "Jerry" &lt;1&gt;</title><title lang="de">Tom und Jerry</title>
<sub-title lang="en">The Cat</sub-title><sub-title lang="de">Die Katze</sub-title>
<desc>Long &amp;amp; short.</desc><credits><director>A. Title</director><actor>B. Icon</actor></credits>
<date>20190504</date><category lang="en">Series</category><category lang="de">Kinder &amp; Familie</category>
<icon src="http://a.test/i.png?x=1&amp;y=2"/><episode-num system="xmltv_ns">0.4/10.</episode-num>
<premiere>First</premiere><new/><rating system="MPAA"><value>PG-13</value><icon src="http://a.test/r.png"/></rating>
"""


def body(children):
    element = etree.fromstring(f'<programme start="20260101" channel="a">{children}</programme>')
    return body_of(element, start=1_767_225_600, taste=Taste(), channel_name="Channel")


def written(children):
    found = body(children)
    return found if isinstance(found, bytes) else found.encode()


def test_everything_that_is_told():
    assert details_of(written(FULL)) == Details(
        title='Tom & "Jerry" <1>',
        sub_title="The Cat",
        description="Long & short.",
        categories=("Series", "Kinder & Familie"),
        episode="S01E05",
        date="20190504",
        icon="http://a.test/i.png?x=1&y=2",
        rating="PG-13",
        new=True,
        premiere=True,
    )


def test_what_is_not_told_is_empty():
    assert details_of(written("<title>Film</title>")) == Details("Film")
    assert details_of(b"") == details_of(b"<title>broken") == details_of(b"\xff<x></y>") == Details("")


@pytest.mark.parametrize(
    ("numbers", "episode"),
    [
        ('<episode-num system="xmltv_ns">1.11.</episode-num>', "S02E12"),
        ('<episode-num system="xmltv_ns">.11.</episode-num>', "E12"),
        ('<episode-num system="onscreen">s3 e7</episode-num>', "S03E07"),
    ],
)
def test_the_number_of_an_episode(numbers, episode):
    assert details_of(written(f"<title>Film</title>{numbers}")).episode == episode


def test_text_is_unescaped_once():
    assert details_of(b"<title>a &amp;lt; b</title>").title == "a &lt; b"


def test_live_and_repeated():
    assert details_of(written("<title>Film</title><live/>")).live
    assert details_of(written("<title>Film</title><previously-shown/>")).repeat


def test_an_icon_of_a_rating_is_not_that_of_the_programme():
    found = details_of(b'<title>T</title><rating><value>18</value><icon src="http://a.test/18.png"/></rating>')
    assert (found.icon, found.rating) == ("", "18")


def test_titles_in_all_languages():
    assert titles_of(written(FULL)) == ('Tom & "Jerry" <1>\nTom und Jerry', "The Cat\nDie Katze")
