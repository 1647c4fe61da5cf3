import json
import os

import pytest

from tunerr.config import LineupSettings, load
from tunerr.errors import ActionRefused, ContentError
from tunerr.lineup.rules.chosen import LineupRules, in_force, read_rules
from tunerr.lineup.rules.recipe_file import ProgrammingRecipe, read_recipe


def test_a_choice_is_read_and_written():
    rules = read_rules('{"recipe": "sports_na", "programming": {"selected_categories": ["us-news"]}}')
    assert rules.programming.selected_categories == ("us-news",)
    assert read_rules(rules.model_dump_json()) == rules


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ('{"exclude_regex": "("}', "The lineup rule exclude_regex can't be set: '(' is no regular expression"),
        ('{"exclude_regex": "(a|aa)+$"}', "takes far too long on some names"),
        ('{"recipe": "best"}', "The lineup rule recipe can't be set"),
        ('{"recipes": "off"}', "The lineup rule recipes can't be set: Extra inputs are not permitted."),
        ('{"programming": {"order_mode": "x"}}', "The lineup rule programming.order_mode can't be set"),
        ("[", "The lineup rule the document can't be set"),
    ],
)
def test_what_can_not_be_chosen_is_refused_with_words(document, words):
    with pytest.raises(ActionRefused, match=r"lineup-rules\.md") as error:
        read_rules(document)
    assert words in str(error.value)


def test_settings_win_one_by_one_and_are_named():
    environ = {"LINEUP_RECIPE": "balanced", "LINEUP_TAKE": "0", "LINEUP_MAX_CHANNELS": "100"}
    loaded = load(environ={f"IPTV_TUNERR_{name}": value for name, value in environ.items()}, dotenv=None, flags={})
    chosen = LineupRules(recipe="sports_na", take=5, drop_music=True)
    rules, names = in_force(chosen, loaded.settings.lineup)
    assert rules == LineupRules(recipe="balanced", take=0, drop_music=True)
    assert names == ("IPTV_TUNERR_LINEUP_RECIPE", "IPTV_TUNERR_LINEUP_TAKE")


def test_a_recipe_file_takes_the_place_of_the_picks():
    chosen = LineupRules(programming=ProgrammingRecipe(selected_categories=("a",)))
    recipe = ProgrammingRecipe(excluded_categories=("b",))
    rules, names = in_force(chosen, LineupSettings(), recipe)
    assert rules.programming == recipe
    assert names == ("IPTV_TUNERR_PROGRAMMING_RECIPE_FILE",)


def test_every_rule_can_be_set_and_every_setting_is_a_rule():
    others = {"max_channels", "devices", "programming_file"}
    assert set(LineupSettings.model_fields) - others == set(LineupRules.model_fields) - {"programming"}


def test_defaults_agree():
    rules = LineupRules().model_dump()
    assert {name: value for name, value in LineupSettings().model_dump().items() if name in rules} == {
        name: value for name, value in rules.items() if name != "programming"
    }


def test_a_minimal_recipe_file(tmp_path):
    path = tmp_path / "recipe.json"
    path.write_text('{"selected_categories": ["us-news"], "order_mode": "source"}')
    assert read_recipe(path) == ProgrammingRecipe(selected_categories=("us-news",))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is wrong at the document: Invalid JSON"),
        ('{"version": 2}', "is wrong at version"),
        ('{"selected_categories": "us"}', "is wrong at selected_categories"),
        ('{"selected": []}', "is wrong at selected"),
        ("[]", "is wrong at the document"),
    ],
)
def test_a_bad_recipe_file(tmp_path, content, words):
    path = tmp_path / "recipe.json"
    path.write_text(content)
    with pytest.raises(ContentError, match="the recipe read before stays in force") as error:
        read_recipe(path)
    assert words in str(error.value)


def test_a_recipe_file_that_is_not_there(tmp_path):
    with pytest.raises(ContentError, match=r"gone\.json can't be read: No such file"):
        read_recipe(tmp_path / "gone.json")


def test_a_recipe_file_without_an_end_is_not_waited_for(tmp_path):
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    with pytest.raises(ContentError, match=r"pipe\.json is no file"):
        read_recipe(pipe)


def test_a_recipe_file_that_is_far_too_large(tmp_path):
    path = tmp_path / "recipe.json"
    with path.open("wb") as file:
        file.truncate((16 << 20) + 1)
    with pytest.raises(ContentError, match="larger than 16 MB"):
        read_recipe(path)


def test_the_schema_is_plain_json():
    assert json.loads(LineupRules().model_dump_json())["event_past"] == 9000.0
