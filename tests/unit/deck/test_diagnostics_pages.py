"""Settings, diagnostics and autopilot as HTML, from views as the server makes them."""

from dataclasses import replace

import pytest

from tests.tools.attempts import AT, SmallGateway, attempt
from tests.tools.structure import well_formed
from tests.unit.deck.test_live_pages import render, renderer  # noqa: F401 - a fixture
from tests.unit.views.test_autopilot import on
from tests.unit.views.test_diagnostics import LINES, known, line
from tests.unit.views.test_settings import SECRETS, view
from tunerr.catalog.ranking import Ranked
from tunerr.deck.notice import Notice
from tunerr.deck.page import Level
from tunerr.gateway.accounts import AccountFacts
from tunerr.model.channel import Channel, ChannelId, LineupChannel
from tunerr.model.numbers import GuideNumber
from tunerr.storage.audit import AuditRow
from tunerr.views.autopilot import AutopilotView, account_rows, host_rows, order_view
from tunerr.views.diagnostics import AuditView, attempts_page, logs_view, overview, paged
from tunerr.views.workflows import WORKFLOWS, workflow_view

EVIL = "<script>alert(1)</script>"
ATTEMPTS = (replace(attempt(9, status="all_upstreams_failed"), name=EVIL), *SmallGateway().attempts())
FACTS = (AccountFacts("0123456789abcdef", 2, 2, "refused twice", 1.5), AccountFacts("a", 1, None, "", 0.0))


def hosts(*outcomes, accounts=(), order=None):
    return AutopilotView(len(outcomes), host_rows(outcomes), account_rows(accounts, {}), "5.1" if order else "", order)


def explained():
    one = on("h.example").stream
    row = LineupChannel(GuideNumber(5, 1), Channel(ChannelId("dna-1"), EVIL, streams=(one,)))
    return order_view(row, [Ranked(one, ("order of sources and playlists",))], policy="off", outcomes=[])


def audited(*rows):
    return AuditView("", "", ("anna",), ("refresh",), rows, paged(len(rows), "", {}))


ACTS = (
    AuditRow(2, AT, EVIL, "setting-set", "REFRESH", "REFRESH is 2h now.", True, None),
    AuditRow(1, AT, "anna", "refresh", "m3u", "", False, 2),
)
LISTED = [(one.name, one.title, one.about) for one in WORKFLOWS.values()]
PAGES = [
    ("settings.html", view(chosen={"LOG_LEVEL": "debug"}), "/settings"),
    ("settings.html", view(query="a", opened="LOG_LEVEL"), "/settings"),
    ("settings.html", view(query=EVIL), "/settings"),
    ("settings.html", view(section="reserved"), "/settings"),
    ("diagnostics.html", overview(ATTEMPTS, LINES, 3, LISTED), "/diagnostics"),
    ("diagnostics.html", overview((), (), 0, ()), "/diagnostics"),
    ("logs.html", logs_view((line(5, event=EVIL, note=EVIL), *LINES), q=""), "/diagnostics/logs"),
    ("logs.html", logs_view(LINES, follow="1"), "/diagnostics/logs"),
    ("logs.html", logs_view((), q=EVIL), "/diagnostics/logs"),
    ("logs.html", logs_view([line(number) for number in range(200)]), "/diagnostics/logs"),
    ("attempts.html", attempts_page(ATTEMPTS), "/diagnostics/streams"),
    ("attempts.html", attempts_page(()), "/diagnostics/streams"),
    ("audit.html", audited(*ACTS), "/diagnostics/audit"),
    ("audit.html", audited(), "/diagnostics/audit"),
    ("workflow.html", workflow_view("diagnostics", known(*ATTEMPTS)), "/diagnostics/workflows/diagnostics"),
    ("workflow.html", workflow_view("guide-repair", known()), "/diagnostics/workflows/guide-repair"),
    ("autopilot.html", hosts(), "/autopilot"),
    ("autopilot.html", hosts(on("h", "status"), on("g"), accounts=FACTS, order=explained()), "/autopilot"),
]  # fmt: skip


@pytest.mark.parametrize("level", [Level.SIMPLE, Level.LAB])
@pytest.mark.parametrize(("template", "shown", "path"), PAGES, ids=[f"{p[0]}{n}" for n, p in enumerate(PAGES)])
def test_every_page_is_whole_in_every_state(renderer, template, shown, path, level):  # noqa: F811 - the fixture
    html = render(renderer, template, shown, path=path, level=level)
    assert well_formed(html, root="/tv") == []
    assert EVIL not in html
    assert not [secret for secret in SECRETS if secret in html]


def test_a_refused_value_is_explained_beside_its_field(renderer):  # noqa: F811 - the fixture
    shown = view(query="LOG_LEVEL", opened="LOG_LEVEL")
    html = render(renderer, "settings.html", shown, path="/settings", notice=Notice("LOG_LEVEL: no.", refused=True))
    assert 'aria-invalid="true"' in html
    assert '<b class="bad">LOG_LEVEL: no.</b>' in html
    assert 'aria-invalid="true"' not in render(renderer, "settings.html", shown, path="/settings")
