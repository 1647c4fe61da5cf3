"""Each tier by example, and what must never be matched."""

import pytest

from tunerr.guide.matching.tiers import match
from tunerr.guide.matching.values import Listed, Match, Wanted


def guide(*names, **by_id):
    listed = [Listed(f"g{at}.test", (name,)) for at, name in enumerate(names)]
    return listed + [Listed(guide_id.replace("__", "."), (name,)) for guide_id, name in by_id.items()]


def find(wanted, listed, **options):
    """(method, display name or id, shift) of one channel."""
    one = wanted if isinstance(wanted, Wanted) else Wanted("dna-1", (wanted,))
    found = match([one], listed, **options).get("dna-1")
    if found is None:
        return None
    [of] = [row for row in listed if row.id == found.guide_id]
    return found.method, of.names[0] if of.names else of.id, found.shift


def channel(*names, **more):
    return Wanted("dna-1", names, **more)


def test_the_operators_choice_comes_first_and_ignores_case():
    one = channel("Sky News", tvg_id="skynews.uk", chosen="CNN.US")
    assert find(one, guide(skynews__uk="Sky News", cnn__us="CNN")) == ("chosen", "CNN", 0)


def test_where_the_choice_is_not_listed_nothing_else_is_tried():
    assert find(channel("Sky News", tvg_id="skynews.uk", chosen="other"), guide(skynews__uk="Sky News")) is None


def test_refused_goes_before_chosen():
    assert find(channel("CNN", chosen="cnn.us", refused=("cnn.us",)), guide(cnn__us="CNN")) is None


def test_of_two_twins_the_one_that_was_not_refused():
    listed = guide(a="Sky News", b="Sky News")
    assert find("Sky News", listed) is None
    assert match([channel("Sky News", refused=("a",))], listed)["dna-1"].guide_id == "b"
    for name in ("Sky News", "SkyNews", "News Sky", "Sky News TV", "Sky News +1"):
        assert find(channel(name, refused=("a", "b")), listed) is None
        assert find(channel(name, refused=("a",)), listed), name


def test_refused_call_signs_and_numbers():
    assert find(channel("US: ABC (WABC)", refused=("g0.test",)), guide("WABC-DT")) is None
    one = channel("FOX", number="5.1", sources=("hdhr",), refused=("5.1",))
    assert find(one, [Listed("5.1", ("FOX",), ("5.1",))], of="hdhr") is None


def test_an_id_listed_twice_counts_once():
    listed = [Listed("a", ("Sky News",)), Listed("A", ("Dave",)), Listed("b", ("Gold",))]
    assert match([channel("Dave"), Wanted("x", ("Sky News",))], listed) == match(
        [channel("Dave"), Wanted("x", ("Sky News",))], listed[::-1]
    )


def test_a_guide_made_for_the_channel_itself():
    assert find(channel("Sky News"), [Listed("DNA-1", ("Whatever",))]) == ("own", "Whatever", 0)


def test_the_same_id_whatever_the_names():
    one = channel("U&Dave", tvg_id="dave.UK")
    assert find(one, guide(dave__uk="Dave")) == ("id", "Dave", 0)
    assert match([one], guide(dave__uk="Dave"))["dna-1"].reason == "the same id but for capitals"


@pytest.mark.parametrize("guide_id", ["101", "5", "itv"])
def test_an_id_that_says_little_needs_the_name(guide_id):
    listed = [Listed(guide_id, ("Sky News",))]
    assert find(channel("Film Four", tvg_id=guide_id), listed) is None
    assert find(channel("UK: Sky News HD", tvg_id=guide_id), listed) == ("id", "Sky News", 0)
    assert find(channel("Film Four", tvg_id=guide_id, sources=("m3u",)), listed, of="m3u") == ("id", "Sky News", 0)
    assert find(channel("Film Four", tvg_id=guide_id, sources=("m3u", "m3u-2")), listed, of="m3u-2") is None


def test_an_id_in_another_version():
    one = channel("BBC 1", tvg_id="BBCOne.uk@HD")
    assert find(one, guide(BBCOne__uk="BBC One London")) == ("id", "BBC One London", 0)
    assert find(one, guide(BBCOne__uk="Quest Red")) is None
    assert find(one, guide(BBCOne__us="BBC One London")) is None


def test_a_plus_one_that_has_the_id_of_its_base():
    one = channel("ITV1 +1", tvg_id="ITV1.uk")
    assert find(one, guide(ITV1__uk="ITV1")) == ("timeshift", "ITV1", 3600)
    assert find(one, guide(ITV1__uk="ITV1", ITV1Plus1__uk="ITV1+1")) == ("name", "ITV1+1", 0)
    assert find(one, guide(ITV1__uk="ITV1"), enabled=False) is None


def test_an_alias():
    listed = guide(disc__uk="Something Else")
    assert find("UK: Discovery Channel HD", listed, aliases={"discovery": "Disc.UK"}) == ("alias", "Something Else", 0)
    assert find("UK: Discovery Channel HD", listed, aliases={"discovery": "gone"}) is None


def test_a_remembered_match_survives_renames():
    before = Match("dna-1", "dave.uk", "name", "the only 'Dave' in this guide")
    one = channel("U&Dave")
    assert match([one], guide(Dave__uk="Dave TV"), remembered={"dna-1": before})["dna-1"] == before._replace(
        guide_id="Dave.uk"
    )
    assert find(one, guide(other="Dave"), remembered={"dna-1": before}) is None
    assert find(channel("U&Dave", refused=("dave.uk",)), guide(dave__uk="Dave"), remembered={"dna-1": before}) is None
    with_id = channel("U&Dave", tvg_id="u.dave")
    assert find(with_id, guide(dave__uk="Dave", u__dave="X"), remembered={"dna-1": before}) == ("id", "X", 0)
    assert find(one, guide(dave__uk="Dave"), remembered={"dna-1": before}, enabled=False) is None


@pytest.mark.parametrize("method", ["chosen", "alias", "timeshift", "own"])
def test_what_the_operator_took_back_is_not_remembered(method):
    assert find("Dave", guide(x="Y"), remembered={"dna-1": Match("dna-1", "x", method, "said")}) is None


def test_a_remembered_number_that_now_is_another_channel_is_forgotten():
    before = {"dna-1": Match("dna-1", "101", "name", "")}
    assert find("Dave", [Listed("101", ("Sky News",))], remembered=before) is None
    assert find("Dave", [Listed("101", ("Dave HD",))], remembered=before) == ("name", "Dave HD", 0)


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("UK: Sky News HD", "Sky News"),
        ("|UK| SKY NEWS 4K", "Sky News FHD"),
        ("Sky News [Geo-blocked]", "Sky News"),
        ("Film4+1 HD", "Film4 +1"),
        ("E4 Plus 1", "E4 +1"),
        ("Canal+", "CANAL+ HD"),
    ],
)
def test_the_same_name(name, listed):
    assert find(name, guide(listed, "Other")) == ("name", listed, 0)


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("ITV 1", "ITV1"),
        ("BBC One", "BBC 1"),
        ("RTL2", "RTL II"),
        ("Film Four", "Film4"),
        ("Pokemon", "Pokémon"),
        ("NatGeo Wild", "National Geographic Wild"),
        ("CNN Int'l", "CNN International"),
        ("CNNi", "CNN International"),
        ("Cagney and Lacey", "Cagney & Lacey"),
        ("Canal Plus Sport", "Canal+ Sport"),
        ("Disney Jr", "Disney Junior"),
        ("News Sky", "Sky News"),
        ("BBC News", "BBC News Channel"),
        ("UK: Discovery", "Discovery Channel UK"),
        ("UK: Comedy Central", "Comedy Central UK"),
        ("Telewizja Łódź", "TELEWIZJA LODZ"),
    ],
)
def test_the_same_words(name, listed):
    assert find(name, guide(listed, "Other")) == ("words", listed, 0)


def test_the_name_that_an_id_is():
    assert find("UK: BBC One", [Listed("BBCOne.uk")]) == ("name", "BBCOne.uk", 0)
    assert find("UK: BBC One", [Listed("bbcone.uk")]) == ("name", "bbcone.uk", 0)
    assert find("US: BBC One", [Listed("BBCOne.uk")]) is None
    assert find("ITV1 +1", [Listed("ITV1.uk"), Listed("ITV1.uk@Plus1")]) == ("name", "ITV1.uk@Plus1", 0)
    assert find("UK: TLC", guide(TLC__uk="Quest Red")) is None, "its name says otherwise"


def test_countries_decide_between_the_same_names():
    listed = guide(ESPN__us="ESPN", ESPN__nl="ESPN", a="Other")
    found = match([channel("US: ESPN")], listed)["dna-1"]
    assert (found.guide_id, found.reason) == ("ESPN.us", "the only 'ESPN' in this guide")
    assert match([channel("ESPN", country="nl")], listed)["dna-1"].guide_id == "ESPN.nl"
    assert find("ESPN", listed) is None
    assert find("AU: ESPN", listed) is None


def test_a_guide_without_countries_is_of_one_at_most():
    listed = guide("Discovery Channel", "Sky News")
    wanted = [
        Wanted("a", ("UK: Discovery Channel",)),
        Wanted("b", ("DE: Discovery Channel HD",)),
        Wanted("c", ("Sky News",)),
    ]
    assert list(match(wanted, listed)) == ["c"]
    assert list(match(wanted[1:], listed)) == ["b", "c"]
    assert list(match(wanted, listed, country="gb")) == ["a", "c"]
    assert list(match(wanted[1:], listed, country="gb")) == ["c"]


def test_short_names_need_the_country_when_they_are_spelled_otherwise():
    assert find("NTV", guide("n-tv")) is None
    assert find("DE: NTV", guide(a__de="n-tv")) == ("words", "n-tv", 0)
    assert find("A and E", guide("A&E")) == ("words", "A&E", 0)


def test_versions_of_one_channel():
    listed = guide("Sky News", "Sky News HD", "Sky News UHD")
    assert find("Sky News UHD", listed) == ("name", "Sky News UHD", 0)
    assert find("Sky News FHD", listed) == ("name", "Sky News", 0)
    assert find("Sky News FHD", listed[1:]) is None


def test_names_that_lead_to_two_channels_lead_nowhere():
    listed = guide("Sky Sports 1", "Sky Sports Main Event")
    assert find(channel("Sky Sports 1", "Sky Sports Main Event"), listed) is None
    assert find(channel("Sky Sports One", "Sky Sports Arena HD"), listed) == ("words", "Sky Sports 1", 0)


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("US: ABC 7 (WABC) New York", "WABC-DT"),
        ("WABC-DT HD", "7.1 WABC-DT"),
        ("US: FOX 5 WNYW", "WNYW-TV"),
        ("NBC KNBCDT2", "KNBC-DT2"),
        ("CA: CTV Toronto (CFTO)", "CFTO-DT"),
    ],
)
def test_a_call_sign(name, listed):
    assert find(name, guide(listed, "Other")) == ("call_sign", listed, 0)


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("Nat Geo WILD", "WILD-TV"),
        ("UK: POP KIDS", "KIDS-DT"),
        ("WABC-DT2", "WABC-DT"),
        ("7.2 WABC-DT", "7.1 WABC-DT"),
        ("CBS CNN CBC", "CNN-TV"),
        ("CITV", "CITV-DT"),
    ],
)
def test_no_call_sign(name, listed):
    assert find(name, guide(listed, "Other")) is None


def test_a_number_in_its_providers_own_guide():
    one = channel("FOX", number="5.1", sources=("hdhr",))
    listed = [Listed("5.1", ("FOX", "WNYW"), ("5.1",)), Listed("29.1", ("FOX", "WTXF"), ("29.1",))]
    assert find(one, listed, of="hdhr") == ("number", "FOX", 0)
    assert find(one, [Listed("x", ("Nickelodeon",), ("5.1",))], of="hdhr") is None


def test_a_number_elsewhere_needs_nearly_the_same_name():
    listed = [Listed("x", ("Newsroom Afrika",), ("405",)), Listed("y", ("Sky Sports F1",), ("406",))]
    assert find(channel("Newzroom Afrika", number="405"), listed) == ("number", "Newsroom Afrika", 0)
    assert find(channel("Newzroom Afrika", number="406"), listed) is None
    assert find(channel("Sky Sports Football", number="406"), listed) is None


def test_a_plus_one_of_which_only_the_base_is_listed():
    for name in ("Film4 +1", "UK: Film4+1 HD", "Film 4 Plus 1", "Film4 (+1)"):
        assert find(name, guide("Film4", "E4")) == ("timeshift", "Film4", 3600), name
    assert find("Sky Cinema +24", guide("Sky Cinema")) == ("timeshift", "Sky Cinema", 24 * 3600)
    assert find("Film4 +1", guide("Film4", "Film4 +1", "Film 4+1 HD")) == ("name", "Film4 +1", 0)
    assert find("Film4 +1", [*guide("Film4"), Listed("a.us", ("Film4",))]) is None
    assert find("Film4", guide("Film4 +1")) is None
    assert find("Film4 +2", guide("Film4 +1")) is None
    assert find("Первый канал +4", guide("Первый канал")) is None, "there it is an earlier zone"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("BBC One", "BBC One London"),
        ("BBC One Wales", "BBC One Scotland"),
        ("UK: BBC One", "BBC One Scotland"),
        ("Scotland: BBC One", "BBC One"),
        ("ESPN", "ESPN 2"),
        ("ESPN", "ESPN U"),
        ("HBO East", "HBO West"),
        ("HBO", "HBO East"),
        ("National Geographic East", "National Geographic West"),
        ("Sky Sports F1", "Sky Sports Football"),
        ("Film4", "Film4 +1"),
        ("CNN", "CNN International"),
        ("Canal+", "Canal"),
        ("Canal+ 1", "Canal"),
        ("Canal+1", "Canal"),
        ("Movistar Plus+ 2", "Movistar Plus+"),
        ("RTL", "RTL II"),
        ("RTL 1", "RTL II"),
        ("Sat.1", "3sat"),
        ("TV One", "TV 1"),
        ("TV 5", "Channel 5"),
        ("Food Network", "Food TV"),
        ("Gold TV", "Gold"),
        ("Comedy Network", "Comedy Channel"),
        ("CBS Sports HQ", "CBS Sports Network"),
        ("Sky News", "Sky News Australia"),
        ("UK: Sky News", "Sky News Australia"),
        ("Sky Sport", "Sky Sports"),
        ("UK: MTV", "MTV (US)"),
        ("My Family Channel", "Family Channel"),
        ("FIFA", "FIFA+"),
        ("RTV Noord", "RTV Noord-Holland"),
        ("Sport 1 1", "Sport 11"),
        ("ITV1 Meridian West", "ITV1 Meridian East"),
        ("M+ LaLiga", "M+ LaLiga 2"),
        ("101", "102"),
    ],
)
def test_twins_are_never_confused(one, other):
    listed = guide(other, "Unrelated")
    assert find(one, listed) is None or find(one, listed)[0] == "timeshift"
    assert find(other, guide(one, "Unrelated")) in (None, ("timeshift", one, 3600))
    one_way = channel(one, number="7", tvg_id="7")
    assert find(one_way, [Listed("7", (other,), ("7",))]) in (None, ("timeshift", other, 3600))


def test_only_ids_when_matching_is_off():
    listed = guide(a__uk="Sky News")
    assert find(channel("Sky News"), listed, enabled=False) is None
    assert find(channel("Sky News", tvg_id="A.uk"), listed, enabled=False) == ("id", "Sky News", 0)
    assert find(channel("Sky News", chosen="a.uk"), listed, enabled=False) == ("chosen", "Sky News", 0)
    assert find(channel("Sky News"), listed, enabled=False, aliases={"skynews": "a.uk"}) is None


def test_two_channels_never_share_a_guide_by_words_left_out():
    listed = guide("Food Family")
    both = [Wanted("a", ("Food Family TV",)), Wanted("b", ("Food Family Network",))]
    assert match(both, listed) == {}
    assert [one.guide_id for one in match(both[:1], listed).values()] == ["g0.test"]


def test_hostile_names():
    names = ["", " ", "+", "+1", "\ud800", "\u0300", "(((", "a" * 5000, "&", "and", "UK:", "HD", "١٢٣", "Plus 1", "ii"]
    wanted = [Wanted(f"dna-{at}", (name,), name) for at, name in enumerate(names)]
    listed = [Listed(name, (name,), (name,)) for name in names]
    for one in match(wanted, listed).values():
        assert names[int(one.channel[4:])].casefold() == one.guide_id.casefold()
