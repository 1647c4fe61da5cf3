from tunerr.config import PREFIX, load
from tunerr.config.declare import settings_of
from tunerr.config.effective import effective
from tunerr.config.folder import checkout, default_data_folder
from tunerr.config.reference import SAMPLE_FILE, SETTINGS_PAGE, sample_file, settings_page
from tunerr.config.reserved import RESERVED
from tunerr.config.sections import SECTIONS

UPDATE = "run: iptv-tunerr config reference --write"
DECLARED = [setting for section in SECTIONS.values() for _, setting, _ in settings_of(section)]


def test_the_committed_reference_is_the_generated_one():
    assert (checkout() / SETTINGS_PAGE).read_text(encoding="utf-8") == settings_page(), UPDATE


def test_the_committed_sample_is_the_generated_one():
    assert (checkout() / SAMPLE_FILE).read_text(encoding="utf-8") == sample_file(), UPDATE


def test_the_sample_can_be_used_once_uncommented(tmp_path):
    file = tmp_path / ".env"
    file.write_text("".join(line.removeprefix("#") + "\n" for line in sample_file().splitlines() if "=" in line))
    loaded = load(environ={}, dotenv=file, flags={})
    assert loaded.notes == ()
    assert loaded.settings.gateway.tuner_count == 4


def test_no_name_is_declared_twice_or_both_declared_and_reserved():
    names = [PREFIX + name for setting in DECLARED for name in (setting.name, *setting.aliases)]
    assert len(names) == len(set(names))
    assert not set(names) & set(RESERVED)
    assert len(RESERVED) > 200


def test_tables_have_as_many_cells_as_their_head():
    width = 0
    for line in settings_page().splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        width = width or line.count("|")
        assert line.count("|") == width, line


def test_effective_settings_name_their_origin_and_show_no_secret():
    environ = {
        "M3U_URL": "http://h/get.php?password=hunter2",
        "PROVIDER_PASS_2": "hunter2",
        "WEBUI_PASS": "hunter2",
        "UPSTREAM_HEADERS": "X-Token: hunter2",
        "REFRESH": "90m",
    }
    loaded = load(environ={PREFIX + name: value for name, value in environ.items()}, dotenv=None, flags={"ADDR": ":1"})
    rows = {row.name: (row.value, row.origin) for row in effective(loaded)}
    assert rows["IPTV_TUNERR_ADDR"] == (":1", "flag")
    assert rows["IPTV_TUNERR_REFRESH"] == ("1h30m", "environment")
    assert rows["IPTV_TUNERR_PROVIDER_PASS_2"] == ("(set)", "environment")
    assert rows["IPTV_TUNERR_WEBUI_PASS"] == ("(set)", "environment")
    assert rows["IPTV_TUNERR_XMLTV_TIMEOUT"] == ("45s", "default")
    assert "hunter2" not in str(rows)
    assert "hunter2" not in repr(loaded)


def test_a_checkout_keeps_its_data_in_itself():
    assert default_data_folder() == checkout() / "data"


def test_an_installed_program_keeps_its_data_with_the_user(monkeypatch, tmp_path):
    monkeypatch.setattr("tunerr.config.folder.checkout", lambda: None)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_data_folder() == tmp_path / "iptv-tunerr"
