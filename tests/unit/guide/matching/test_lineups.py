"""Line-ups of many countries against their own guides, guides with a channel missing, and guides of other countries."""

import pytest

from tests.unit.guide.matching.lineups import COUNTRIES, LOCALS, guide_in, lineup_of
from tests.unit.guide.matching.lists import guide_of
from tests.unit.guide.matching.untidy import untidy
from tunerr.guide.matching.tiers import match
from tunerr.guide.matching.values import Listed, Match, Wanted

SEEDS = (1, 2, 3)
REAL = {"pluto": ("gb", "plutotv-gb.xml.gz"), "dstv": ("za", "dstv-za.xml.gz")}
GUIDES = [*((country, style) for country in COUNTRIES for style in ("named", "numeric")), ("pluto", ""), ("dstv", "")]
# Of these the ids say no country.
SILENT = [(name, style) for name, style in GUIDES if style != "named"]


def guide(name, style):
    """(country, rows)."""
    if name in REAL:
        country, file = REAL[name]
        return country, guide_of(file)
    return name, guide_in(style, name)


def wanted(rows, country, seed, *, known):
    return [
        Wanted(str(at), (untidy(row.names[0], country, seed),), country=country if known else "", sources=("one",))
        for at, row in enumerate(rows)
    ]


@pytest.mark.parametrize("known", [True, False], ids=["country", "no country"])
@pytest.mark.parametrize(("name", "style"), GUIDES)
def test_untidy_names_find_their_own_guide(name, style, known):
    country, rows = guide(name, style)
    found = 0
    for seed in SEEDS:
        hits = match(wanted(rows, country, seed, known=known), rows, country=country if known else "")
        assert not [hit for hit in hits.values() if hit.guide_id != rows[int(hit.channel)].id or hit.shift]
        found += len(hits)
    assert found >= (0.97 if known else 0.93) * len(rows) * len(SEEDS)


@pytest.mark.parametrize("known", [True, False], ids=["country", "no country"])
@pytest.mark.parametrize(("name", "style"), SILENT)
def test_a_channel_that_is_left_out_of_the_guide_gets_none(name, style, known):
    country, rows = guide(name, style)
    parts = 8
    wrong = []
    for seed in SEEDS[:1]:
        ours = wanted(rows, country, seed, known=known)
        for part in range(parts):
            left = [row for at, row in enumerate(rows) if at % parts != part]
            hits = match(ours[part::parts], left, country=country if known else "")
            for hit in hits.values():
                true = rows[int(hit.channel)].names[0]
                same = true.casefold() in {row.names[0].casefold() for row in left if row.id == hit.guide_id}
                if not same and (hit.method != "timeshift" or not true.endswith(f"+{hit.shift // 3600}")):
                    wrong.append((ours[int(hit.channel)].names, hit))
    assert not wrong


@pytest.mark.parametrize("known", [True, False], ids=["country", "no country"])
@pytest.mark.parametrize(("name", "style"), SILENT)
def test_a_guide_of_another_country_gives_nothing(name, style, known):
    home, rows = guide(name, style)
    for country in COUNTRIES[COUNTRIES.index(home) % 2 if home in COUNTRIES else 0 :: 4]:
        if country != home:
            ours = wanted([Listed("", (one,)) for one in lineup_of(country)], country, 5, known=known)
            assert not match(ours, rows)


def test_stations_by_their_call_signs():
    listed = [Listed(f"{sign}.us", (sign,)) for sign in LOCALS]
    ours = [Wanted(sign, (name,), country="us") for sign, name in LOCALS.items()]
    found = match(ours, listed)
    assert {hit.guide_id for one, hit in found.items()} >= {f"{sign}.us" for sign in LOCALS if sign != "WLS-DT2"}
    assert all(hit.guide_id == f"{one}.us" for one, hit in found.items())


def test_a_name_that_is_anybodys_needs_the_country():
    listed = [Listed("7", ("Movies",))]
    assert not match([Wanted("a", ("MOVIES HD",))], listed)
    assert not match([Wanted("a", ("UK: Movies",))], listed)
    assert match([Wanted("a", ("UK: Movies",))], listed, country="gb")
    assert match([Wanted("a", ("Movies",), sources=("one",))], listed, of="one")


def test_a_guide_that_gets_the_right_channel_later_wins_over_what_was_found_before():
    ours = [Wanted("a", ("UK: Sky News",))]
    before = {"a": Match("a", "news.old", "words", "once")}
    old = Listed("news.old", ("Sky News Extra",))
    assert match(ours, [old], remembered=before) == before
    assert match(ours, [old, Listed("2", ("Sky News",))], remembered=before)["a"].guide_id == "2"


@pytest.mark.parametrize(
    "row",
    [
        Listed("1", ("IT: Real Time",)),
        Listed("1", ("Food Network",)),
        Listed("1", ("Real Time +1",)),
        Listed("1", ("Real Time", "PL: Real Time")),
    ],
)
def test_what_was_found_before_falls_when_the_guide_contradicts_it(row):
    before = {"a": Match("a", "1", "name", "once")}
    held = match([Wanted("a", ("Real Time",), country="pl")], [row], remembered=before)
    assert bool(held) == (len(row.names) > 1)


def test_what_was_found_before_falls_when_it_is_another_channels():
    before = {"a": Match("a", "1", "words", "once")}
    ours = [Wanted("a", ("PL: Kino Polska",)), Wanted("b", ("PL: Kino TV",))]
    assert list(match(ours, [Listed("1", ("Kino TV",))], remembered=before)) == ["b"]


def test_the_same_again_after_a_restart():
    rows = guide_in("numeric", "gb")
    ours = wanted(rows, "gb", 9, known=False)
    first = match(ours, rows)
    assert match(ours[::-1], rows[::-1], remembered=first) == first
