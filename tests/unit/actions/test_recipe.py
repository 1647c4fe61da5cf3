import pytest

from tunerr.actions.recipe import sent_recipe, with_channel, with_place
from tunerr.errors import ActionRefused


def test_a_channel_is_on_one_list_at_most():
    recipe = with_channel({"selected_categories": ["news"]}, "include", "a")
    assert recipe == {"selected_categories": ["news"], "included_channel_ids": ["a"]}
    assert with_channel(recipe, "exclude", "a") == {"selected_categories": ["news"], "excluded_channel_ids": ["a"]}
    assert with_channel(recipe, "remove", "a") == {"selected_categories": ["news"]}


def test_an_own_order_is_in_force_while_there_is_one():
    recipe = with_place(with_place({}, "prepend", "b"), "prepend", "a")
    assert recipe == {"custom_order": ["a", "b"], "order_mode": "custom"}
    assert with_place(recipe, "append", "a")["custom_order"] == ["b", "a"]
    assert with_place({"custom_order": ["a"], "order_mode": "custom"}, "remove", "a") == {}


def test_what_was_sent_is_kept_without_defaults():
    assert sent_recipe({"selected_categories": ["a"], "other": ["x"], "custom_order": []}, "", collapse=True) == {
        "selected_categories": ["a"],
        "collapse_exact_backups": True,
    }
    assert sent_recipe({}, "source", collapse=False) == {}


@pytest.mark.parametrize("edit", [with_channel, with_place])
def test_unknown_actions_are_refused(edit):
    with pytest.raises(ActionRefused, match="no action 'destroy'"):
        edit({}, "destroy", "a")
