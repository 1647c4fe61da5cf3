import pytest

from tests.tools.clock import ManualClock
from tunerr.actions.rules import OperatorRules
from tunerr.actions.settings import OperatorSettings
from tunerr.actions.undo import Undoing
from tunerr.config import PREFIX, load
from tunerr.config.loader import choose
from tunerr.errors import ActionRefused, NotFound
from tunerr.storage.choices import Choices
from tunerr.storage.connection import open_server

LIVE = {"REFRESH", "LOG_LEVEL", "UPSTREAM_HEADERS", "LINEUP_LANGUAGE"}
RULES = {"LINEUP_LANGUAGE": "languages"}


class Desk:
    def __init__(self, state):
        self.choices = Choices(state=state, clock=ManualClock())
        self.loaded = load(environ={PREFIX + "LOG_LEVEL": "debug"}, dotenv=None, flags={})
        self.reloads = 0
        self.rules = OperatorRules(choices=self.choices, reload=self.reload)
        self.settings = OperatorSettings(
            choices=self.choices, loaded=lambda: self.loaded, live=LIVE, rules=self.rules, rule_names=RULES,
            reload=self.reload,
        )  # fmt: skip
        self.undoing = Undoing(choices=self.choices, reload=self.reload)

    async def reload(self, *_):
        self.reloads += 1
        chosen = {name: text.strip('"') for name, text in (await self.choices.all("setting")).items()}
        self.loaded = choose(self.loaded, chosen)


@pytest.fixture
async def desk(tmp_path):
    state = await open_server(tmp_path / "state.db", kind="state")
    yield Desk(state)
    await state.close()


async def test_a_setting_is_changed_journaled_and_undone(desk):
    assert await desk.settings.set("REFRESH", " 2h ", who="anna") == "REFRESH is 2h now."
    assert (desk.loaded.settings.server.refresh, desk.reloads) == (7200, 1)
    (act,) = await desk.choices.journal()
    assert (act.who, act.act, act.subject, act.detail) == ("anna", "setting-set", "REFRESH", "REFRESH is 2h now.")
    assert await desk.undoing.undo(who="anna") == "Act 1 was taken back: REFRESH is 2h now."
    assert desk.loaded.settings.server.refresh == 6 * 3600


async def test_the_full_name_in_any_case_will_do(desk):
    await desk.settings.set("iptv_tunerr_refresh", "2h", who="anna")
    assert desk.loaded.settings.server.refresh == 7200


async def test_back_to_the_default(desk):
    await desk.settings.set("REFRESH", "2h", who="anna")
    assert await desk.settings.reset("REFRESH", who="anna") == "REFRESH has its default again."
    assert desk.loaded.settings.server.refresh == 6 * 3600
    with pytest.raises(ActionRefused, match="is so already"):
        await desk.settings.reset("REFRESH", who="anna")


@pytest.mark.parametrize(
    ("name", "text", "message", "hint"),
    [
        ("REFRESH", "soon", "REFRESH: 'soon' is no duration", "Example: 6h"),
        ("REFRESH", "  ", "REFRESH needs a value", "Example: 6h"),
        ("REFRESH", "1" * 5000, "5,000 characters", ""),
        ("LINEUP_LANGUAGE", "klingon", "LINEUP_LANGUAGE: 'klingon' is no language", "Example: en,fr"),
        ("ADDR", ":1", "ADDR can't be changed while the program runs", "Set IPTV_TUNERR_ADDR"),
        ("LOG_LEVEL", "info", "LOG_LEVEL is set by the environment", "Take it out there"),
        ("M3U_URL", "http://h/x?token=s3cret", "M3U_URL can't be changed", "start the program again"),
    ],
)
async def test_what_cannot_be_is_refused_in_the_words_of_the_parser_with_an_example(desk, name, text, message, hint):
    with pytest.raises(ActionRefused) as caught:
        await desk.settings.set(name, text, who="anna")
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert "s3cret" not in str(caught.value)
    assert await desk.choices.journal() == ()
    assert desk.reloads == 0


async def test_an_unknown_setting_is_not_found(desk):
    with pytest.raises(NotFound, match="no setting 'NOPE'"):
        await desk.settings.set("NOPE", "1", who="anna")


async def test_a_rule_of_the_lineup_is_kept_with_the_rules(desk):
    assert await desk.settings.set("LINEUP_LANGUAGE", "EN, fr", who="anna") == "LINEUP_LANGUAGE is en,fr now."
    assert await desk.rules.shown() == {"languages": ["en", "fr"]}
    assert await desk.choices.all("setting") == {}
    await desk.settings.reset("LINEUP_LANGUAGE", who="anna")
    assert await desk.rules.shown() == {}


async def test_a_secret_is_never_said(desk):
    said = await desk.settings.set("UPSTREAM_HEADERS", "X-Token: s3cret", who="anna")
    assert said == "UPSTREAM_HEADERS is set now."
    (act,) = await desk.choices.journal()
    assert "s3cret" not in act.detail
