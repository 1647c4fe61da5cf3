"""What holds of matching whatever the names."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.guide.matching.suggestions import suggest
from tunerr.guide.matching.tiers import match
from tunerr.guide.matching.values import Listed, Match, Wanted

WORDS = [
    "Sky",
    "News",
    "ITV",
    "1",
    "One",
    "2",
    "+1",
    "HD",
    "UK:",
    "US:",
    "Channel",
    "TV",
    "East",
    "&",
    "and",
    "WABC-DT",
]
names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
ids = st.sampled_from(["1", "2", "a.uk", "b.us", "ITV1.uk", "ITVOne.uk", "SkyNews.uk@HD", "SkyNews.uk", "WABC.us", "x"])
numbers = st.sampled_from(["", "1", "2", "7.1"])
listed_channels = st.builds(
    Listed, ids, st.lists(names, max_size=2).map(tuple), numbers.map(lambda number: (number,) if number else ())
)
guides = st.lists(listed_channels, max_size=8, unique_by=lambda one: one.id.lower())
wanted_channels = st.builds(
    Wanted,
    st.sampled_from(["c1", "c2", "c3", "c4"]),
    st.lists(names, min_size=1, max_size=2).map(tuple),
    st.one_of(st.just(""), ids),
    numbers,
    st.sampled_from(["", "gb", "us"]),
    st.sampled_from([(), ("m3u",), ("m3u-2", "m3u")]),
    st.one_of(st.just(""), ids),
    st.lists(ids.map(str.lower), max_size=3).map(tuple),
)
lineups = st.lists(wanted_channels, max_size=4, unique_by=lambda one: one.id)
befores = st.dictionaries(
    st.sampled_from(["c1", "c2"]),
    st.builds(Match, st.just(""), ids, st.sampled_from(["name", "id", "alias"]), st.just("")),
)
options = st.fixed_dictionaries(
    {
        "of": st.sampled_from(["", "m3u"]),
        "aliases": st.dictionaries(st.sampled_from(["skynews", "itv1"]), ids),
        "remembered": befores,
    }
)
many = settings(max_examples=100, derandomize=True, deadline=None)


@many
@given(lineups, guides, options, st.randoms(use_true_random=False))
def test_the_order_of_inputs_does_not_matter(wanted, listed, said, chance):
    found = match(wanted, listed, **said)
    guesses = suggest(wanted, listed)
    chance.shuffle(wanted)
    chance.shuffle(listed)
    assert match(wanted, listed, **said) == found
    assert suggest(wanted, listed) == guesses


@many
@given(lineups, guides, options)
def test_what_is_found_is_listed_and_was_not_refused(wanted, listed, said):
    by_channel = {one.id: one for one in wanted}
    ids_listed = {one.id for one in listed}
    for channel, hit in match(wanted, listed, **said).items():
        assert hit.channel == channel
        assert hit.guide_id in ids_listed
        assert hit.guide_id.lower() not in by_channel[channel].refused
    for guess in suggest(wanted, listed):
        assert guess.guide_id in ids_listed
        assert guess.guide_id.lower() not in by_channel[guess.channel].refused
        assert 0 < guess.score <= 100


@many
@given(lineups, guides, listed_channels, options)
def test_one_more_channel_in_the_guide_takes_a_match_or_makes_it_ambiguous(wanted, listed, more, said):
    listed = [one for one in listed if one.id.lower() != more.id.lower()]
    before = match(wanted, listed, **said)
    for channel, hit in match(wanted, [*listed, more], **said).items():
        if hit.guide_id != more.id:
            assert before.get(channel, hit)._replace(reason="", method="id") == hit._replace(reason="", method="id")
            assert channel in before


@many
@given(lineups, guides, options)
def test_a_match_by_hand_is_what_is_found_or_nothing(wanted, listed, said):
    found = match(wanted, listed, **said)
    by_id = {one.id.lower(): one.id for one in listed}
    for one in wanted:
        if one.chosen:
            expected = by_id.get(one.chosen.lower()) if one.chosen.lower() not in one.refused else None
            assert (found[one.id].guide_id if one.id in found else None) == expected


@many
@given(lineups, guides, options)
def test_off_means_by_ids_only(wanted, listed, said):
    methods = {hit.method for hit in match(wanted, listed, enabled=False, **said).values()}
    assert methods <= {"chosen", "own", "id"}
