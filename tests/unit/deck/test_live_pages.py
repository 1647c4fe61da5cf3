"""The live pages as HTML, from views that were made from the gateway's own values."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from tests.tools.attempts import AT, PLEX, STORY, attempt
from tests.tools.rendering import rendered
from tests.tools.streams_now import NOW, candidate, stream, viewer
from tests.tools.structure import well_formed
from tunerr.deck.assets import Assets
from tunerr.deck.navigation import PLACES, Facts
from tunerr.deck.notice import NOTHING_TO_SAY
from tunerr.deck.page import Level
from tunerr.deck.render import Renderer
from tunerr.gateway.now import Standing
from tunerr.model.operator import Role, Visitor
from tunerr.model.status import TunerStatus
from tunerr.views.buffering import Machine
from tunerr.views.live import live_view, stream_view

TUNERS = (TunerStatus(0), TunerStatus(1, reserved_by="192.0.2.4"))
EVIL = "<script>alert(1)</script>"
BUSY = stream(
    1,
    viewers=(viewer(1), viewer(7, client=PLEX, cushion=4.0, backlog=2.5, lapped=1)),
    candidates=(
        candidate(Standing.WAITING, wait=3.4, trouble="The provider refused.", troubled_at=AT),
        candidate(),
        candidate(Standing.FULL),
    ),
    events=STORY,
)
OVER = attempt(3, status="all_upstreams_failed")


@pytest.fixture(scope="module")
def renderer():
    assets = Assets()
    return Renderer(asset=assets.url, has_asset=assets.has)


def render(renderer, template, view, *, live=False, path="/live", level=Level.OPERATOR, notice=NOTHING_TO_SAY):
    values = {
        "view": view, "live": True, "csrf": "t0ken", "notice": notice, "places": PLACES, "path": path,
        "facts": Facts(streams=1, channels=479, changes=0), "zone_cookie_path": "/tv", "zone": ZoneInfo("Europe/Paris"),
        "visitor": Visitor("admin", Role.ADMIN), "level": level, "query": "", "prefix": "/tv",
    }  # fmt: skip
    return rendered(renderer, template, values, live=live)


def all_live(*streams):
    return live_view(streams, TUNERS, Machine(), NOW)


def one(request, *streams, attempts=()):
    return stream_view(request, streams, attempts, Machine(), NOW, tuner="http://192.0.2.5:5004")


@pytest.mark.parametrize("view", [all_live(), all_live(BUSY, stream(2, state="slate", source=None))])
def test_all_that_plays_is_whole_as_a_page_and_as_a_live_part(renderer, view):
    html = render(renderer, "live.html", view)
    assert well_formed(html, root="/tv") == []
    part = render(renderer, "live.html", view, live=True)
    assert part.strip()
    assert "<html" not in part
    assert view.sentence in part
    assert "kept by 192.0.2.4 for itself" in part


@pytest.mark.parametrize(
    "view",
    [
        one("r000001", BUSY),
        one("r000002", stream(2, state="opening", source=None, viewers=(), candidates=(candidate(Standing.OPENING),))),
        one("r000003", attempts=(OVER,)),
    ],
)
@pytest.mark.parametrize("level", Level)
def test_a_stream_is_whole_as_a_page_and_as_a_live_part(renderer, view, level):
    html = render(renderer, "stream.html", view, path=f"/live/{view.request}", level=level)
    assert well_formed(html, root="/tv") == []
    assert f'src="/tv/preview/{view.channel_id}.ts"' in html
    assert "it holds a tuner" in html
    part = render(renderer, "stream.html", view, live=True, path=f"/live/{view.request}", level=level)
    assert "t-player" not in part, "a picture that plays must not be renewed"


def test_an_act_names_what_it_ends_and_how_many_watch(renderer):
    html = render(renderer, "stream.html", one("r000001", BUSY), path="/live/r000001")
    assert "Stop 1 Channel 1? 2 viewers lose the picture." in html
    assert "Stop VLC 3.0 on 192.0.2.7? Others go on." in html
    assert 'action="/tv/act/stream-switch"' in html
    assert 'action="/tv/act/viewer-stop"' in html
    why = "The channel has one source only."
    alone = render(renderer, "stream.html", one("r000002", stream(2, no_other=why)), path="/live/r000002")
    assert "stream-switch" not in alone
    assert why in alone


def test_what_comes_from_outside_is_text(renderer):
    named = replace(BUSY, attempt=replace(BUSY.attempt, name=EVIL))
    for html in (
        render(renderer, "live.html", all_live(named)),
        render(renderer, "stream.html", one("r000001", named), path="/live/r000001"),
    ):
        assert EVIL not in html
        assert "&lt;script&gt;alert(1)" in html
