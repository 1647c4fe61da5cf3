from tunerr.catalog.suggestions import Candidate, suggestions


def channel(number, label, source="m3u"):
    return Candidate(f"dna-{number:016}", source, label)


def pairs(*candidates):
    found = suggestions(candidates)
    assert suggestions(reversed(candidates)) == found
    return [(one.one.label, one.other.label, one.score, one.reason) for one in found]


def test_the_same_name_with_one_country_unknown():
    assert pairs(channel(1, "bbc one|gb"), channel(2, "bbc one|", "two"), channel(3, "bbc one|us", "three")) == [
        ("bbc one|gb", "bbc one|", 95, "the same name, one is of gb"),
        ("bbc one|", "bbc one|us", 95, "the same name, one is of us"),
    ]


def test_names_that_are_nearly_the_same():
    assert pairs(channel(1, "discovery channel|gb"), channel(2, "discovery chanel|gb", "two")) == [
        ("discovery channel|gb", "discovery chanel|gb", 91, "nearly the same name, the same country")
    ]
    assert pairs(channel(1, "discovery channel|gb"), channel(2, "discovery chanel|", "two"))[0][3].endswith("of gb")


def test_the_same_name_and_country_where_a_source_has_it_twice():
    found = pairs(channel(1, "news|gb"), channel(2, "news|gb", "two"), channel(3, "news|gb", "two"))
    assert [row[2:] for row in found] == [(100, "the same name and country, more than once in a source")] * 2


def test_what_is_never_suggested():
    assert not pairs(channel(1, "bbc one|gb"), channel(2, "bbc one|"))
    assert not pairs(channel(1, "bbc one|gb"), channel(1, "bbc one|", "two"))
    assert not pairs(channel(1, "sky sports main event 1|gb"), channel(2, "sky sports main event 2|gb", "two"))
    assert not pairs(channel(1, "comedy central|gb"), channel(2, "comedy central + 1|gb", "two"))
    assert not pairs(channel(1, "comedy central|gb"), channel(2, "comedy central|us", "two"))
    assert not pairs(channel(1, "|gb"), channel(2, "|", "two"))


def test_big_lists_take_no_pair_of_each_two():
    many = [channel(number, f"channel of number {number}|", f"s{number % 2}") for number in range(50_000)]
    assert suggestions([*many, channel(60_001, "rare bird|", "a"), channel(60_002, "rare birds|", "b")])[0].score == 89
