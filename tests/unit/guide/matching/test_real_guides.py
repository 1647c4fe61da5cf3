"""Real guides and real names, disturbed as playlists disturb them: how many are found, and that none is found wrong."""

import time

import pytest

from tests.unit.guide.matching.lists import chance, disturbed, guide_of, playlist_of, world, world_guide
from tunerr.guide.matching.tiers import match
from tunerr.guide.matching.values import Listed, Wanted

SEEDS = range(3)
CODES = {"uk": "gb"}


def figures(pairs, listed):
    """(share that was found, those found wrong) of (channel, its true id)."""
    found = match([one for one, _ in pairs], listed)
    wrong = [
        (one.names, found[one.id])
        for one, true in pairs
        if one.id in found and (found[one.id].guide_id != true or found[one.id].shift)
    ]
    return len(found) / len(pairs), wrong


def disturbed_pairs(truth, seed, *, country_known=False):
    """`truth`: (name, country, id)."""
    by_chance = chance(seed)
    return [
        (
            Wanted(
                f"dna-{at:016x}",
                (disturbed(name, country, by_chance),),
                country=CODES.get(country, country) if country_known else "",
            ),
            guide_id,
        )
        for at, (name, country, guide_id) in enumerate(truth)
    ]


def pluto():
    listed = guide_of("plutotv-gb.xml.gz")
    return [(one.names[0], "gb", one.id) for one in listed], listed


def dstv():
    listed = guide_of("dstv-za.xml.gz")
    return [(one.names[0], "za", one.id) for one in listed], listed


def whole_world():
    listed = world_guide()
    return [(name, country, one.id) for (country, name), one in zip(world(), listed, strict=True)], listed


def test_every_channel_of_pluto_by_its_id():
    wanted = playlist_of("plutotv-gb.m3u")
    found = match(wanted, guide_of("plutotv-gb.xml.gz"))
    assert {(one.id, one.tvg_id, "id") for one in wanted} == {(m.channel, m.guide_id, m.method) for m in found.values()}
    assert len(found) == 195


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("made", "least"), [(pluto, 0.97), (dstv, 0.93), (whole_world, 0.93)])
def test_disturbed_names_without_ids(made, least, seed):
    truth, listed = made()
    share, wrong = figures(disturbed_pairs(truth, seed), listed)
    assert not wrong
    assert share >= least, f"{share:.1%} of {len(truth)} were found"


@pytest.mark.parametrize("seed", SEEDS)
def test_disturbed_names_of_lists_whose_country_is_known(seed):
    truth, listed = whole_world()
    share, wrong = figures(disturbed_pairs(truth, seed, country_known=True), listed)
    assert not wrong
    assert share >= 0.97, f"{share:.1%} of {len(truth)} were found"


@pytest.mark.parametrize("seed", SEEDS)
def test_names_swapped_between_ids_are_followed_not_the_ids_they_had(seed):
    """A guide in which names of neighbors were swapped: without ids, the names count."""
    truth, listed = whole_world()
    swapped = []
    for one, other in zip(listed[::2], listed[1::2], strict=True):
        swapped += [one._replace(names=other.names), other._replace(names=one.names)]
    where = {(row.names[0], truth[at][1]): row.id for at, row in enumerate(swapped)}
    pairs = [
        (one, where.get((truth[at][0], truth[at][1])))
        for at, (one, _) in enumerate(disturbed_pairs(truth, seed, country_known=True))
    ]
    _, wrong = figures(pairs, swapped)
    assert not wrong


@pytest.mark.parametrize("made", [pluto, dstv, whole_world])
def test_a_channel_that_the_guide_lacks_gets_no_other(made):
    """Each channel in turn is taken out of the guide: nothing else may be found for it but its unshifted base."""
    truth, listed = made()
    pairs = [one for seed in SEEDS for one in disturbed_pairs(truth, seed, country_known=True)]
    for part in range(20):
        gone = {true for at, (_, _, true) in enumerate(truth) if at % 20 == part}
        wanted = [one._replace(id=f"{at}") for at, (one, true) in enumerate(pairs) if true in gone]
        found = match(wanted, [row for row in listed if row.id not in gone])
        for one in wanted:
            hit = found.get(one.id)
            if hit:
                assert (hit.method, later(one.names[0])) == ("timeshift", True), (one.names, hit)


def later(name):
    return any(mark in name.lower() for mark in ("+1", "+ 1", "plus 1", "+one", "+ one", "plus one"))


def test_twins_only():
    """Every twin of a family is wanted, every other one is listed."""
    families = [
        "BBC One; BBC One London; BBC One Wales; BBC One Scotland; BBC One HD +1; BBC Two; BBC Two Wales",
        "Sky Sports; Sky Sports F1; Sky Sports Football; Sky Sports Mix; Sky Sports Main Event; Sky Sports News",
        "ITV1; ITV1 +1; ITV2; ITV2 +1; ITV1 Granada; ITV1 Meridian East; ITV1 Meridian West; ITV",
        "ESPN; ESPN 2; ESPN U; ESPN News; ESPN Deportes; ESPN 3",
        "HBO; HBO East; HBO West; HBO 2; HBO 2 East; HBO 2 West; HBO Family",
        "Canal+; Canal+ Sport; Canal+ Sport 360; Canal+ 1; Canal+ 2; Canal; Canal J",
        "TNT Sports 1; TNT Sports 2; TNT Sports 3; TNT Sports 4; TNT; TNT Sports",
        "RTL; RTL II; RTL 1; RTLup; RTL Nitro; Super RTL; RTL 4; RTL 5",
        "CNN; CNN International; CNN Headlines International; CNN Turk; CNN Portugal",
        "Film4; Film4 +1; Channel 4; Channel 4 +1; 4Seven; More4; E4; E4 +1; E4 Extra",
    ]
    for family in families:
        names = family.split("; ")
        for first in (0, 1):
            listed = [Listed(f"g{at}", (name,)) for at, name in enumerate(names) if at % 2 == first]
            wanted = [Wanted(str(at), (name,)) for at, name in enumerate(names)]
            for hit in match(wanted, listed).values():
                name = names[int(hit.channel)]
                base = names[int(hit.guide_id[1:])]
                assert base == name or (hit.shift == 3600 and name.replace(" HD", "") == f"{base} +1"), (name, base)


def test_a_big_lineup_and_a_big_guide_take_a_moment():
    by_chance = chance(7)
    words = [
        f"{a}{b}{c}" for a in ("Ka", "Ro", "Mi", "Te", "Su") for b in ("ra", "no", "li") for c in ("ba", "do", "x")
    ]
    name = lambda: " ".join(by_chance.choices(words, k=3))  # noqa: E731 - said once
    listed = [Listed(f"{at}x.uk", (name(),)) for at in range(20_000)]
    wanted = [
        Wanted(str(at), (f"UK: {by_chance.choice(listed).names[0]} HD" if at % 2 else name(),)) for at in range(5_000)
    ]
    started = time.process_time()
    found = match(wanted, listed)
    took = time.process_time() - started
    assert len(found) > 2000
    assert took < 6, f"{took:.1f} s of CPU; 1.2 s where it was written"
