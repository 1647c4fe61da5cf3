from datetime import UTC, datetime

import pytest

from tunerr.app.accounts import AccountBook, streams_of
from tunerr.gateway.accounts import account_of, source_account
from tunerr.model.account import AccountStatus
from tunerr.model.channel import SourceId, Stream
from tunerr.model.source import Panel, Source
from tunerr.model.url import SecretUrl, Zone
from tunerr.support.snapshot import Published

AT = datetime(2026, 1, 1, tzinfo=UTC)


def source(name, most=None, kind="playlist", panel=None):
    return Source(SourceId(name), kind, SecretUrl("http://h/x"), 10, max_streams=most, panel=panel)


def status(name, most):
    return AccountStatus(name, AT, max_connections=most)


def book(*sources, known=()):
    return AccountBook(sources=Published(sources), known=known)


@pytest.mark.parametrize(
    ("set_by_operator", "said_by_panel", "expected"),
    [(None, None, None), (None, 3, 3), (2, 3, 2), (4, 3, 4), (2, None, 2), (None, 0, None)],
)
def test_the_operators_word_wins_over_the_panels(set_by_operator, said_by_panel, expected):
    known = None if said_by_panel is None else status("a", said_by_panel)
    assert streams_of(source("a", set_by_operator), known) == expected


def test_the_limit_is_found_by_the_key_that_the_streams_of_the_source_have_on_all_hosts():
    accounts = book(source("a"), source("b", 2), known=[status("a", 3)])
    keys = {
        account_of(Stream(SecretUrl(f"http://{host}/live/u/p/1.ts"), SourceId("a"), Zone.INTERNET, one_account=True))
        for host in ("one", "two")
    }
    assert keys == {source_account(SourceId("a"))}
    assert [accounts.limit(key) for key in (*keys, source_account(SourceId("b")), "unknown")] == [3, 2, None]


def test_what_a_panel_says_later_counts():
    accounts = book(source("a"), known=[status("a", 3)])
    accounts.note(status("a", 1))
    assert accounts.limit(source_account(SourceId("a"))) == 1


def test_streams_at_once_are_the_sum_of_the_accounts_once_all_panels_are_known():
    panel = Panel((SecretUrl("http://p"),), "u", "p")
    accounts = book(source("a", panel=panel), source("b", 2), source("c"), source("a-guide", kind="guide"))
    assert accounts.streams_at_once() is None
    accounts.note(status("a", 3))
    assert accounts.streams_at_once() == 5
    assert book(source("c")).streams_at_once() is None
