from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from tunerr.support.forwarded import UNKNOWN, Asked, asked

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
TRUSTED = (*LOOPBACK, ip_network("10.0.0.0/24"))


def heard(*headers, peer="127.0.0.1", trusted=TRUSTED):
    return asked(peer, CIMultiDict(headers), trusted)


def x_for(value, **more):
    return heard(("X-Forwarded-For", value), **more)


def client(*headers, **more):
    return heard(*headers, **more).client


@pytest.mark.parametrize("peer", ["192.0.2.1", "10.0.1.1", "::2", "::ffff:192.0.2.1", "", "unknown"])
@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded"])
def test_nobody_else_is_believed(peer, header):
    assert heard((header, "for=127.0.0.1"), ("Host", "a"), peer=peer) is None


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "10.0.0.7"])
def test_a_trusted_proxy_is_believed(peer):
    assert x_for("192.0.2.9", peer=peer).client == "192.0.2.9"


def test_nothing_forwarded():
    assert heard(("Host", "a")) is None
    assert x_for("192.0.2.9", trusted=()) is None


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        ("192.0.2.9", "192.0.2.9"),
        ("6.6.6.6, 192.0.2.9", "192.0.2.9"),
        ("127.0.0.1, 192.0.2.9", "192.0.2.9"),
        ("127.0.0.1, 192.0.2.9, 10.0.0.3", "192.0.2.9"),
        ("192.0.2.9, 10.0.0.3,127.0.0.1", "192.0.2.9"),
        ("10.0.0.3, 127.0.0.1", "10.0.0.3"),
        ("127.0.0.1", "127.0.0.1"),
        ("192.0.2.9:5123", "192.0.2.9"),
        ("[2001:db8::1]:80", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.9", "192.0.2.9"),
        ("", UNKNOWN),
        ("unknown", UNKNOWN),
        ("127.0.0.1, unknown", UNKNOWN),
        ("127.0.0.1,", UNKNOWN),
        ("192.0.2.9, x", UNKNOWN),
        ("[::1", UNKNOWN),
        ("localhost", UNKNOWN),
        ("127.1", UNKNOWN),
    ],
)
def test_the_client_is_the_last_that_is_no_proxy(chain, expected):
    assert x_for(chain).client == expected


def test_several_lines_are_one_list():
    assert client(("X-Forwarded-For", "127.0.0.1"), ("x-forwarded-for", "192.0.2.9, 10.0.0.3")) == "192.0.2.9"


def test_without_an_address_nobody_knows_who_asks():
    assert heard(("X-Forwarded-Proto", "https"), ("Host", "tv.example")) == Asked(UNKNOWN, "https", "tv.example")


@pytest.mark.parametrize(
    ("headers", "scheme", "host"),
    [
        ({"Proto": "https", "Host": "tv.example"}, "https", "tv.example"),
        ({"Proto": "HTTPS"}, "https", "inner:5004"),
        ({"Proto": "ftp"}, "http", "inner:5004"),
        ({"Proto": "https", "Host": "tv.example", "Port": "8443"}, "https", "tv.example:8443"),
        ({"Proto": "https", "Host": "tv.example", "Port": "443"}, "https", "tv.example"),
        ({"Proto": "https", "Host": "tv.example:443"}, "https", "tv.example"),
        ({"Proto": "https", "Host": "tv.example:80"}, "https", "tv.example:80"),
        ({"Proto": "https", "Host": "tv.example:8443", "Port": "1"}, "https", "tv.example:8443"),
        ({"Host": "tv.example", "Port": "80"}, "http", "tv.example"),
        ({"Host": "[::1]", "Port": "81"}, "http", "[::1]:81"),
        ({"Host": "tv.example", "Port": "x/y"}, "http", "tv.example"),
        ({"Proto": "http, https", "Host": "evil, tv.example"}, "https", "tv.example"),
    ],
)
def test_scheme_and_host(headers, scheme, host):
    more = [(f"X-Forwarded-{name}", value) for name, value in headers.items()]
    told = heard(("X-Forwarded-For", "192.0.2.9"), ("Host", "inner:5004"), *more)
    assert told == Asked("192.0.2.9", scheme, host)


def test_a_chain_of_proxies_is_believed_from_its_outer_end():
    """The outer proxy speaks https, the inner one, which only appends, http."""
    told = heard(
        ("X-Forwarded-For", "6.6.6.6, 192.0.2.9, 10.0.0.3"),
        ("X-Forwarded-Proto", "ftp, https, http"),
        ("X-Forwarded-Host", "evil.example, tv.example, inner"),
    )
    assert told == Asked("192.0.2.9", "https", "tv.example")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("for=192.0.2.9", Asked("192.0.2.9", "http", "inner")),
        ('For="[2001:db8::1]:47";Proto=https;host="tv.example:84"', Asked("2001:db8::1", "https", "tv.example:84")),
        ("for=192.0.2.9:4711;proto=https;by=10.0.0.3", Asked("192.0.2.9", "https", "inner")),
        ("for=127.0.0.1, for=192.0.2.9;host=tv.example, for=10.0.0.3;host=b", Asked("192.0.2.9", "http", "tv.example")),
        ("for=192.0.2.9;host=tv.example , for=10.0.0.3", Asked("192.0.2.9", "http", "tv.example")),
        ("for=192.0.2.9, for=10.0.0.3;proto=https", Asked("192.0.2.9", "https", "inner")),
        ('for="\\1\\27.0.0.1"', Asked("127.0.0.1", "http", "inner")),
        ("for=_hidden;proto=https", Asked(UNKNOWN, "https", "inner")),
        ("for=127.0.0.1, proto=https", Asked(UNKNOWN, "https", "inner")),
        ("proto=https", Asked(UNKNOWN, "https", "inner")),
        ("", Asked(UNKNOWN, "http", "inner")),
        ("for=127.0.0.1;", Asked("127.0.0.1", "http", "inner")),
        ("for=127.0.0.1;proto", Asked(UNKNOWN, "http", "inner")),
        ('for="127.0.0.1', Asked(UNKNOWN, "http", "inner")),
    ],
)  # fmt: skip
def test_rfc_7239(header, expected):
    assert heard(("Forwarded", header), ("Host", "inner")) == expected


def test_x_forwarded_goes_first():
    assert client(("Forwarded", "for=127.0.0.1"), ("X-Forwarded-For", "192.0.2.9")) == "192.0.2.9"


@pytest.mark.parametrize("separate", [True, False])
@pytest.mark.parametrize("words", ['for=127.0.0.1;by="', 'for=127.0.0.1, by="\\', "for=127.0.0.1;by=", 'for="', "\\"])
def test_what_a_proxy_appends_is_never_read_as_the_clients_words(words, separate):
    appended = 'for="[2001:db8::1]"'
    lines = (words, appended) if separate else (f"{words}, {appended}",)
    assert client(*(("Forwarded", line) for line in lines)) != "127.0.0.1"


TEXT = st.text(st.sampled_from('127.0.,;=" \\[]:forhostpxy%\t'), max_size=60)


@settings(derandomize=True, max_examples=400, deadline=None)
@given(words=TEXT, name=st.sampled_from(["Forwarded", "X-Forwarded-For"]))
def test_no_words_in_front_of_a_proxys_own_make_a_client_local(words, name):
    own = "192.0.2.9" if name == "X-Forwarded-For" else 'for="192.0.2.9"'
    told = heard((name, f"{words}, {own}"), trusted=LOOPBACK)
    assert told.client in ("192.0.2.9", UNKNOWN)
    assert told.scheme in ("http", "https")


@settings(derandomize=True, max_examples=400, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Forwarded", "Host", *(f"X-Forwarded-{n}" for n in ("For", "Proto", "Host", "Port"))]),
            st.text(st.characters(codec="latin-1"), max_size=80) | TEXT,
        )
    )
)
def test_any_headers_give_an_address_or_nobody(headers):
    told = heard(*headers)
    assert told is None or told.client == UNKNOWN or ip_address(told.client)
    assert told is None or told.scheme in ("http", "https")


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For"])
@pytest.mark.parametrize("words", ["for=127.0.0.1,", 'for="\\', ";", ",", " ", "127.0.0.1,", "[", "a=b;"])
def test_long_headers_take_no_time(header, words):
    for _ in range(20):
        heard((header, words * (8000 // len(words))))


@pytest.mark.parametrize(
    ("sent", "expected"),
    [("/tunerr", "/tunerr"), ("/tunerr/", "/tunerr"), ("/a/b-c_d.e~f", "/a/b-c_d.e~f"), ("/evil, /tunerr", "/tunerr"),
     ("/" + "x" * 199, "/" + "x" * 199), ("/" + "x" * 200, ""), ("", ""), ("/", ""), ("//a", ""), ("/a//b", ""),
     ("/..", ""), ("/a/./b", ""), ("/a b", ""), ("/%41", ""), ("tunerr", ""), ("/ä", ""), ('/"', ""), ("/a\nb", "")],
)  # fmt: skip
def test_the_path_below_which_a_proxy_shows_us(sent, expected):
    assert heard(("X-Forwarded-For", "192.0.2.9"), ("X-Forwarded-Prefix", sent)).prefix == expected
    assert heard(("X-Forwarded-Prefix", sent), ("Forwarded", "for=192.0.2.9")).prefix == expected
    assert heard(("X-Forwarded-Prefix", sent), peer="192.0.2.1") is None
