"""Providers in words: cards, accounts, answers that are kept, the test of all."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from tunerr.catalog.diff import Change
from tunerr.catalog.history import PastGeneration
from tunerr.model.account import AccountStatus
from tunerr.model.channel import SourceId
from tunerr.model.source import Source
from tunerr.model.status import SourceState, SourceStatus
from tunerr.model.url import SecretUrl
from tunerr.providers.probe_report import Attempt, Probed, ProbeReport
from tunerr.providers.verdicts import Status, Verdict
from tunerr.support.causes import Cause
from tunerr.views.providers import (
    Connections,
    Probe,
    account_sentence,
    diff_view,
    generation_row,
    probe_view,
    provider_cards,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = SecretUrl("http://user:hunter2@provider.test/get.php?password=hunter2")


def source(name, kind="playlist"):
    return Source(SourceId(name), kind, SECRET, 30.0)


def listed(name, *, origin="operator", enabled=True, kind="m3u"):
    return {"id": name, "type": kind, "origin": origin, "enabled": enabled}


def cards(**given):
    empty = {"listed": (), "sources": (), "settings": {}, "statuses": (), "accounts": {}, "connections": {}}
    return {card.id: card for card in provider_cards(**{**empty, **given}, now=NOW)}


def test_a_card_has_what_is_known_of_its_source():
    status = SourceStatus(SourceId("mine"), "playlist", "http://provider.test", SourceState.OK, channels=7)
    held = SourceStatus(SourceId("env"), "playlist", "http://x", SourceState.REFUSED)
    found = cards(
        listed=[listed("mine"), listed("env", origin="environment", kind="xtream"), listed("off", enabled=False)],
        sources=[source("mine"), source("env"), source("mine-guide", "guide")],
        settings={"env": "IPTV_TUNERR_M3U_URL"},
        statuses=[status, held],
        accounts={SourceId("env"): AccountStatus("env", NOW, status="active")},
        connections={SourceId("mine"): Connections(1, 2, "given")},
    )
    assert list(found) == ["mine", "env", "mine-guide", "off"], "those in force first, as they are ranked"
    mine, env, guide, off = found.values()
    assert (mine.mine, mine.type, mine.row.channels, mine.connections.limit) == (True, "m3u", 7, 2)
    assert (env.mine, env.type, env.setting, env.account.sentence) == (False, "xtream", "IPTV_TUNERR_M3U_URL", "active")
    assert env.row.acceptable
    assert (guide.type, guide.mine, guide.row, guide.account) == ("guide", False, None, None)
    assert (off.enabled, off.mine) == (False, True)
    assert all(card.enabled for card in (mine, env, guide))
    assert b"hunter2" not in orjson.dumps(tuple(found.values()))


@pytest.mark.parametrize(
    ("given", "sentence", "worry"),
    [
        ({}, "status not said", False),
        ({"status": "active", "max_connections": 2, "active_connections": 1}, "active, 1 of 2 streams in use", False),
        ({"status": "trial", "trial": True, "max_connections": 1}, "trial, a trial, 0 of 1 streams in use", False),
        ({"status": "active", "expires": NOW + timedelta(days=90)}, "active, until 2027-02-20", False),
        ({"status": "active", "expires": NOW + timedelta(days=3)}, "active, until 2026-11-25 (3 days left)", True),
        ({"status": "expired", "expires": NOW - timedelta(days=3)}, "expired, ended on 2026-11-19", True),
        ({"status": "banned", "message": "Pay first"}, "banned. It says: Pay first", True),
    ],
)
def test_an_account_in_one_sentence(given, sentence, worry):
    status = AccountStatus("x", NOW, **given)
    assert account_sentence(status, NOW) == sentence
    row = cards(sources=[source("x")], accounts={SourceId("x"): status})["x"].account
    assert (row.sentence, row.worry) == (sentence, worry)


@pytest.mark.parametrize(
    ("served", "withdrawn", "back"), [(True, False, False), (False, True, False), (False, False, True)]
)
def test_an_answer_can_come_back_unless_it_is_served_or_was_withdrawn(served, withdrawn, back):
    past = PastGeneration(4, NOW, 10, 9, served, withdrawn, "1 new")
    row = generation_row(past)
    assert (row.id, row.channels, row.back) == (4, 9, back)


def test_a_difference_leaves_out_what_is_the_same():
    diff = diff_view(1, 2, {"added": Change(2, ("A", "B")), "gone": Change(0, ())})
    assert (diff.old, diff.new) == (1, 2)
    assert [(row.kind, row.count, row.examples) for row in diff.rows] == [("added", 2, ("A", "B"))]


def test_the_test_of_all_providers():
    assert probe_view(None, at=None, running=True) == Probe(None, running=True)
    verdict = Verdict(Status.OK, Cause.OK, "It works.")
    attempt = Attempt("playlist", "", 200, 0.2, verdict)
    target = Probed("m3u", "provider.test", "provider.test:80", (attempt,), rank=1)
    shown = probe_view(ProbeReport((target,), "Use m3u."), at=NOW, running=False)
    assert (shown.at, shown.running, shown.advice) == (NOW, False, "Use m3u.")
    assert [(row.name, row.rank, row.state, row.sentence) for row in shown.rows] == [("m3u", 1, "ok", "It works.")]
