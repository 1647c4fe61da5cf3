from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.config import parsers
from tunerr.config.values import ListenAddress
from tunerr.config.written import written


@pytest.mark.parametrize("text", ["1", "true", "YES", " on "])
def test_words_for_true(text):
    assert parsers.boolean(text) is True


@pytest.mark.parametrize("text", ["0", "False", "no", "OFF"])
def test_words_for_false(text):
    assert parsers.boolean(text) is False


@pytest.mark.parametrize("text", ["2", "y", "", "truee"])
def test_other_words_are_no_booleans(text):
    with pytest.raises(ValueError, match="neither yes nor no"):
        parsers.boolean(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("5m", 300), ("1h30m", 5400), ("7d", 604800), ("1.5h", 5400), ("250ms", 0.25), ("45", 45), ("0", 0)],
)
def test_durations(text, seconds):
    assert parsers.duration(zero=True)(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "x", "5 m", "-5m", "5m!", "5x", "nan", "inf", "1e9", "99999d", "٣s"])
def test_what_is_no_duration(text):
    with pytest.raises(ValueError):
        parsers.duration(zero=True)(text)


def test_zero_only_where_it_means_something():
    with pytest.raises(ValueError, match="too short"):
        parsers.duration(zero=False)("0s")


@settings(derandomize=True, max_examples=300)
@given(st.integers(0, 300_000_000))
def test_a_written_duration_reads_the_same(seconds):
    assert parsers.duration(zero=True)(written(float(seconds))) == seconds


@settings(derandomize=True, max_examples=300)
@given(st.text())
def test_no_parser_raises_anything_but_value_error(text):
    for parser in (
        parsers.boolean, parsers.duration(zero=True), parsers.headers, parsers.location, parsers.locations,
        parsers.panel, parsers.panels, parsers.public_url, parsers.whole(0, 9), parsers.path, ListenAddress.parse,
    ):  # fmt: skip
        try:
            parser(text)
        except ValueError:
            continue


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        (":5004", "", 5004),
        ("127.0.0.1:1", "127.0.0.1", 1),
        ("[::1]:80", "::1", 80),
        ("tv.example:5004", "tv.example", 5004),
    ],
)
def test_listen_addresses(text, host, port):
    address = ListenAddress.parse(text)
    assert (address.host, address.port) == (host, port)
    assert str(address) == text


@pytest.mark.parametrize("text", ["5004", "host", ":70000", ":0", "::1:80", "http://x:1", ":", "a b:1"])
def test_what_is_no_listen_address(text):
    with pytest.raises(ValueError, match="no address to listen on"):
        ListenAddress.parse(text)


def test_a_location_is_a_url_or_a_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert parsers.location(r"http://h/get.php?a=1\&b=2").reveal() == "http://h/get.php?a=1&b=2"
    assert parsers.location("my list.m3u").reveal() == (tmp_path / "my list.m3u").as_uri()
    assert parsers.location("file:///a.m3u").reveal() == "file:///a.m3u"
    assert parsers.location("~/a.m3u").reveal() == (Path.home() / "a.m3u").as_uri()
    for bad in ("ftp://h/a", "http://", "http://h:x/", "http:/h/a", "file:a", "a\nb"):
        with pytest.raises(ValueError):
            parsers.location(bad)


def test_commas_part_locations_and_stay_inside_queries():
    found = parsers.locations("http://a/x?q=1,2, https://b/,/srv/g.xml")
    assert [url.reveal() for url in found] == ["http://a/x?q=1,2", "https://b/", "file:///srv/g.xml"]


def test_a_panel_is_no_document():
    assert parsers.panel("http://p.example:8080/").reveal() == "http://p.example:8080"
    for bad in ("http://p/get.php?username=a&password=b", "http://p/player_api.php", "p.example:8080"):
        with pytest.raises(ValueError) as caught:
            parsers.panel(bad)
        assert "password=b" not in str(caught.value)


def test_headers_keep_their_commas():
    assert parsers.headers("Referer: https://a/,b, X-Token: t|Accept: a/b, c/d") == (
        ("Referer", "https://a/,b"),
        ("X-Token", "t"),
        ("Accept", "a/b, c/d"),
    )
    for bad in ("nothing", ": x", "A B: c"):
        with pytest.raises(ValueError) as caught:
            parsers.headers(bad)
        assert bad not in str(caught.value)


def test_base_urls_are_plain():
    assert parsers.public_url("https://tv.example/") == "https://tv.example"
    for bad in ("tv.example", "http://u:p@h", "http://h/?a=b"):
        with pytest.raises(ValueError):
            parsers.public_url(bad)


def test_agents_of_hosts():
    assert parsers.host_agents(" CDN.example = VLC/3.0 (a=b; c) |b-c.example=x| [FD00::1]=Agent\n10.0.0.1=x\r\n") == (
        ("cdn.example", "VLC/3.0 (a=b; c)"), ("b-c.example", "x"), ("fd00::1", "Agent"), ("10.0.0.1", "x"),
    )  # fmt: skip
    for bad in ("secret", "=agent", "http://host=agent", "a b=c", "host=a\x07b", "host= ", "fd00::1=a"):
        with pytest.raises(ValueError) as caught:
            parsers.host_agents(bad)
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "names"),
    [("", ()), ("Deck.Example.", ("deck.example",)), ("a, b_c.d ,e-f", ("a", "b_c.d", "e-f"))],
)
def test_host_names(text, names):
    assert parsers.host_names(text) == names


@pytest.mark.parametrize("text", ["http://a", "a:80", "a/b", "-a", "a b", "*.a", "ä", "a" * 300])
def test_no_host_names(text):
    with pytest.raises(ValueError, match="is no host name"):
        parsers.host_names(text)
