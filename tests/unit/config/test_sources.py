import pytest

from tunerr.config import PREFIX, load
from tunerr.config.sources import setting_of
from tunerr.errors import ConfigError
from tunerr.model.channel import SourceId
from tunerr.model.source import Programmes, Source
from tunerr.model.url import SecretUrl


def read(**environ):
    return load(environ={PREFIX + name: value for name, value in environ.items()}, dotenv=None, flags={})


def sources(**environ):
    return {one.id: one for one in read(**environ).settings.provider.sources}


PANEL = {"PROVIDER_URL": "http://p.example:8080/", "PROVIDER_USER": "a@b", "PROVIDER_PASS": "p&q ä"}


def test_a_panel_gives_playlist_and_guide_with_quoted_credentials():
    found = sources(**PANEL)
    assert list(found) == ["xtream", "xtream-guide"]
    login = "username=a%40b&password=p%26q+%C3%A4"
    assert found["xtream"].location.reveal() == f"http://p.example:8080/get.php?{login}&type=m3u_plus&output=ts"
    assert found["xtream-guide"].location.reveal() == f"http://p.example:8080/xmltv.php?{login}"
    assert (found["xtream"].kind, found["xtream-guide"].kind) == ("playlist", "guide")
    assert "p&q" not in repr(found)
    assert "p%26q" not in repr(found)


def test_panel_guides_have_their_timeout_and_can_be_left_out():
    assert sources(**PANEL, PROVIDER_EPG_TIMEOUT="3m")["xtream-guide"].timeout == 180
    assert list(sources(**PANEL, PROVIDER_EPG_ENABLED="off")) == ["xtream"]


def test_a_playlist_takes_the_place_of_the_panels_of_its_number():
    found = sources(**PANEL, M3U_URL="http://m/1", PROVIDER_URL_2="http://q", M3U_URL_3="/srv/3.m3u")
    assert list(found) == ["m3u", "xtream-2", "m3u-3", "xtream-guide", "xtream-guide-2"]


def test_further_panels_fall_back_to_the_first_ones_credentials():
    found = sources(**PANEL, PROVIDER_URL_2="http://q", PROVIDER_PASS_2="other")
    assert "username=a%40b&password=other" in found["xtream-2"].location.reveal()


def test_missing_credentials_are_a_problem_only_when_the_playlist_needs_them():
    with pytest.raises(ConfigError) as caught:
        read(PROVIDER_URL_2="http://q", PROVIDER_USER_2="u")
    (only,) = caught.value.problems
    assert only.startswith("IPTV_TUNERR_PROVIDER_PASS_2: it is missing")
    beside = read(PROVIDER_URL="http://q", M3U_URL="http://m/1")
    assert [one.id for one in beside.settings.provider.sources] == ["m3u"]
    assert any("PROVIDER_USER: it is missing" in note for note in beside.notes)


def test_credentials_without_panel_are_noted():
    assert any("need PROVIDER_URL." in note for note in read(PROVIDER_USER="u", PROVIDER_PASS="p").notes)


def test_several_hosts_are_alternatives_of_one_account():
    found = sources(PROVIDER_URLS="http://a, http://b", PROVIDER_USER="u", PROVIDER_PASS="p", PROVIDER_URL="http://c")
    assert found["xtream"].location.host == "a"
    assert [host.host for host in found["xtream"].panel.hosts] == ["a", "b"]


def test_each_source_names_its_setting():
    found = sources(**PANEL, PROVIDER_URL_2="http://q", M3U_URL_3="/srv/3.m3u", XMLTV_URL="http://g/1,http://g/2")
    assert {name: setting_of(name).removeprefix(PREFIX) for name in found} == {
        "xtream": "PROVIDER_URL",
        "xtream-2": "PROVIDER_URL_2",
        "m3u-3": "M3U_URL_3",
        "xtream-guide": "PROVIDER_URL",
        "xtream-guide-2": "PROVIDER_URL_2",
        "xmltv": "XMLTV_URL",
        "xmltv-2": "XMLTV_URL",
    }


def test_external_guides_come_after_the_panels():
    found = sources(**PANEL, XMLTV_URL="http://g/1?a=b,c,http://g/2", XMLTV_TIMEOUT="10s", PROVIDER_ALLOW_LAN="yes")
    assert list(found) == ["xtream", "xtream-guide", "xmltv", "xmltv-2"]
    assert found["xmltv"].location.reveal() == "http://g/1?a=b,c"
    assert found["xmltv-2"].timeout == 10
    assert all(one.allow_lan for one in found.values())


@pytest.mark.parametrize("name", ["", "..", "a/b", "M3U"])
def test_an_id_is_fit_for_file_names(name):
    with pytest.raises(ValueError, match="no source id"):
        Source(SourceId(name), "playlist", SecretUrl("http://p"), 1)


def test_a_guide_alone_leaves_the_demo():
    loaded = read(XMLTV_URL="http://g/1")
    assert all(source.kind == "guide" for source in loaded.settings.provider.sources)
    assert any("no playlist" in note for note in loaded.notes)


def test_a_subscription_file_gives_the_credentials_that_are_missing(tmp_path):
    file = tmp_path / "sub.txt"
    file.write_text("Some: thing\nUsername: alice\nPassword: s:cret\n")
    found = sources(PROVIDER_URL="http://p", SUBSCRIPTION_FILE=str(file))
    assert "username=alice&password=s%3Acret" in found["xtream"].location.reveal()
    found = sources(PROVIDER_URL="http://p", SUBSCRIPTION_FILE=str(file), PROVIDER_USER="bob")
    assert "username=bob&password=s%3Acret" in found["xtream"].location.reveal()


@pytest.mark.parametrize("text", [None, "Username: alice\n"])
def test_a_useless_subscription_file_is_a_problem(tmp_path, text):
    file = tmp_path / "sub.txt"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read(PROVIDER_URL="http://p", SUBSCRIPTION_FILE=str(file))
    assert any(problem.startswith("IPTV_TUNERR_SUBSCRIPTION_FILE: ") for problem in caught.value.problems)


def test_films_and_series_are_left_out_on_request():
    panel = {"PROVIDER_URL": "http://a", "PROVIDER_USER": "u", "PROVIDER_PASS": "p"}
    assert sources(**panel)["xtream"].panel.vod
    assert not sources(**panel, LIVE_ONLY="true")["xtream"].panel.vod


def test_free_sources_come_after_the_paid_ones_under_names_that_stay():
    environ = {"FREE_SOURCE": "http://f/1", "FREE_SOURCE_3": "/srv/3.m3u", "FREE_SOURCES": "http://f/a,http://f/b"}
    environ |= {"FREE_SOURCE_IPTV_ORG_COUNTRIES": "UK,us", "FREE_SOURCE_IPTV_ORG_CATEGORIES": "news"}
    environ |= {"FREE_SOURCE_IPTV_ORG_ALL": "yes", "M3U_URL_2": "http://m/2", "XMLTV_URL": "http://g/1"}
    found = sources(**environ)
    free = ["free", "free-3", "free-list", "free-list-2", "free-country-uk", "free-country-us"]
    free += ["free-category-news", "free-all"]
    assert list(found) == ["m3u-2", *free, "xmltv"]
    assert [name for name, one in found.items() if one.free] == free
    assert found["free-country-uk"].country == "gb"
    assert found["free-country-uk"].location.reveal().endswith("/countries/uk.m3u")
    assert {name: setting_of(name).removeprefix(PREFIX) for name in free} == {
        "free": "FREE_SOURCE",
        "free-3": "FREE_SOURCE_3",
        "free-list": "FREE_SOURCES",
        "free-list-2": "FREE_SOURCES",
        "free-country-uk": "FREE_SOURCE_IPTV_ORG_COUNTRIES",
        "free-country-us": "FREE_SOURCE_IPTV_ORG_COUNTRIES",
        "free-category-news": "FREE_SOURCE_IPTV_ORG_CATEGORIES",
        "free-all": "FREE_SOURCE_IPTV_ORG_ALL",
    }


def test_a_free_source_alone_is_no_demo():
    assert not any("no playlist" in note for note in read(FREE_SOURCE="http://f/1", XMLTV_URL="http://g/1").notes)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("COUNTRIES", "us,usa", "'usa' is no country"), ("CATEGORIES", "../x", "'../x' is no category")],
)
def test_words_of_presets_are_checked(name, value, said):
    with pytest.raises(ConfigError) as caught:
        read(**{f"FREE_SOURCE_IPTV_ORG_{name}": value})
    assert said in caught.value.problems[0]


def test_the_guide_of_a_panel_says_whose_it_is_and_how_it_is_asked_for():
    asked = {"PROVIDER_EPG_URL_SUFFIX": "from={from_unix}", "PROVIDER_EPG_LOOKAHEAD_HOURS": "48"}
    guide = sources(**PANEL, **asked)["xtream-guide"].programmes
    assert guide == Programmes(SourceId("xtream"), suffix="from={from_unix}", lookahead=48)
    guide = sources(**PANEL, **asked, PROVIDER_EPG_INCREMENTAL="yes", M3U_URL="http://m/1")["xtream-guide"].programmes
    assert (guide.of, guide.incremental) == ("m3u", True)
    loaded = read(**PANEL, PROVIDER_EPG_INCREMENTAL="yes")
    assert "IPTV_TUNERR_PROVIDER_EPG_INCREMENTAL needs PROVIDER_EPG_URL_SUFFIX." in loaded.notes
    assert not loaded.settings.provider.sources[1].programmes.incremental


def test_the_device_s_guide_and_what_panels_say_of_channels_fill_what_the_others_lack():
    found = sources(
        **PANEL,
        PROVIDER_URL_2="http://q",
        XMLTV_URL="http://g/1",
        HDHR_GUIDE_URL="http://device/guide.xml",
        PROVIDER_SHORT_EPG_FALLBACK="true",
        PROVIDER_SHORT_EPG_TIMEOUT="3s",
    )
    order = ["xtream", "xtream-2", "xtream-guide", "xtream-guide-2", "xmltv", "hdhr-guide"]
    assert list(found) == [*order, "xtream-short", "xtream-short-2"]
    assert found["hdhr-guide"].timeout == 90
    assert setting_of(SourceId("hdhr-guide")) == "IPTV_TUNERR_HDHR_GUIDE_URL"
    short = found["xtream-short-2"]
    assert (short.kind, short.timeout, short.programmes) == ("guide", 3, Programmes(SourceId("xtream-2"), short=True))
    assert short.location.reveal().startswith("http://q/player_api.php?username=a%40b&password=")
    assert short.location.reveal().endswith("&action=get_short_epg")
    assert short.panel is None, "it is no account of its own"
    assert setting_of(short.id) == "IPTV_TUNERR_PROVIDER_URL_2"


def test_a_device_s_lineup_is_a_source_of_the_kind_of_a_device():
    found = sources(
        **PANEL, M3U_URL_2="http://m/2", HDHR_LINEUP_URL="http://192.168.1.20/lineup.json", FREE_SOURCE="http://f"
    )
    assert list(found) == ["xtream", "m3u-2", "hdhr", "free", "xtream-guide"]
    device = found["hdhr"]
    assert (device.kind, device.device, device.timeout) == ("playlist", True, 30)
    assert device.location.reveal() == "http://192.168.1.20"
    assert (device.origin, setting_of(device.id)) == ("environment", "IPTV_TUNERR_HDHR_LINEUP_URL")
    assert setting_of(SourceId("hdhr-guide")) == "IPTV_TUNERR_HDHR_GUIDE_URL"


@pytest.mark.parametrize("url", ["http://10.0.0.2:5004", "http://10.0.0.2:5004/", "http://10.0.0.2:5004/lineup.json"])
def test_a_device_may_be_named_by_its_address(url):
    (only,) = sources(HDHR_LINEUP_URL=url).values()
    assert only.location.reveal() == "http://10.0.0.2:5004"


def test_the_prefix_of_a_device_s_ids_has_no_meaning_here():
    (note,) = read(HDHR_LINEUP_URL="http://10.0.0.2", HDHR_LINEUP_ID_PREFIX="x.").notes
    assert "IPTV_TUNERR_HDHR_LINEUP_ID_PREFIX is accepted and has no effect: it has no meaning here" in note
