import gzip
import json
from datetime import UTC, datetime

import pytest

from tunerr import errors
from tunerr.providers.verdicts import Status, from_error, judge
from tunerr.support.causes import WORDS, Cause

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CLOUDFLARE = {"Server": "cloudflare"}
CHALLENGE = b"<html><title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/x'></script>"


def account(**fields):
    return json.dumps({"user_info": {"auth": 1, "status": "Active", **fields}, "server_info": {}}).encode()


def verdict(kind, head=b"", status=200, headers=None):
    return judge(kind, "tv.example:8080", status, headers or {}, head, now=NOW)


@pytest.mark.parametrize(
    ("status", "headers", "page", "coarse", "cause"),
    [
        (403, CLOUDFLARE, b"", "cloudflare", "cloudflare_block"),
        (403, CLOUDFLARE, CHALLENGE, "cloudflare", "cloudflare_challenge"),
        (503, {}, CHALLENGE, "cloudflare", "cloudflare_challenge"),
        (403, {}, b"<html>Attention Required! | Cloudflare", "cloudflare", "cloudflare_block"),
        (503, {"Server": "Cloudflare-nginx"}, b"", "cloudflare", "cloudflare_origin"),
        (520, CLOUDFLARE, b"", "cloudflare", "cloudflare_origin"),
        (521, CLOUDFLARE, b"", "cloudflare", "cloudflare_origin"),
        (524, CLOUDFLARE, b"", "cloudflare", "cloudflare_origin"),
        (520, {"Server": "nginx"}, b"", "bad_status", "server_error"),
        (884, CLOUDFLARE, CHALLENGE, "bad_status", "odd_status"),
        (404, CLOUDFLARE, b"", "bad_status", "not_found"),
        (429, CLOUDFLARE, b"", "rate_limited", "rate_limited"),
        (403, {}, b"Your IP has been banned", "bad_status", "banned"),
        (403, {}, b"Forbidden", "bad_status", "forbidden"),
        (401, {}, b"", "bad_status", "wrong_credentials"),
        (407, {}, b"", "bad_status", "stale_token"),
        (410, {}, b"", "bad_status", "not_found"),
        (423, {}, b"", "bad_status", "disabled"),
        (458, {}, b"", "bad_status", "too_many_connections"),
        (509, {}, b"", "bad_status", "too_many_connections"),
        (500, {}, b"", "bad_status", "server_error"),
        (302, {}, b"", "bad_status", "odd_status"),
        (418, {}, b"", "bad_status", "odd_status"),
    ],
)
def test_an_answer_that_is_no_success(status, headers, page, coarse, cause):
    said = verdict("playlist", page, status, headers)
    assert (said.status.value, said.cause.value) == (coarse, cause)
    assert said.sentence.startswith("tv.example:8080 ")
    assert f"(status {status})" in said.sentence
    assert said.advice


@pytest.mark.parametrize(
    ("head", "cause"),
    [
        (b"#EXTM3U\n#EXTINF:-1,One\nhttp://a.example/1\n", "ok"),
        (b"\xef\xbb\xbf\r\n#EXTM3U\r\n#EXTINF:-1,One\r\n", "ok"),
        (b"#EXTINF:-1,One\nhttp://a.example/1\n", "ok"),
        (gzip.compress(b"#EXTM3U\n#EXTINF:-1,One\n" * 1000, mtime=0)[:60], "ok"),
        (b"#EXTM3U\n", "empty"),
        (b"", "no_answer"),
        (b" \n", "no_answer"),
        (b"<!DOCTYPE html><p>parked", "html_page"),
        (b"\n<HTML>", "html_page"),
        (b"\x00\x01" * 500, "not_a_playlist"),
        (b'{"channels": []}', "not_a_playlist"),
        (b'{"user_info": {"auth": 0}}', "wrong_credentials"),
        (account(status="Expired"), "expired"),
        (account(), "not_a_playlist"),
        (b"\x1f\x8bdamaged", "not_a_playlist"),
    ],
)
def test_a_playlist(head, cause):
    said = verdict("playlist", head)
    assert said.cause.value == cause
    assert said.ok == (cause == "ok")
    assert bool(said.advice) != said.ok


@pytest.mark.parametrize(
    ("head", "cause"),
    [
        (account(), "ok"),
        (account(auth="1", exp_date=None), "ok"),
        (account(exp_date=str(int(NOW.timestamp()) + 60)), "ok"),
        (b'{"auth": 1}', "ok"),
        (account(exp_date=str(int(NOW.timestamp()) - 60)), "expired"),
        (account(status="Expired"), "expired"),
        (account(status="Banned"), "banned"),
        (account(status="Disabled"), "disabled"),
        (account(auth=0), "wrong_credentials"),
        (account(auth="0"), "wrong_credentials"),
        (b"[]", "wrong_credentials"),
        (b"", "no_answer"),
        (b"<html>login", "html_page"),
        (b"It works!", "not_a_panel"),
        (b'{"name": "some other API"}', "not_a_panel"),
        (b"[" * 100_000, "not_a_panel"),
    ],
)
def test_the_account_of_a_panel(head, cause):
    said = verdict("panel", head)
    assert said.cause.value == cause
    assert said.ok == (cause == "ok")
    assert bool(said.advice) != said.ok


@pytest.mark.parametrize(
    ("error", "status", "cause"),
    [
        (errors.Unreachable("x", cause="dns"), "error", "dns"),
        (errors.Unreachable("x", cause="timeout"), "timeout", "timeout"),
        (errors.Unreachable("x"), "error", "unreachable"),
        (errors.BadStatus("x", status=429, cause="rate_limited"), "rate_limited", "rate_limited"),
        (errors.BadStatus("x", status=403, cause="cloudflare_block"), "cloudflare", "cloudflare_block"),
        (errors.BadStatus("x", status=418), "bad_status", "odd_status"),
        (errors.AccountRefused("x", cause="banned"), "error", "banned"),
        (errors.Truncated("x"), "error", "cut_short"),
        (errors.AddressRefused("x"), "error", "address_refused"),
        (errors.NotAPlaylist("x"), "error", "not_a_playlist"),
        (errors.EmptyPlaylist("x"), "error", "empty"),
        (errors.NotAPanel("x"), "error", "not_a_panel"),
        (errors.ShrinkRefused("x"), "error", "other"),
    ],
)
def test_errors_keep_their_words(error, status, cause):
    error.hint = "do this"
    said = from_error(error)
    assert (said.status, said.cause) == (Status(status), Cause(cause))
    assert (said.sentence, said.advice) == ("x", "do this")


def test_words_are_sentences_in_two_parts():
    for said, advice in WORDS.values():
        assert not said.endswith(".")
        assert not advice or advice.endswith(".")
