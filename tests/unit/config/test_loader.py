import pytest

from tunerr.config import PREFIX, ListenAddress, Settings, load
from tunerr.config.declare import settings_of
from tunerr.config.sections import SECTIONS
from tunerr.errors import ConfigError


def read(environ=None, *, dotenv=None, flags=None):
    return load(
        environ={PREFIX + name: value for name, value in (environ or {}).items()}, dotenv=dotenv, flags=flags or {}
    )


def problems(environ, **kwargs):
    with pytest.raises(ConfigError) as caught:
        read(environ, **kwargs)
    return caught.value.problems


def test_nothing_set_is_the_demo():
    loaded = read()
    assert loaded.settings == Settings()
    assert loaded.settings.provider.sources == ()
    assert loaded.notes == ()


def test_flags_over_environment_over_dotenv(tmp_path):
    file = tmp_path / ".env"
    file.write_text(
        "IPTV_TUNERR_ADDR=\":1\"\nexport IPTV_TUNERR_REFRESH=1h\nIPTV_TUNERR_FRIENDLY_NAME='My $HOME # TV'\n# comment\n"
    )
    loaded = read({"ADDR": ":2", "REFRESH": "2h"}, dotenv=file, flags={"ADDR": ":3"})
    server = loaded.settings.server
    assert server.addr == ListenAddress("", 3)
    assert server.refresh == 7200
    assert loaded.settings.hdhr.friendly_name == "My $HOME # TV"
    assert loaded.origins == {"ADDR": "flag", "REFRESH": "environment", "FRIENDLY_NAME": ".env"}


def test_a_dotenv_line_that_is_none_is_named(tmp_path):
    file = tmp_path / ".env"
    file.write_text("IPTV_TUNERR_ADDR=:1\nIPTV_TUNERR_REFRESH\n")
    (only,) = problems({}, dotenv=file)
    assert "line 2" in only
    file.write_bytes(b"IPTV_TUNERR_FRIENDLY_NAME=\xff\n")
    (only,) = problems({}, dotenv=file)
    assert "UTF-8" in only


def test_empty_values_count_as_not_set(tmp_path):
    file = tmp_path / ".env"
    file.write_text("IPTV_TUNERR_ADDR=:1\n")
    assert read({"ADDR": "", "REFRESH": ""}, dotenv=file).settings.server.addr.port == 1


def test_all_bad_values_are_listed_with_an_example():
    found = problems(
        {"REFRESH": "soon", "LINEUP_MAX_CHANNELS": "480", "M3U_URL_3": "gopher://x", "PROVIDER_URL": "http://p"},
        flags={"ADDR": "nine"},
    )
    for start in (
        "--addr: 'nine'",
        "IPTV_TUNERR_REFRESH: 'soon'",
        "IPTV_TUNERR_LINEUP_MAX_CHANNELS: '480'",
        "IPTV_TUNERR_M3U_URL_3: ",
        "IPTV_TUNERR_PROVIDER_USER: ",
        "IPTV_TUNERR_PROVIDER_PASS: ",
    ):
        (line,) = [problem for problem in found if problem.startswith(start)]
        assert "Example: " in line
    assert len(found) == 6


def test_every_example_is_a_good_value():
    for section in SECTIONS.values():
        for field, setting, _ in settings_of(section):
            section.model_validate({field: setting.example})


def test_no_problem_ever_echoes_a_secret():
    secret = "hunter2\x00secret"
    for section in SECTIONS.values():
        for _, setting, _ in settings_of(section):
            if not setting.secret:
                continue
            try:
                said = repr(read({setting.name: secret}))
            except ConfigError as error:
                said = str(error)
            assert "hunter2" not in said


def test_unknown_names_get_the_nearest_known_one():
    notes = read({"REFRSH": "6h", "XYZZY": "1", "M3U_URL_1": "x"}).notes
    assert "IPTV_TUNERR_REFRSH is no known setting; the nearest one is IPTV_TUNERR_REFRESH." in notes
    assert "IPTV_TUNERR_XYZZY is no known setting." in notes
    assert any("M3U_URL_1 is no known setting; the nearest one is IPTV_TUNERR_M3U_URL" in note for note in notes)


def test_names_without_our_prefix_are_nobodys_business():
    assert load(environ={"PATH": "x", "PROVIDER_URL": "y"}, dotenv=None, flags={}).notes == ()


def test_reserved_names_are_noted_and_do_nothing():
    loaded = read({"DEDUPE_BY_TVG_ID": "maybe", "CF_AUTO_BOOT": "yes"})
    assert loaded.settings == Settings()
    assert any("DEDUPE_BY_TVG_ID is accepted" in note and "same tvg-id" in note for note in loaded.notes)
    assert any("CF_AUTO_BOOT is accepted" in note and "arrives with" in note for note in loaded.notes)


def test_older_names_are_read_and_the_canonical_one_wins():
    assert str(read({"HDHR_DEVICE_ID": "0x10512343"}).settings.hdhr.device_id) == "10512343"
    both = read({"FRIENDLY_NAME": "A", "HDHR_FRIENDLY_NAME": "B"})
    assert both.settings.hdhr.friendly_name == "A"
    assert any("IPTV_TUNERR_FRIENDLY_NAME wins" in note for note in both.notes)
    assert read({"UI_ALLOW_LAN": "off"}).settings.deck.allow_lan is False
    assert problems({"HDHR_TUNER_COUNT": "999"})[0].startswith("IPTV_TUNERR_HDHR_TUNER_COUNT: ")


def test_an_older_name_in_the_environment_beats_dotenv(tmp_path):
    file = tmp_path / ".env"
    file.write_text("IPTV_TUNERR_TUNER_COUNT=2\n")
    assert read({"HDHR_TUNER_COUNT": "3"}, dotenv=file).settings.gateway.tuner_count == 3


def test_a_short_refresh_is_noted():
    assert any("REFRESH is very short" in note for note in read({"REFRESH": "6"}).notes)
    assert read({"REFRESH": "0"}).notes == ()


def test_the_demos_folder_is_below_the_data_folder(tmp_path):
    settings = read({"DATA_DIR": str(tmp_path)}).settings
    assert (settings.data_folder(), settings.demo_folder()) == (tmp_path, tmp_path / "demo")
