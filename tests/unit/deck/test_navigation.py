"""Where one can go."""

import pytest

from tests.unit.deck.frame_rig import page, running
from tunerr.deck.navigation import PLACES, Facts, Place
from tunerr.deck.page import Level

BY_PATH = {place.path: place for place in PLACES}


@pytest.mark.parametrize(
    ("place", "path", "holds"),
    [
        ("/", "/", True),
        ("/", "/channels", False),
        ("/channels", "/channels", True),
        ("/channels", "/channels/dna-1", True),
        ("/channels", "/channels/", True),
        ("/channels", "/channelsx", False),
        ("/guide", "/guide/repair", True),
        ("/guide", "/", False),
    ],
)
def test_a_page_belongs_to_one_place(place, path, holds):
    assert BY_PATH[place].holds(path) is holds


def test_no_page_belongs_to_two_places():
    for path in (*BY_PATH, "/channels/groups", "/live/r000001", "/settings/users"):
        assert sum(place.holds(path) for place in PLACES) == 1, path


def test_the_figures_beside_places_are_there():
    facts = Facts(1, 2, 3)
    assert [getattr(facts, place.count) for place in PLACES if place.count] == [1, 2]


@pytest.mark.parametrize("level", Level)
async def test_the_navigation_has_what_the_level_shows_and_marks_where_one_is(tmp_path, level):
    async with running(tmp_path) as frame, frame.browser(iptvtunerr_deck_level=level.name.lower()) as browser:
        _, home = await page(browser)
        _, elsewhere = await page(browser, "/things/one")
    shown = [place for place in PLACES if place.level <= level]
    assert [place.path for place in PLACES if f'<li><a href="{place.path}"' in home] == [place.path for place in shown]
    assert home.count('aria-current="page"') == 1
    assert '<a href="/" aria-current="page">Home</a>' in home
    assert 'aria-current="page"' not in elsewhere
    assert 'Channels <span class="muted">12,345</span>' in home


def test_a_place_is_for_everybody_unless_it_says_so():
    assert Place("/x", "X", Level.LAB).role.name == "VIEWER"
