"""Settings in the deck: the page, the acts, and the described system's document of the deck's own settings."""

from __future__ import annotations

from typing import Any

from tunerr.app.core import Core
from tunerr.app.live_settings import LIVE, RULES
from tunerr.app.operator_acts import OperatorActs
from tunerr.config.effective import effective
from tunerr.config.written import written
from tunerr.deck.operations import Fields, Operation
from tunerr.deck.page import Asked, Page
from tunerr.deck.sessions import LIFETIME_S
from tunerr.deck.throttle import FAILURES, WINDOW_S
from tunerr.errors import ActionRefused
from tunerr.model.operator import Role
from tunerr.storage.facts import Facts
from tunerr.views.reports import Query, Report
from tunerr.views.settings import SettingsView, settings_view

_REFRESH_FACT = "deck_default_refresh_sec"
_REFRESH_DEFAULT, _REFRESH_MOST = 30, 3600


def settings_pages(core: Core, acts: OperatorActs) -> tuple[Page, ...]:
    """The page of all settings; what holds secrets is not in its view."""

    async def view(asked: Asked) -> SettingsView:
        loaded, rules = core.settings_book.loaded, core.offering.planner.in_force
        chosen = await acts.rules.shown()
        return settings_view(
            effective(loaded),
            live={name: effect.sentence for name, effect in LIVE.items()},
            chosen_rules={name: written(getattr(rules, field)) for name, field in RULES.items() if field in chosen},
            notes=loaded.notes,
            query=asked.query.get("q", "").strip()[:100],
            origin=asked.query.get("origin", ""),
            section=asked.query.get("section", ""),
            opened=asked.query.get("edit", ""),
        )

    return (Page("/settings", "settings.html", view),)


def settings_operations(acts: OperatorActs) -> dict[str, Operation]:
    """Change a setting, and take it back to its default."""
    return {
        "setting-set": Operation(
            "Give the setting `name` the `value`, written as in the environment; it counts at once.",
            lambda who, fields: acts.settings.set(fields.get("name", ""), fields.get("value", ""), who=who),
            "settings",
            Role.ADMIN,
        ),
        "setting-reset": Operation(
            "Take the setting `name` back to its default.",
            lambda who, fields: acts.settings.reset(fields.get("name", ""), who=who),
            "settings",
            Role.ADMIN,
        ),
    }


def deck_settings(core: Core) -> tuple[Report, Operation]:
    """GET and POST of /deck/settings.json, whose names are the described system's.

    Of what is posted `default_refresh_sec` is kept; the others are accepted and have no effect here: each viewer starts
    at the newest access point, and there are no virtual channels.
    """
    facts, desk = Facts(core.desk.state), core.desk

    async def report(_: Query) -> dict[str, Any]:
        return {
            "auth_user": desk.operators.user,
            "auth_default_password": False,
            "default_refresh_sec": int(await facts.get(_REFRESH_FACT) or _REFRESH_DEFAULT),
            "shared_relay_replay_bytes": 0,
            "virtual_channel_recovery_live_stall_sec": None,
            "state_persisted": True,
            "effective_session_ttl_minutes": round(LIFETIME_S / 60),
            "login_failure_window_minutes": round(WINDOW_S / 60),
            "login_failure_limit": FAILURES,
        }

    async def keep(who: str, fields: Fields) -> str:
        text = fields.get("default_refresh_sec", "")
        if not text:
            return "Nothing was changed: only default_refresh_sec has a meaning here."
        if not (
            text.isascii() and text.isdigit() and len(text) <= len(str(_REFRESH_MOST)) and int(text) <= _REFRESH_MOST
        ):
            raise ActionRefused(
                "default_refresh_sec is no usable number.", hint=f"Give whole seconds from 0 to {_REFRESH_MOST}."
            )
        await facts.set(_REFRESH_FACT, text)
        said = f"Programs are told to refresh every {text} s; pages here follow by themselves."
        await desk.audit.note(who=who, act="deck-settings", subject="default_refresh_sec", detail=said)
        return said

    return report, Operation("Change the deck's own settings.", keep, "settings", Role.ADMIN)
