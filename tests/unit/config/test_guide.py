import pytest

from tunerr.config import PREFIX, load
from tunerr.errors import ConfigError


def guide(**environ):
    return load(environ={PREFIX + name: value for name, value in environ.items()}, dotenv=None, flags={}).settings.guide


def test_what_holds_when_nothing_is_set():
    said = guide()
    assert (said.match, said.aliases, said.prefer_languages, said.prefer_latin) == (True, None, (), False)
    assert (said.non_latin_title, said.prune_unlinked, said.serve_hours, said.largest_bytes) == ("off", False, 0, 0)
    assert (said.short_epg, said.short_epg_min, said.short_epg_limit) == (False, 2, 6)
    assert (said.short_epg_concurrency, said.short_epg_timeout) == (8, 5.0)
    assert (said.provider_epg_incremental, said.provider_epg_lookahead, said.provider_epg_backfill) == (False, 72, 6)


def test_lists_and_paths(tmp_path):
    said = guide(
        XMLTV_PREFER_LANGS="EN, de,en",
        XMLTV_ALIASES=str(tmp_path / "a.json"),
        GUIDE_INPUT_ALLOWED_URLS="http://a/1,http://b/2",
        GUIDE_INPUT_ROOTS="/srv/a, /srv/b",
    )
    assert said.prefer_languages == ("en", "de")
    assert said.aliases.reveal() == (tmp_path / "a.json").as_uri()
    assert [url.reveal() for url in said.input_urls] == ["http://a/1", "http://b/2"]
    assert [str(path) for path in said.input_roots] == ["/srv/a", "/srv/b"]


@pytest.mark.parametrize(
    ("given", "largest"),
    [
        ({"MAX_MB": "2"}, 2_000_000),
        ({"MAX_BYTES": "7"}, 7),
        ({"MAX_MB": "1", "MAX_BYTES": "7"}, 7),
        ({"MAX_MB": "0"}, 0),
    ],
)
def test_the_smaller_limit_counts(given, largest):
    assert guide(**{f"EPG_SQLITE_{name}": value for name, value in given.items()}).largest_bytes == largest


@pytest.mark.parametrize("suffix", ["from={from_unix}&to={to_unix}", "&d={from_ymd}", "?a=1"])
def test_a_suffix_is_a_query(suffix):
    assert guide(PROVIDER_EPG_URL_SUFFIX=suffix).provider_epg_suffix == suffix.lstrip("?&")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PROVIDER_EPG_URL_SUFFIX", "from={from}", "{from} is none of {from_unix}, {to_unix}, {from_ymd}, {to_ymd}"),
        ("PROVIDER_EPG_URL_SUFFIX", "from={from_unix", "{ is none of"),
        ("PROVIDER_EPG_URL_SUFFIX", "a=1#b", "it has a space or a #"),
        ("XMLTV_PREFER_LANGS", "English please", "'english please' is no language"),
        ("XMLTV_NON_LATIN_TITLE_FALLBACK", "id", "'id' is none of off, channel"),
        ("PROVIDER_SHORT_EPG_MIN_PROGRAMMES", "0", "no whole number from 1 to 100"),
        ("EPG_GUIDE_SERVE_WINDOW_HOURS", "1000", "no whole number from 0 to 336"),
    ],
)
def test_nonsense_is_refused(name, value, said):
    with pytest.raises(ConfigError) as caught:
        guide(**{name: value})
    (problem,) = caught.value.problems
    assert said in problem
