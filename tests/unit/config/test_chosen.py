import pytest

from tunerr.config import PREFIX, load
from tunerr.config.effective import effective
from tunerr.config.loader import choose, declared, parsed


def loaded(**environ):
    return load(environ={PREFIX + name: value for name, value in environ.items()}, dotenv=None, flags={})


def test_what_the_operator_chose_counts_below_everything_else(tmp_path):
    file = tmp_path / ".env"
    file.write_text("IPTV_TUNERR_LOG_LEVEL=debug\n")
    before = load(environ={PREFIX + "REFRESH": "2h"}, dotenv=file, flags={"ADDR": ":1"})
    after = choose(before, {"REFRESH": "1h", "LOG_LEVEL": "error", "EPG_PRUNE_UNLINKED": "yes"})
    assert (after.settings.server.refresh, after.settings.server.log_level) == (7200, "debug")
    assert after.settings.guide.prune_unlinked is True
    assert after.origins == {
        "REFRESH": "environment", "LOG_LEVEL": ".env", "ADDR": "flag", "EPG_PRUNE_UNLINKED": "deck",
    }  # fmt: skip


def test_a_choice_that_was_taken_back_counts_no_more():
    first = choose(loaded(), {"REFRESH": "1h"})
    assert first.settings.server.refresh == 3600
    again = choose(first, {})
    assert again.settings == loaded().settings
    assert again.origins == {}


def test_a_choice_that_cannot_be_used_is_a_note_and_not_the_end():
    made = choose(loaded(), {"REFRESH": "soon", "LOG_LEVEL": "debug"})
    assert (made.settings.server.refresh, made.settings.server.log_level) == (6 * 3600, "debug")
    (note,) = made.notes
    assert "IPTV_TUNERR_REFRESH (chosen in the Control Deck): 'soon' is no duration" in note


def test_a_value_is_read_by_the_parser_of_its_own_section():
    assert parsed("REFRESH", "90m") == 5400
    assert parsed("SMOKETEST_SKIP_GROUPS", "PPV *, 24/7") == ("PPV *", "24/7")
    with pytest.raises(ValueError, match="'soon' is no duration; write it as 90s"):
        parsed("REFRESH", "soon")
    with pytest.raises(ValueError, match="is no whole number from 0 to 10"):
        parsed("UPSTREAM_RETRY_LIMIT", "11")
    assert declared("NOPE") is None


def test_where_each_value_comes_from():
    rows = {row.name: row for row in effective(choose(loaded(M3U_URL_2="http://p/x?token=t0p"), {"REFRESH": "1h"}))}
    assert (rows[PREFIX + "REFRESH"].value, rows[PREFIX + "REFRESH"].origin) == ("1h", "deck")
    assert (rows[PREFIX + "REFRESH"].section, rows[PREFIX + "REFRESH"].default) == ("server", "6h")
    assert rows[PREFIX + "M3U_URL_2"].origin == "environment"
    assert rows[PREFIX + "ADDR"].origin == "default"
