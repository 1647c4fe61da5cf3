import pytest

from tunerr.lineup.rules.hosts import on, preference, without
from tunerr.lineup.rules.words import SPORTS, Vocabulary, fold
from tunerr.model.channel import SourceId, Stream
from tunerr.model.url import SecretUrl, Zone


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("US| TSN+ HD", "us tsn+ hd"),
        ("Música_Été", "musica ete"),
        ("A @ B & C", "a @ b & c"),
        ("Straße", "strasse"),
        ("ＦＯＸ①", "fox1"),
        ("Дождь", "дождь"),
        ("★ ✦", ""),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded


def test_words_and_phrases():
    words = Vocabulary.of("nba, La Liga", "tsn+")
    assert words.find(" the nba game ") == "nba"
    assert words.find(" nbatv ") == ""
    assert words.find(" la liga tv ") == "la liga"
    assert words.find(" gala liga ") == ""
    assert SPORTS.find(" premier league | uk ") == "premier league"


@pytest.mark.parametrize(
    ("host", "listed", "expected"),
    [
        ("cdn.bad.example:80", "bad.example", True),
        ("notbad.example:80", "bad.example", False),
        ("bad.example:8080", "bad.example:8080", True),
        ("bad.example:80", "bad.example:8080", False),
        ("a.bad.example:80", ".bad.example", True),
        ("[2001:db8::1]:80", "[2001:db8::1]", True),
        ("BAD.example", "bad.example", True),
    ],
)
def test_hosts(host, listed, expected):
    assert on(host, listed) is expected


def test_preference():
    assert preference(("b:80", "a:80"), ("a", "b")) == 1
    assert preference((), ("a",)) == 1


def test_streams_on_listed_hosts_are_not_used_unless_there_are_no_others():
    urls = ("http://cdn.bad.example/u/p/1.ts", "https://good.example/2.ts", "rtsp://[2001:db8::1]/3")
    bad, good, six = (Stream(SecretUrl(url), SourceId("m3u"), Zone.INTERNET) for url in urls)
    assert without((bad, good, six), ()) == (bad, good, six)
    assert without((bad, good, six), ("bad.example", "[2001:db8::1]:554")) == (good,)
    assert without((bad, good), ("bad.example:81", "good.example:443")) == (bad,)
    assert without((bad,), ("bad.example",)) == (bad,)
