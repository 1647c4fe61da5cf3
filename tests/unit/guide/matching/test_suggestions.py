import time

import pytest

from tests.unit.guide.matching.lists import chance, world, world_guide
from tunerr.guide.matching.suggestions import suggest
from tunerr.guide.matching.tiers import match
from tunerr.guide.matching.values import Listed, Wanted

GUIDE = world_guide()


def names(text, **more):
    return [one.guide_name for one in suggest([Wanted("dna-1", (text,), **more)], GUIDE)]


@pytest.mark.parametrize(
    ("name", "best"),
    [
        ("UK: Nickelodeom", "Nickelodeon"),
        ("US: HBO Family", "HBO Family East"),
        ("FR: France 3 Alzace", "France 3 Alsace"),
        ("UK: Sky Sport Premier League", "Sky Sports Premier League"),
        ("UK: Talking Picture TV", "Talking Pictures TV"),
        ("DE: Sat.1 Gold Austria", "SAT.1 Gold"),
    ],
)
def test_the_likeliest_comes_first(name, best):
    assert names(name)[0] == best


def test_regions_are_for_a_person_to_choose_from():
    found = suggest([Wanted("dna-1", ("UK: BBC One",))], GUIDE, limit_each=10)
    assert [one.guide_name for one in found][:3] == ["BBC One London", "BBC One Scotland", "BBC One Wales"]
    assert found[0].reason == "its name in the guide has 'london', both from United Kingdom"
    assert found[0].score == 85


def test_a_few_for_each_best_first():
    found = suggest([Wanted("b", ("US: HBO",)), Wanted("a", ("Eurosport 1",))], GUIDE)
    assert [one.channel for one in found] == ["a", "a", "a", "b", "b", "b"]
    assert [one.score for one in found[:3]] == [95, 95, 95]
    assert found[0].reason == "the same name, which isn't enough to tell: Germany named by one of them only"


def test_never_another_number_hour_or_country():
    assert "Eurosport 2" not in names("DE: Eurosport 3")
    assert "TNT Sports 4" not in names("UK: TNT Sports 5")
    assert names("UK: Film4 +2") == []
    assert names("DE: Film4") == []
    assert all(one.startswith("ITV") and "+1" in one for one in names("UK: ITV +1"))


def test_never_what_was_refused():
    assert names("UK: Nickelodeom", refused=("nickelodeon.uk",)) == []
    assert names("UK: Nickelodeom", refused=("NICKELODEON.UK",)) == []


def test_nothing_for_names_that_are_nothing_alike():
    assert names("UK: Xylophone Hour") == []
    assert names("") == []
    assert suggest([], GUIDE) == []
    assert suggest([Wanted("a", ("Sky News",))], []) == []


def test_misspelled_names_are_suggested():
    """Each name of more than seven letters loses one: the right channel is suggested, mostly first."""
    by_chance = chance(3)
    pairs = []
    for at, ((country, name), one) in enumerate(zip(world(), GUIDE, strict=True)):
        places = [place for place, char in enumerate(name) if char.isalpha()]
        if len(places) > 7:
            lost = by_chance.choice(places)
            pairs.append((Wanted(str(at), (f"{country.upper()}: {name[:lost]}{name[lost + 1 :]}",)), one.id))
    found = match([one for one, _ in pairs], GUIDE)
    assert all(found[one.id].guide_id == true for one, true in pairs if one.id in found)
    left = [(one, true) for one, true in pairs if one.id not in found]
    guesses = suggest([one for one, _ in left], GUIDE)
    ranks = {}
    for guess in reversed(guesses):
        ranks.setdefault(guess.channel, []).insert(0, guess.guide_id)
    first = sum(ranks.get(one.id, [""])[0] == true for one, true in left)
    among = sum(true in ranks.get(one.id, []) for one, true in left)
    assert among / len(left) >= 0.95, f"{among} of {len(left)} were suggested, {first} of them first"
    assert first / len(left) >= 0.9, f"{first} of {len(left)} were suggested first"


def test_a_big_lineup_and_a_big_guide_take_seconds():
    by_chance = chance(5)
    words = [
        f"{a}{b}{c}" for a in ("Ka", "Ro", "Mi", "Te", "Su") for b in ("ra", "no", "li") for c in ("ba", "do", "x")
    ]
    listed = [Listed(f"{at}", (" ".join(by_chance.choices(words, k=3)),)) for at in range(20_000)]
    wanted = [Wanted(str(at), (" ".join(by_chance.choices(words, k=3)),)) for at in range(5_000)]
    started = time.process_time()
    suggest(wanted, listed)
    took = time.process_time() - started
    assert took < 12, f"{took:.1f} s of CPU"
