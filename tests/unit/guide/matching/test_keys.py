import pytest

from tunerr.guide.matching.keys import forms, id_country, id_key, id_names, read


@pytest.mark.parametrize(
    ("name", "plain", "country", "shift"),
    [
        ("UK: ITV1 (+1)", "itv1", "gb", 1),
        ("Film4+1 HD", "film4", "", 1),
        ("E4 Plus 1", "e4", "", 1),
        ("Sky Cinema +24", "sky cinema", "", 24),
        ("Canal+ 1", "canal + 1", "", 0),
        ("Canal+1", "canal + 1", "", 0),
        ("Canal+ +1", "canal +", "", 1),
        ("Movistar Plus 1", "movistar plus 1", "", 0),
        ("Bloomberg TV+", "bloomberg tv +", "", 0),
        ("1+1", "1 + 1", "", 0),
        ("NRJ +90", "nrj + 90", "", 0),
        ("Scotland: BBC One", "scotland bbc one", "gb", 0),
        ("Sky News [Not 24/7]", "sky news", "", 0),
    ],
)
def test_what_a_name_says(name, plain, country, shift):
    assert read(name)[1:] == (plain, country, shift)


@pytest.mark.parametrize("name", ["", "101", "7.1", "12-3", "UK:", "+1", "***"])
def test_what_is_no_name(name):
    assert read(name) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Comedy Central UK", [("comedycentraluk", ""), ("comedycentral", "gb")]),
        ("Sky Sport New Zealand", [("skysportnewzealand", ""), ("skysport", "nz")]),
        ("BBC One Scotland", [("bbc1scotland", "")]),
        ("UTV Northern Ireland", [("utvnorthernireland", "")]),
        ("France 24", [("france24", "")]),
        ("TV Brasil", [("tvbrasil", "")]),
        ("Sport 1 1", [("sport1 1", "")]),
        ("TV One", [("tvone", "")]),
    ],
)
def test_the_forms_of_a_name(name, expected):
    assert [(one.joined, one.country) for one in forms(read(name))] == expected


@pytest.mark.parametrize(
    ("guide_id", "names", "country"),
    [
        ("BBCOne.uk", ["BBC One"], "gb"),
        ("bbcone.uk@HD", ["bbcone HD", "bbc one HD"], "gb"),
        ("BBC.One.London.HD.uk", ["BBC One London HD"], "gb"),
        ("ESPN.HD.us2", ["ESPN HD"], "us"),
        ("WABC-DT.us_locals1", ["WABC-DT"], "us"),
        ("skynews", ["skynews"], ""),
        ("101.dstv_com", [], ""),
        ("I10240.labs.zap2it.com", [], ""),
        ("6a1ea2d1eddc28f7681e518e", [], ""),
        ("dna-0123456789abcdef", [], ""),
        ("", [], ""),
    ],
)
def test_the_name_that_an_id_is(guide_id, names, country):
    assert (id_names(guide_id), id_country(guide_id)) == (names, country)


def test_versions_of_an_id():
    assert (
        len({id_key(one) for one in ("BBCOne.uk", "bbcone.gb", "BBC.One.uk@HD", "BBC One HD.uk".replace(" HD", ".HD"))})
        == 1
    )
    assert len({id_key(one) for one in ("ITV1.uk", "ITV1.uk@Plus1", "ITV1.us", "ITV1Plus1.uk", "ITV1+1.uk")}) == 5
    assert id_key("101") == ""
