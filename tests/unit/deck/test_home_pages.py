"""Home, the timeline and the charts as HTML, in every state."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.tools.rendering import rendered
from tests.tools.samples import AT, day
from tests.tools.streams_now import candidate, stream, viewer
from tests.tools.structure import well_formed
from tunerr.deck.assets import Assets
from tunerr.deck.navigation import PLACES, Facts
from tunerr.deck.notice import NOTHING_TO_SAY
from tunerr.deck.page import Level
from tunerr.deck.render import Renderer
from tunerr.gateway.now import Standing
from tunerr.model.happening import HAPPENING_KINDS, Happening
from tunerr.model.operator import Role, Visitor
from tunerr.model.status import TunerStatus
from tunerr.views.activity import activity_view
from tunerr.views.device import client_urls
from tunerr.views.history import trends
from tunerr.views.home import Asking, HomeView, figures, watching
from tunerr.views.metrics import metrics_view
from tunerr.views.verdict import Verdict

EVIL = "<script>alert(1)</script>\u202egnp"
BUSY = stream(
    1, viewers=(viewer(1), viewer(2), viewer(3), viewer(4)),
    candidates=(candidate(Standing.WAITING, wait=3.4, trouble=EVIL), candidate()),
)  # fmt: skip


def named(one, name):
    return replace(one, attempt=replace(one.attempt, name=name))


def figures_of(samples, *, guide, slot_limit=None, channels=479, left_out=0):
    return figures(
        tuners=(TunerStatus(0), TunerStatus(1)), accounts=(), channels=channels, left_out=left_out, guide=guide,
        slot_limit=slot_limit, trends=trends(samples),
    )  # fmt: skip


EMPTY = HomeView(
    verdict=Verdict("starting", "The first refresh is running.", "The channels follow."), demo=True,
    urls=client_urls("http://192.0.2.5:5004"), figures=figures_of((), guide=None, channels=0), watching=(),
    tuners_free=2, tuners_locked=(), left_out=(), happened=(), asked=None,
)  # fmt: skip
HAPPENED = tuple(
    Happening(AT - timedelta(hours=number), kind, "repaired", EVIL, EVIL, EVIL, EVIL, "/live/r000001")
    for number, kind in enumerate(HAPPENING_KINDS * 3)
)
FULL = HomeView(
    verdict=Verdict("troubled", EVIL, EVIL, "/providers/m3u", "Open the provider", "m3u"), demo=False,
    urls=client_urls("http://192.0.2.5:5004"),
    figures=figures_of(day(picture_ms=310, interruptions=1), guide=96.4, slot_limit=4, left_out=3),
    watching=watching([named(BUSY, EVIL), stream(2, state="slate", source=None, viewers=())]),
    tuners_free=0, tuners_locked=(EVIL,), left_out=(EVIL,), happened=HAPPENED,
    asked=Asking(EVIL, "192.0.2.8", "lineup", AT),
)  # fmt: skip


@pytest.fixture(scope="module")
def renderer():
    assets = Assets()
    return Renderer(asset=assets.url, has_asset=assets.has)


def render(renderer, template, view, *, live=False, path="/", role=Role.ADMIN):
    values = {
        "view": view, "live": True, "csrf": "t0ken", "notice": NOTHING_TO_SAY, "places": PLACES, "path": path,
        "facts": Facts(streams=1, channels=479, changes=0), "zone_cookie_path": "/tv", "zone": ZoneInfo("Europe/Paris"),
        "visitor": Visitor("admin", role), "level": Level.OPERATOR, "query": "", "prefix": "/tv",
    }  # fmt: skip
    return rendered(renderer, template, values, live=live)


@pytest.mark.parametrize("view", [EMPTY, FULL], ids=["empty", "full"])
def test_home_is_whole_in_every_state(renderer, view):
    html = render(renderer, "home.html", view)
    assert well_formed(html, root="/tv") == []
    assert "<script>alert" not in html
    assert render(renderer, "home.html", view, live=True).strip() in html


def test_home_says_what_nobody_knows_and_leads_from_the_demo_to_a_provider(renderer):
    html = render(renderer, "home.html", EMPTY)
    assert html.count("nothing known yet") == 2
    assert "no guide yet" in html
    assert 'class="btn little primary" href="/tv/start"' in html
    assert "The channels follow." not in html, "in the demo there is one next step: a provider"
    assert "Nobody is watching." in html


def test_every_figure_of_home_leads_to_its_list(renderer):
    html = render(renderer, "home.html", FULL)
    for place in ("/live", "/diagnostics/streams", "/guide/repair", "/providers", "/channels"):
        assert f'class="kpi" href="/tv{place}"' in html
    for address in ("5004", "5004/guide.xml", "5004/live.m3u"):
        assert f'data-copy="http://192.0.2.5:{address}"' in html
    assert 'href="/tv/live/r000001"' in html
    assert 'href="/tv/providers/m3u"' in html
    assert "No tuner is free" in html
    assert "and 1 more" in html


@pytest.mark.parametrize("happened", [(), HAPPENED])
def test_the_timeline_is_whole(renderer, happened):
    html = render(renderer, "activity.html", activity_view(happened), path="/activity")
    assert well_formed(html, root="/tv") == []
    assert "<script>alert" not in html
    assert html.count('class="day"') == len({one.at.astimezone(ZoneInfo("Europe/Paris")).date() for one in happened})


def test_only_operators_are_offered_to_empty_the_timeline(renderer):
    view = activity_view(HAPPENED)
    assert "/act/activity-clear" in render(renderer, "activity.html", view, path="/activity")
    assert "/act/activity-clear" not in render(renderer, "activity.html", view, path="/activity", role=Role.VIEWER)


@pytest.mark.parametrize("samples", [(), day()], ids=["empty", "full"])
def test_the_charts_are_whole_and_each_has_its_figures_beside_it(renderer, samples):
    view = metrics_view(samples)
    html = render(renderer, "metrics.html", view, path="/diagnostics/metrics")
    assert well_formed(html, root="/tv") == []
    assert html.count("<t-chart") == sum(chart.known for chart in view.charts)
    assert html.count("<table") == (len(view.charts) if samples else 0)
    assert ('src="/tv/api/v1/history?series=tuners,viewers"' in html) is bool(samples)
