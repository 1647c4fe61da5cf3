import pytest

from tunerr.config import PREFIX, load
from tunerr.config.validation import ValidationSettings
from tunerr.errors import ConfigError


def read(**given):
    return load(environ={PREFIX + name: value for name, value in given.items()}, dotenv=None, flags={})


def test_it_is_off_until_somebody_wants_it():
    assert read().settings.validation == ValidationSettings()
    assert not ValidationSettings().enabled


@pytest.mark.parametrize("family", ["SMOKETEST", "LINEUP_PROBE"])
def test_both_families_of_names_set_the_one_engine(family):
    names = {"TIMEOUT": "3s", "CONCURRENCY": "2", "MAX_DURATION": "2m", "CACHE_TTL": "10m"}
    loaded = read(**{f"{family}_{name}": value for name, value in names.items()})
    found = loaded.settings.validation
    assert (found.timeout, found.workers, found.max_duration, found.cache_ttl) == (3, 2, 120, 600)
    assert loaded.notes == ()


def test_where_both_are_set_the_first_family_wins_with_a_note():
    loaded = read(SMOKETEST_TIMEOUT="9s", LINEUP_PROBE_TIMEOUT="3s")
    assert loaded.settings.validation.timeout == 9
    assert len(loaded.notes) == 1


@pytest.mark.parametrize("name", ["SMOKETEST_CACHE_FILE", "LINEUP_PROBE_CACHE_FILE"])
def test_cache_files_have_no_meaning(name):
    assert "everything is kept in the data folder" in read(**{name: "x.json"}).notes[0]


def test_lists_and_the_guard():
    found = read(
        SMOKETEST_SKIP_GROUPS=" PPV *, 24/7,", SMOKETEST_SKIP_REGIONS="uk", FALLBACK_RUN_GUARD="30"
    ).settings.validation
    assert (found.skip_groups, found.skip_regions, found.run_guard) == (("PPV *", "24/7"), ("uk",), 30)
    with pytest.raises(ConfigError):
        read(SMOKETEST_RUN_GUARD="101")
