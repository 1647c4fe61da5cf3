from tunerr.config.nearest import nearest


def test_the_most_alike_first_whatever_the_case():
    known = ["BBC Two", "BBC One", "Arena"]
    assert nearest("bbc twoo", known, limit=3)[0] == "BBC Two"
    assert nearest("ARENA", known) == ("Arena",)


def test_nothing_rather_than_a_guess():
    assert nearest("zzz", ["BBC Two"]) == ()
    assert nearest("", ["BBC Two"]) == ()
    assert nearest("x", []) == ()
