import json
import os
import time
from pathlib import Path

import pytest

from tunerr.cli.main import dispatch
from tunerr.model.url import SecretUrl
from tunerr.support.cookies import CookieStore

TV = SecretUrl("http://tv.example/live/1")


@pytest.fixture(autouse=True)
def no_settings(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("IPTV_TUNERR_"):
            monkeypatch.delenv(name)


def run(*arguments):
    return dispatch(["import-cookies", *arguments])


def jar():
    return Path("jar.txt")


def sent(url=TV):
    """What a later program sends, None without a file."""
    return sorted(CookieStore(jar()).visit().header(url).split("; ")) if jar().exists() else None


def test_pairs_of_a_cookie_header(capsys):
    assert run("--jar", "jar.txt", "--cookie", "cf_clearance=s3cret; b=2", "--domain", "tv.example", "--ttl", "1h") == 0
    out = capsys.readouterr().out
    assert "tv.example/  cf_clearance  until " in out
    assert "s3cret" not in out
    assert sent() == ["b=2", "cf_clearance=s3cret"]
    assert sent(SecretUrl("http://edge.tv.example/")) == ["b=2", "cf_clearance=s3cret"]
    assert sent(SecretUrl("http://other.example/")) == [""]
    assert jar().stat().st_mode & 0o777 == 0o600
    expiry = {cookie.expires for cookie in CookieStore(jar()).visit().jar}
    assert all(3500 < moment - time.time() <= 3601 for moment in expiry)


def test_a_netscape_file_with_session_cookies(tmp_path):
    given = tmp_path / "given.txt"
    given.write_text("# Netscape HTTP Cookie File\n.tv.example\tTRUE\t/\tFALSE\t0\ta\t1\n")
    assert run("--jar", "jar.txt", "--netscape", str(given)) == 0
    assert sent() == ["a=1"]


def test_a_har_recording_counts_each_cookie_once(tmp_path, capsys):
    answers = [[{"name": "a", "value": "1"}], [{"name": "a", "value": "2", "expires": "2099-01-01T00:00:00Z"}]]
    entries = [{"request": {"url": "https://tv.example:443/x"}, "response": {"cookies": rows}} for rows in answers]
    given = tmp_path / "given.har"
    given.write_text(json.dumps({"log": {"entries": entries}}))
    assert run("--jar", "jar.txt", "--har", str(given)) == 0
    assert "until 2099-01-01" in capsys.readouterr().out
    assert sent() == ["a=2"]


def test_what_is_there_already_stays():
    assert run("--jar", "jar.txt", "--cookie", "a=1", "--domain", "tv.example") == 0
    assert run("--jar", "jar.txt", "--cookie", "b=2", "--domain", "tv.example") == 0
    assert sent() == ["a=1", "b=2"]


def test_a_store_in_use_takes_them_at_its_next_visit_and_loses_none():
    store = CookieStore(jar())
    visit = store.visit()
    visit.take(TV, ["own=1; Max-Age=600"])
    assert run("--jar", "jar.txt", "--cookie", "a=1", "--domain", "tv.example") == 0
    store.keep(visit)
    assert sorted(store.visit().header(TV).split("; ")) == ["a=1", "own=1"]
    assert sent() == ["a=1", "own=1"]


def test_a_dry_run_writes_nothing(capsys):
    assert run("--jar", "jar.txt", "--cookie", "a=1", "--domain", "tv.example", "--dry-run") == 0
    assert "Nothing was written" in capsys.readouterr().out
    assert sent() is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--cookie", "a=1", "--domain", "tv.example"], "no cookie file"),
        (["--jar", "jar.txt"], "Give one of"),
        (["--jar", "jar.txt", "--cookie", "a=1"], "Give one of"),
        (["--jar", "jar.txt", "--cookie", "a=1", "--domain", "b.example", "--har", "x"], "Give one of"),
        (["--jar", "jar.txt", "--cookie", " ; ", "--domain", "tv.example"], "no cookie in"),
        (["--jar", "jar.txt", "--netscape", "missing"], "Netscape format"),
        (["--jar", "jar.txt", "--har", "missing"], "no HAR"),
        (["--jar", "no/such/jar.txt", "--cookie", "a=1", "--domain", "tv.example"], "could not be written"),
        (["--jar", "jar.txt", "--cookie", "a=1", "--domain", "tv.example", "--ttl", "soon"], "no duration"),
    ],
)
def test_a_refusal_is_1(arguments, said, capsys):
    assert run(*arguments) == 1
    assert said in capsys.readouterr().err
    assert sent() is None


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"log": {"entries": [1]}}', '{"log": {"entries": [{"request": {}}]}}', "x"]
)
def test_damaged_recordings(text, tmp_path, capsys):
    given = tmp_path / "given.har"
    given.write_text(text)
    assert run("--jar", "jar.txt", "--har", str(given)) == 1
    assert "no HAR" in capsys.readouterr().err
