"""The way from nothing to a picture: each step ends by what is there, so nothing about it is kept."""

from datetime import UTC, datetime

import pytest

from tunerr.model.channel import SourceId
from tunerr.model.status import SourceState, SourceStatus
from tunerr.views.device import client_urls
from tunerr.views.first_run import first_run_view
from tunerr.views.home import Asking
from tunerr.views.providers import Probe, ProviderCard
from tunerr.views.status import source_row

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ASKED = Asking("Plex/1.40", "192.0.2.8", "lineup", NOW)


def card(state=SourceState.OK, *, kind="playlist", answered=True):
    status = SourceStatus(SourceId("m3u"), kind, "http://x", state, succeeded_at=NOW if answered else None)
    return ProviderCard("m3u", "m3u", True, True, source_row(status), None, None, "")


def view(*cards, **given):
    usual = {"known": 100, "offered": 100, "limit": 479, "chosen": False, "changes": 0, "asked": None, "demo": False}
    urls = client_urls("http://192.0.2.5:5004")
    return first_run_view(cards=cards, probe=Probe(None, running=False), urls=urls, **{**usual, **given})


NEVER = card(SourceState.FAILED, answered=False)


@pytest.mark.parametrize(
    ("step", "cards", "given"),
    [
        (1, (), {}),
        (1, (card(kind="guide"),), {}),
        (1, (card(),), {"demo": True}),
        (2, (card(SourceState.WAITING, answered=False),), {}),
        (2, (NEVER,), {}),
        (2, (card(),), {"known": 0}),  # its channels are being put into order
        (3, (card(),), {"known": 480}),
        (3, (card(),), {"changes": 1}),
        (3, (card(),), {"changes": 1, "asked": ASKED}),
        (4, (card(),), {"known": 479}),
        (4, (card(),), {"known": 50_000, "chosen": True}),
        (4, (NEVER, card()), {}),
        (4, (card(SourceState.FAILED),), {}),
        (5, (card(),), {"asked": ASKED}),
        (5, (card(),), {"known": 50_000, "chosen": True, "asked": ASKED}),
    ],
)
def test_the_step_is_the_first_that_is_not_done(step, cards, given):
    assert view(*cards, **given).step == step


def test_somebody_waits_while_a_playlist_was_never_asked():
    assert view(card(SourceState.WAITING, answered=False)).waiting
    assert not view(card(SourceState.WAITING, kind="guide"), card()).waiting
    assert not view(NEVER).waiting


def test_the_demo_is_no_provider():
    assert view(card(), demo=True).cards == ()
    assert len(view(card()).cards) == 1
