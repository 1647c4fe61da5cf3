"""Acts on settings: those that can be changed while the program runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Protocol

import orjson

from tunerr.actions.turn import in_turn
from tunerr.config.declare import Setting
from tunerr.config.environment import PREFIX
from tunerr.config.loader import DECK, Loaded, declared, parsed
from tunerr.config.written import written
from tunerr.errors import ActionRefused, NotFound
from tunerr.storage.choices import Choices

LONGEST_VALUE = 4000
"""Characters of a value; lists of channels and groups are the longest ones."""


class Rules(Protocol):
    """Where the settings that are rules of the lineup are kept."""

    async def set(self, changes: Mapping[str, Any], *, who: str) -> str:
        """Change rules by their fields; None takes one back. Raises ActionRefused."""
        ...


class OperatorSettings:
    """Each act is one entry of the journal and returns a sentence. Raises ActionRefused and NotFound, with a hint.

    What was set where the program was started always wins, so such a setting can't be changed here.
    """

    def __init__(
        self,
        *,
        choices: Choices,
        loaded: Callable[[], Loaded],
        live: Collection[str],
        rules: Rules,
        rule_names: Collection[str],
        reload: Callable[[], Awaitable[None]],
    ) -> None:
        """`live`: settings by name without prefix that count at once; `rule_names`: those that are rules."""
        self._choices = choices
        self._loaded = loaded
        self._live = live
        self._rules = rules
        self._rule_names = rule_names
        self._reload = reload

    async def set(self, name: str, text: str, *, who: str) -> str:
        """Give a setting the value that `text` means, as one would write it in the environment."""
        name, field, setting = self._changeable(name)
        value = _read(setting, text)
        if name in self._rule_names:
            await self._rules.set({field: list(value) if isinstance(value, tuple) else value}, who=who)
            return f"{name} is {_shown(setting, value)} now."
        return await self._store(name, setting, text.strip(), who=who)

    async def reset(self, name: str, *, who: str) -> str:
        """Take a setting back to its default."""
        name, field, setting = self._changeable(name)
        if name in self._rule_names:
            await self._rules.set({field: None}, who=who)
            return f"{name} has its default again."
        return await self._store(name, setting, None, who=who)

    @in_turn
    async def _store(self, name: str, setting: Setting, text: str | None, *, who: str) -> str:
        before = await self._choices.get("setting", name)
        after = None if text is None else orjson.dumps(text).decode()
        if before == after:
            raise ActionRefused(f"{name} is so already.")
        said = (
            f"{name} has its default again."
            if text is None
            else f"{name} is {_shown(setting, parsed(name, text))} now."
        )
        await self._choices.put(
            [("setting", name, after)],
            who=who,
            act="setting-reset" if text is None else "setting-set",
            subject=name,
            detail=said,
        )
        await self._reload()
        return said

    def _changeable(self, given: str) -> tuple[str, str, Setting]:
        """The name without prefix, the field and the declaration of a setting that can be changed now."""
        name = given.strip().upper().removeprefix(PREFIX)
        found = declared(name)
        if found is None:
            raise NotFound(f"There is no setting {given[:60]!r}.", hint="Settings lists them.")
        _, field, setting = found
        if name not in self._live:
            raise ActionRefused(
                f"{name} can't be changed while the program runs.",
                hint=f"Set {setting.env} in the environment or in .env, and start the program again.",
            )
        origin = self._loaded().origins.get(name, DECK)
        if origin != DECK:
            raise ActionRefused(
                f"{name} is set by {PLACES[origin]}, which always wins.", hint="Take it out there to change it here."
            )
        return name, field, setting


PLACES: Mapping[str, str] = {
    "environment": "the environment",
    ".env": "the file .env",
    "flag": "an option of the command line",
}
"""Origins of settings that nobody can change here, in words."""


def _read(setting: Setting, text: str) -> Any:
    example = f"Example: {setting.example}"
    if not text.strip():
        raise ActionRefused(f"{setting.name} needs a value.", hint=example)
    if len(text) > LONGEST_VALUE:
        raise ActionRefused(f"{setting.name} has {len(text):,} characters; {LONGEST_VALUE:,} are allowed.")
    try:
        return parsed(setting.name, text.strip())
    except ValueError as error:
        raise ActionRefused(f"{setting.name}: {error}", hint=example) from None


def _shown(setting: Setting, value: object) -> str:
    if setting.secret:
        return "set"
    return written(value) or "empty"
