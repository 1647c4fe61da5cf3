"""The settings that can be changed while the program runs, and how each one counts at once. A closed table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tunerr.app.core import Core
from tunerr.config.declare import settings_of
from tunerr.config.lineup import LineupSettings
from tunerr.config.loader import declared
from tunerr.config.sections import SECTIONS, ServerSettings, Settings
from tunerr.lineup.rules.chosen import LineupRules
from tunerr.support.log_ring import LogRing
from tunerr.support.logging import configure
from tunerr.support.tasks import Supervisor

Take = Callable[[Core, Supervisor], None]
"""Has the running parts take over a setting that was published; long work goes on in the background."""


@dataclass(frozen=True, slots=True)
class Effect:
    """When a changed value counts, as a sentence, and what is done for it; None where it is read each time anyway."""

    sentence: str
    take: Take | None = None


def configure_as(server: ServerSettings, logs: LogRing) -> None:
    """Log as the settings say."""
    configure(server.log_level, json=server.log_json, ring=logs)


def _log(core: Core, _: Supervisor) -> None:
    configure_as(core.settings.server, core.desk.logs)


def _schedule(core: Core, _: Supervisor) -> None:
    core.cycle.sources_changed()


def _read_guides(core: Core, background: Supervisor) -> None:
    background.spawn(core.cycle.reread_guides(), "read guides again")


def _render(core: Core, background: Supervisor) -> None:
    background.spawn(core.cycle.render_guide(anew=True), "render guide")


def _retries(core: Core, _: Supervisor) -> None:
    gateway = core.settings.gateway
    core.gateway.set_retries(gateway.retry_limit, gateway.retry_backoff_ms / 1000)


_LOG = Effect("From the next line of the log on.", _log)
_SCHEDULE = Effect("The next refresh moves at once; it counts from the last one.", _schedule)
_READING = Effect("At once: the guides that are here are read again. Nobody is asked for that.", _read_guides)
_EDITION = Effect("At once: the guide is made again.", _render)
_PANEL = Effect("From the next question to a panel on.")
_TESTS = Effect("From the next run of tests on.")
_TUNES = Effect("From the next tune on; streams that play go on as they are.", _retries)
_LINEUP = Effect("At once: the lineup is made again; streams that play go on.")

RULES: Mapping[str, str] = {
    setting.name: field for field, setting, _ in settings_of(LineupSettings) if field in LineupRules.model_fields
}
"""Names of the settings that are rules of the lineup, and their fields; they are kept with the other rules."""

LIVE: Mapping[str, Effect] = {
    "LOG_LEVEL": _LOG,
    "LOG_JSON": _LOG,
    "REFRESH": _SCHEDULE,
    "PROVIDER_SHORT_EPG_MIN_PROGRAMMES": _EDITION,
    "PROVIDER_SHORT_EPG_LIMIT": _PANEL,
    "PROVIDER_SHORT_EPG_CONCURRENCY": _PANEL,
    "XMLTV_MATCH_ENABLE": _READING,
    "XMLTV_PREFER_LANGS": _READING,
    "XMLTV_PREFER_LATIN": _READING,
    "XMLTV_NON_LATIN_TITLE_FALLBACK": _READING,
    "EPG_SQLITE_RETAIN_PAST_HOURS": _READING,
    "EPG_SQLITE_MAX_BYTES": _READING,
    "EPG_SQLITE_MAX_MB": _READING,
    "EPG_GUIDE_SERVE_WINDOW_HOURS": _EDITION,
    "EPG_PRUNE_UNLINKED": _EDITION,
    **{setting.name: _TESTS for _, setting, _ in settings_of(SECTIONS["validation"])},
    "UPSTREAM_RETRY_LIMIT": _TUNES,
    "UPSTREAM_RETRY_BACKOFF_MS": _TUNES,
    **dict.fromkeys(RULES, _LINEUP),
}
"""By name without prefix. All others need a start of the program."""


async def take_over(core: Core, background: Supervisor) -> None:
    """Publish what the operator chose and have it count. Raises StorageError."""
    before = core.settings
    await core.settings_book.load()
    changed = [name for name in LIVE if _value(before, name) != _value(core.settings, name)]
    for take in dict.fromkeys(LIVE[name].take for name in changed):
        if take is not None:
            take(core, background)


def _value(settings: Settings, name: str) -> object:
    found = declared(name)
    assert found is not None  # noqa: S101 - the table holds declared ones only; a test proves it
    section, field, _ = found
    place = next(key for key, one in SECTIONS.items() if one is section)
    return getattr(getattr(settings, place), field)
