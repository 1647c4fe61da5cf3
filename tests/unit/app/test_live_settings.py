"""Each entry of the table really counts while the program runs."""

import asyncio
import logging
from types import SimpleNamespace

import orjson
import pytest
import structlog

from tests.tools.clock import ManualClock
from tunerr.app.channel_tests import ChannelTests
from tunerr.app.live_settings import LIVE, RULES, configure_as, take_over
from tunerr.app.settings_book import SettingsBook
from tunerr.config import load
from tunerr.config.declare import settings_of
from tunerr.config.loader import declared, parsed
from tunerr.config.validation import ValidationSettings
from tunerr.guide.fetching.refresh import GuideRefresher, edition_hours
from tunerr.lineup.rules.chosen import in_force, read_rules
from tunerr.storage.choices import Choices
from tunerr.storage.connection import open_server
from tunerr.support.log_ring import LogRing
from tunerr.support.tasks import Supervisor

# Values other than the defaults, where the example is the default.
OTHERS = {
    "REFRESH": "90m", "LOG_LEVEL": "debug", "SMOKETEST_TIMEOUT": "3s", "XMLTV_MATCH_ENABLE": "no",
    "SPORTS_EVENT_PAST_WINDOW": "1h", "SPORTS_EVENT_FUTURE_WINDOW": "1h",
}  # fmt: skip
READING = {
    "XMLTV_MATCH_ENABLE", "XMLTV_PREFER_LANGS", "XMLTV_PREFER_LATIN", "XMLTV_NON_LATIN_TITLE_FALLBACK",
    "EPG_SQLITE_RETAIN_PAST_HOURS", "EPG_SQLITE_MAX_BYTES", "EPG_SQLITE_MAX_MB",
}  # fmt: skip
EDITION = {"PROVIDER_SHORT_EPG_MIN_PROGRAMMES", "EPG_GUIDE_SERVE_WINDOW_HOURS", "EPG_PRUNE_UNLINKED"}
PANEL = {"PROVIDER_SHORT_EPG_LIMIT", "PROVIDER_SHORT_EPG_CONCURRENCY"}
TESTS = {setting.name for _, setting, _ in settings_of(ValidationSettings)}
LOG = {"LOG_LEVEL", "LOG_JSON"}
RETRIES = {"UPSTREAM_RETRY_LIMIT", "UPSTREAM_RETRY_BACKOFF_MS"}


class World:
    """What a core is to the table: the settings, and parts that note what they are told."""

    def __init__(self, state):
        self.said = []
        self.choices = Choices(state=state, clock=ManualClock())
        self.settings_book = SettingsBook(loaded=load(environ={}, dotenv=None, flags={}), choices=self.choices)
        self.desk = SimpleNamespace(logs=LogRing())
        self.cycle = SimpleNamespace(
            sources_changed=lambda: self.said.append("schedule"),
            reread_guides=lambda: self._noted("read guides"),
            render_guide=lambda *, anew: self._noted("render" if anew else "unless there is one"),
        )
        self.gateway = SimpleNamespace(set_retries=lambda *given: self.said.append(("retries", *given)))
        self.background = Supervisor()

    @property
    def settings(self):
        return self.settings_book.in_force.current

    async def _noted(self, word):
        self.said.append(word)

    async def choose(self, name, text):
        value = None if text is None else orjson.dumps(text).decode()
        await self.choices.put([("setting", name, value)], who="anna", act="setting-set", subject=name)
        await take_over(self, self.background)
        while self.background.names:
            await asyncio.sleep(0)


@pytest.fixture
async def world(tmp_path):
    root, ours = logging.getLogger(), logging.getLogger("tunerr")
    before = (root.handlers[:], root.level, ours.level)
    state = await open_server(tmp_path / "state.db", kind="state")
    made = World(state)
    yield made
    await made.background.aclose()
    await state.close()
    root.handlers[:], level, ours_level = before
    root.setLevel(level)
    ours.setLevel(ours_level)
    structlog.reset_defaults()


def other(name):
    _, _, setting = declared(name)
    return OTHERS.get(name, setting.example)


def section_value(settings, name):
    section, field, _ = declared(name)
    place = {"ServerSettings": "server", "GuideSettings": "guide", "ValidationSettings": "validation"}
    return getattr(getattr(settings, place.get(section.__name__, "gateway")), field)


def test_the_table_is_closed_and_every_entry_is_known_here():
    assert set(LIVE) == {"REFRESH"} | LOG | READING | EDITION | PANEL | TESTS | RETRIES | set(RULES)
    for name in LIVE:
        section, field, setting = declared(name)
        assert not setting.secret, f"{name} would be in the journal"
        assert not setting.numbered
        assert LIVE[name].sentence.endswith(".")
        default = section.model_fields[field].default
        assert parsed(name, other(name)) != default, f"{name} has no example that differs"


@pytest.mark.parametrize("name", sorted(set(LIVE) - set(RULES)))
async def test_a_change_is_in_force_at_once_and_its_part_is_told(world, name):
    before = section_value(world.settings, name)
    await world.choose(name, other(name))
    assert section_value(world.settings, name) == parsed(name, other(name)) != before
    told = list(world.said)
    if name == "REFRESH":
        assert told == ["schedule"]
    elif name in READING:
        assert told == ["read guides"]
    elif name in EDITION:
        assert told == ["render"]
    elif name in RETRIES:
        gateway = world.settings.gateway
        assert told == [("retries", gateway.retry_limit, gateway.retry_backoff_ms / 1000)]
    else:
        assert told == [], "it is read each time"
    await world.choose(name, None)
    assert section_value(world.settings, name) == before
    assert len(world.said) == 2 * len(told), "taking it back tells it again"


async def test_nothing_is_told_when_nothing_changed(world):
    await world.choose("REFRESH", "6h")
    assert world.said == []


async def test_two_of_one_effect_are_told_once(world):
    rows = [("setting", "EPG_PRUNE_UNLINKED", '"yes"'), ("setting", "EPG_GUIDE_SERVE_WINDOW_HOURS", '"24"')]
    await world.choices.put(rows, who="anna", act="import", subject="x")
    await world.choose("PROVIDER_SHORT_EPG_MIN_PROGRAMMES", "9")
    assert world.said == ["render"]


async def test_the_level_of_the_log_changes_and_the_ring_stays(world):
    log = structlog.get_logger("tunerr.test")
    configure_as(world.settings.server, world.desk.logs)
    log.debug("one")
    await world.choose("LOG_LEVEL", "debug")
    log.debug("two")
    await world.choose("LOG_JSON", "true")
    log.info("three")
    assert [record.event for record in world.desk.logs.records if record.logger == "tunerr.test"] == ["three", "two"]


async def test_every_setting_of_tests_reaches_the_next_run(world):
    tests = ChannelTests(
        settings=lambda: world.settings.validation, reader=None, plans=None, results=None, prober=None, accounts=None,
        clock=ManualClock(),
    )  # fmt: skip
    before = tests._bounds()
    for name in TESTS:
        await world.choose(name, other(name))
    limits, workers, guard = tests._bounds()
    assert (workers, guard) == (3, 30) != before[1:]
    assert (limits.max_channels, limits.max_duration, limits.ttl) == (200, 1800, 43200)
    assert (limits.skip_groups, limits.skip_regions) == (("PPV *", "24/7*"), ("uk", "de"))
    assert (world.settings.validation.enabled, world.settings.validation.timeout) == (True, 3)


async def test_every_setting_of_guides_reaches_who_reads_and_renders_them(world, tmp_path):
    guide_dir = SimpleNamespace(guide_dir=tmp_path)
    refresher = GuideRefresher(
        folder=guide_dir, sources=None, clients=None, worker=None, clock=ManualClock(), configured=None,
        settings=lambda: world.settings.guide, matching=None, beside=None,
    )  # fmt: skip
    for name in READING | EDITION | PANEL:
        await world.choose(name, other(name))
    short, settings = refresher._short(), refresher._settings()
    assert (short._least, short._limit, short._concurrency) == (4, 12, 2)
    assert edition_hours(settings)[1] == 72
    assert settings.largest_bytes == 500_000_000


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_is_in_force_when_it_is_kept_with_the_rules(name):
    value = parsed(name, other(name))
    kept = {RULES[name]: list(value) if isinstance(value, tuple) else value}
    rules, _ = in_force(
        read_rules(orjson.dumps(kept).decode()), load(environ={}, dotenv=None, flags={}).settings.lineup
    )
    assert getattr(rules, RULES[name]) == value


def test_what_was_set_where_the_program_was_started_wins_over_a_rule_that_was_chosen():
    settings = load(environ={"IPTV_TUNERR_LINEUP_TAKE": "5"}, dotenv=None, flags={}).settings.lineup
    assert in_force(read_rules('{"take": 9}'), settings)[0].take == 5
