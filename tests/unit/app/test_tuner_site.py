import pytest

from tunerr.app.tuner_site import _is_for_others
from tunerr.config.sections import DeckSettings


@pytest.mark.parametrize(
    ("settings", "linked"), [({}, True), ({"allow_lan": False}, False), ({"disabled": True}, False)]
)
def test_the_welcome_page_links_a_deck_that_its_readers_can_reach(settings, linked):
    assert _is_for_others(DeckSettings(**settings)) is linked
