import pytest

from tunerr.actions.picks import GroupNames, pick_of, picked

ONE = {"news": GroupNames("news", "a--news", ("news",)), "sport": GroupNames("sport", "a--sport", ("sport",))}
TWO = {
    "a--news": GroupNames("news", "a--news", ("a--news", "b--news")),
    "b--news": GroupNames("news", "b--news", ("a--news", "b--news")),
}


def test_the_other_fields_of_the_recipe_stay():
    programming = {"order_mode": "custom", "selected_categories": ["x"]}
    assert picked(programming, {"news": "include"}, ONE) == {
        "order_mode": "custom",
        "selected_categories": ["x", "news"],
    }
    assert picked(programming, {"news": "other"}, ONE) == programming


@pytest.mark.parametrize("field", ["selected_categories", "excluded_categories"])
def test_a_title_that_names_groups_of_two_sources_is_spelled_out(field):
    assert picked({field: ["news"]}, {"a--news": "other"}, TWO) == {field: ["b--news"]}
    assert picked({field: ["news"]}, dict.fromkeys(TWO, "other"), TWO) == {}


def test_a_group_named_with_the_only_source_is_the_same_one():
    programming = {"selected_categories": ["a--news"]}
    assert pick_of(programming, ONE["news"]) == "include"
    assert picked(programming, {"news": "exclude"}, ONE) == {"excluded_categories": ["news"]}


def test_what_is_excluded_is_so_even_when_it_is_included():
    both = {"selected_categories": ["news"], "excluded_categories": ["a--news"]}
    assert [pick_of(both, names) for names in TWO.values()] == ["exclude", "include"]
    assert pick_of({}, TWO["a--news"]) == "other"
