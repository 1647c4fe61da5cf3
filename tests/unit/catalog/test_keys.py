import pytest

from tunerr.catalog.keys import name_key, path_key, stream_key, tvg_key, without_country


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("BBC One", "bbc one"),
        ("BBC One HD", "bbc one"),
        ("bbc-one (1080p) [Backup]", "bbc one"),
        ("BBC One ᴴᴰ", "bbc one"),
        ("BBC One  Ⓢ", "bbc one"),
        ("🅷 BBC One", "bbc one"),
        ("★ BBC One ★ H.265 50 fps", "bbc one"),
        ("BBC One +1", "bbc one + 1"),
        ("BBC One+1", "bbc one + 1"),
        ("UK: BBC One", "uk bbc one"),
        ("Canal+ Sport", "canal + sport"),
        ("4K", "4k"),
        ("HD 4K", "hd 4k"),
        ("\uff26\uff55\uff4c\uff4c \uff37idth", "full width"),
        ("STRASSE Straße", "strasse strasse"),
        ("हिन्दी", "हिन्दी"),
        ("WOWOWプライム", "wowowプライム"),
        ("★ ☆ +", ""),
        ("", ""),
    ],
)
def test_name_key(name, key):
    assert name_key(name) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [("News UK", "News US"), ("🇬🇧 News", "🇫🇷 News"), ("Canal", "Canal+"), ("E4", "E4 +1"), ("M 1", "M 2")],
)
def test_different_channels_have_different_keys(one, other):
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://h:8080/live/user/pass/123.ts", "123"),
        ("https://other/user2/pass2/123.m3u8?token=x", "123"),
        ("http://h/user/pass/123", "123"),
        ("https://cdn.example/delta/105/out/u/1200_1.m3u8?a=b#c", "/delta/105/out/u/1200_1.m3u8"),
        ("https://u:p@one.example/hls/live/playlist.m3u8", "one.example/hls/live/playlist.m3u8"),
        ("udp://@239.0.0.1:1234", "239.0.0.1:1234"),
        ("http://Radio.example:8000/", "radio.example:8000/"),
    ],
)
def test_path_key(url, key):
    assert path_key(url) == key


def test_tvg_key():
    assert tvg_key(" BBC1.uk ") == tvg_key("bbc1.UK") == "bbc1.uk"


@pytest.mark.parametrize(
    ("name", "plain", "country"),
    [
        ("UK: BBC One", "bbc one", "gb"),
        ("|UK| BBC One HD", "bbc one", "gb"),
        ("UK - BBC One", "bbc one", "gb"),
        ("UK \u2503 BBC One", "bbc one", "gb"),
        ("[GB] BBC One", "bbc one", "gb"),
        ("🇬🇧 BBC One", "bbc one", "gb"),
        ("BBC One (UK) FHD", "bbc one", "gb"),
        ("GERMANY: Das Erste", "das erste", "de"),
        ("España | La 1", "la 1", "es"),
        ("UK: HD", "", "gb"),
        # No countries: a series, a language, what is Arabic as often as it is Argentina, a word before a dash.
        ("CSI: Crime Scene", "csi crime scene", ""),
        ("EN: Movies", "en movies", ""),
        ("AR: MBC 1", "ar mbc 1", ""),
        ("SD: One", "one", ""),
        ("Me - TV", "me tv", ""),
        ("It Crowd", "it crowd", ""),
        ("News UK", "news uk", ""),
    ],
)
def test_without_country(name, plain, country):
    assert without_country(name_key(name), name) == (plain, country)


def test_a_stream_is_named_by_its_source_and_what_stays_of_its_address():
    key = stream_key("xtream", "http://old.example/live/user/pass/123.ts")
    assert len(key) == 12
    assert key == stream_key("xtream", "https://new.example:8080/u/p/123.m3u8?token=1")
    assert key != stream_key("m3u", "http://old.example/live/user/pass/123.ts")
    assert key != stream_key("xtream", "http://old.example/live/user/pass/124.ts")
