"""Acts on the rules of the lineup."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from tunerr.actions.choices_file import RULES
from tunerr.actions.turn import in_turn
from tunerr.errors import ActionRefused
from tunerr.lineup.rules.chosen import LineupRules, read_rules
from tunerr.storage.choices import Choices


def checked_rules(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return rules as they are stored, without what is as the default. Raises ActionRefused when they are none."""
    return _read(document).model_dump(mode="json", exclude_defaults=True)


class OperatorRules:
    """Each act is one entry of the journal and returns a sentence. Raises ActionRefused, with a hint."""

    def __init__(self, *, choices: Choices, reload: Callable[[], Awaitable[None]]) -> None:
        self._choices = choices
        self._reload = reload

    async def shown(self) -> dict[str, Any]:
        """Return what the operator set."""
        rules: dict[str, Any] = orjson.loads(await self._choices.get("lineup", RULES) or "{}")
        return rules

    @in_turn
    async def set(self, changes: Mapping[str, Any], *, who: str) -> str:
        """Change rules; None takes one back to the setting."""
        before = await self.shown()
        after = checked_rules(merged(before, changes))
        if after == before:
            raise ActionRefused("The rules are so already.")
        detail = f"Rules of the lineup were changed: {', '.join(sorted(changes))}."
        text = orjson.dumps(after).decode() if after else None
        await self._choices.put([("lineup", RULES, text)], who=who, act="rules-set", subject="lineup", detail=detail)
        await self._reload()
        return detail

    async def tried(self, changes: Mapping[str, Any]) -> LineupRules:
        """Return what the rules would be with these changes; nothing is stored."""
        return _read(merged(await self.shown(), changes))


def _read(document: Mapping[str, Any]) -> LineupRules:
    try:
        text = orjson.dumps(dict(document)).decode()
    except TypeError as error:  # nested too deeply, or a time of TOML that has a zone
        raise ActionRefused("The rules hold a value that no rule can have.") from error
    return read_rules(text)


def merged(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document with changed fields; None takes one out."""
    return {name: value for name, value in {**before, **changes}.items() if value is not None}
