import pytest

from tunerr.config import load
from tunerr.errors import ConfigError


def lineup(**given):
    environ = {f"IPTV_TUNERR_{name}": value for name, value in given.items()}
    return load(environ=environ, dotenv=None, flags={}).settings.lineup


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("LINEUP_LANGUAGE", "all", "languages", ()),
        ("LINEUP_LANGUAGE", "EN, fr", "languages", ("en", "fr")),
        ("LINEUP_DEDUPE", "stable", "dedupe", "identity"),
        ("LINEUP_DEDUPE", "1", "dedupe", "identity"),
        ("LINEUP_DEDUPE", "TRUE", "dedupe", "identity"),
        ("LINEUP_DEDUPE", "strong", "dedupe", "strong"),
        ("LINEUP_DEDUPE", "false", "dedupe", "off"),
        ("DNA_POLICY", "best", "dna_policy", "prefer_best"),
        ("DNA_PREFERRED_HOSTS", "http://A.example:80/x, b", "preferred_hosts", ("a.example:80", "b")),
        ("GUIDE_POLICY", "placeholder", "guide_policy", "drop_placeholders"),
        ("LINEUP_EXCLUDE_CHANNEL_IDS", "a, b,,a", "exclude_ids", ("a", "b")),
        ("LINEUP_EXCLUDE_REGEX", r"^\d+, x", "exclude_regex", r"^\d+, x"),
        ("SPORTS_EVENT_PAST_WINDOW", "2h", "event_past", 7200.0),
        ("GUIDE_NUMBER_OFFSET", "-100", "number_offset", -100),
        ("LINEUP_MAX_CHANNELS", "0", "max_channels", 479),
    ],
)
def test_what_is_read(name, text, field, value):
    assert getattr(lineup(**{name: text}), field) == value


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("LINEUP_EXCLUDE_REGEX", "(", "is no regular expression"),
        ("LINEUP_EXCLUDE_REGEX", "(a|aa)+$", "takes far too long"),
        ("LINEUP_LANGUAGE", "english", "is no language of two letters"),
        ("LINEUP_RECIPE", "best", "is none of off, high_confidence"),
        ("LINEUP_SKIP", "-1", "is no whole number"),
    ],
)
def test_what_is_refused(name, text, words):
    with pytest.raises(ConfigError, match=words):
        lineup(**{name: text})
