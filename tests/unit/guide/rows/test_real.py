import pytest

from tunerr.guide.rows.real import is_real


@pytest.mark.parametrize(
    ("body", "name", "real"),
    [
        ("<title>One</title>", "One", False),
        ('<title lang="en">one</title><date>2020</date>', " One ", False),
        ("<title>A &amp; B</title>", "A & B", False),
        ('<title>One</title><title lang="ru">ONE</title><icon src="http://x/"/>', "One", False),
        ("<title>Other</title>", "One", True),
        ("<title>One</title><title>Other</title>", "One", True),
        ("<title>One</title><sub-title>s</sub-title>", "One", True),
        ("<title>One</title><desc>d</desc>", "One", True),
        ('<title>One</title><category lang="en">News</category>', "One", True),
        ("<title>One</title>", "", True),
        ("", "One", False),
    ],
)
def test_a_row_that_says_nothing_but_the_channel_is_none(body, name, real):
    assert is_real(body.encode(), name) is real
