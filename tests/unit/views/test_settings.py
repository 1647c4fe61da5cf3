import orjson
import pytest

from tunerr.config import PREFIX, load
from tunerr.config.effective import effective
from tunerr.config.loader import choose
from tunerr.views.settings import settings_rows, settings_view

SECRETS = ("t0pt0ken", "s3cretuser", "s3cretpass", "s3cretheader", "l0ginpass")
ENVIRON = {
    "M3U_URL_2": f"http://list.example/x.m3u?token={SECRETS[0]}",
    "PROVIDER_URL": "http://panel.example:8080",
    "PROVIDER_USER": SECRETS[1],
    "PROVIDER_PASS": SECRETS[2],
    "UPSTREAM_HEADERS": f"X-Token: {SECRETS[3]}",
    "WEBUI_PASS": SECRETS[4],
    "CATALOG": "x.db",
    "REFRESH": "2h",
}
LIVE = {"REFRESH": "At once.", "LOG_LEVEL": "At once.", "LINEUP_LANGUAGE": "At once."}


def view(chosen=(), rules=None, **asked):
    loaded = load(environ={PREFIX + name: value for name, value in ENVIRON.items()}, dotenv=None, flags={})
    loaded = choose(loaded, dict(chosen))
    return settings_view(effective(loaded), live=LIVE, chosen_rules=rules or {}, notes=loaded.notes, **asked)


def row(name, **options):
    rows = [one for section in view(query=name, **options).sections for one in section.rows]
    return next(one for one in rows if one.name == name)


def test_every_setting_says_what_it_is_and_where_its_value_comes_from():
    one = row("REFRESH")
    assert (one.env, one.value, one.default, one.origin, one.unit) == (
        "IPTV_TUNERR_REFRESH", "2h", "6h", "environment", "duration",
    )  # fmt: skip
    assert (one.flag, one.effect, one.changeable, one.is_set) == ("refresh", "At once.", False, True)
    one = row("LOG_LEVEL", chosen={"LOG_LEVEL": "debug"})
    assert (one.value, one.origin, one.changeable) == ("debug", "deck", True)
    one = row("WEBUI_PORT")
    assert (one.origin, one.effect, one.changeable) == ("default", "", False)
    one = row("M3U_URL_2")
    assert (one.secret, one.is_set, one.numbered) == (True, True, True)
    assert row("M3U_URL").is_set is False


def test_a_rule_that_was_chosen_shows_as_set_here():
    one = row("LINEUP_LANGUAGE", rules={"LINEUP_LANGUAGE": "en,fr"})
    assert (one.value, one.origin, one.changeable) == ("en,fr", "deck", True)
    assert row("LINEUP_LANGUAGE").value == "all"


@pytest.mark.parametrize("asked", [{}, {"query": "provider"}, {"origin": "environment"}, {"section": "account"}])
def test_no_secret_is_in_the_view(asked):
    text = orjson.dumps(view(**asked)).decode()
    assert not [secret for secret in SECRETS if secret in text]
    loaded = load(environ={PREFIX + name: value for name, value in ENVIRON.items()}, dotenv=None, flags={})
    rows = settings_rows(effective(loaded))
    assert not [secret for secret in SECRETS if secret in orjson.dumps(rows).decode()]
    assert {one.value for one in rows if one.secret} == {""}


def test_a_search_goes_over_all_sections_and_what_has_no_effect():
    found = view(query="strip stream host")
    assert [one.name for section in found.sections for one in section.rows] == ["STRIP_STREAM_HOSTS"]
    found = view(query="catalog")
    assert found.reserved[0].why.startswith("Has no meaning here: the catalog is a database")
    assert found.reserved[0].given == ("IPTV_TUNERR_CATALOG",)
    nothing = view(query="zzz")
    assert (nothing.matching, nothing.sections, nothing.reserved) == (0, (), ())


def test_without_a_wish_the_first_section_shows_and_the_others_are_counted():
    found = view()
    assert [section.key for section in found.sections] == ["server"] == [found.section]
    assert sum(one.count for one in found.subjects) == found.total == found.matching
    assert view(section="guide").sections[0].title == "Guide"
    assert not view(section="reserved").sections
    assert len(view(section="reserved").reserved) > 10


def test_what_somebody_set_can_be_picked_out():
    found = view(origin="environment")
    names = {one.name for section in found.sections for one in section.rows}
    assert names == set(ENVIRON) - {"CATALOG"}
    assert found.origins == ("environment", "default")


def test_a_page_has_a_hundred_rows_at_most():
    found = view(query="a")
    assert found.shown == sum(len(section.rows) for section in found.sections) == 100 < found.matching
