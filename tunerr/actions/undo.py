"""Taking acts back, and doing them again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime
from typing import Any

from tunerr.actions.turn import in_turn
from tunerr.storage.choices import KINDS, Choices, Kind


class Undoing:
    """Works on the journal of choices; each act is itself an entry of it."""

    def __init__(self, *, choices: Choices, reload: Callable[[Collection[Kind]], Awaitable[None]]) -> None:
        self._choices = choices
        self._reload = reload

    @in_turn
    async def undo(self, act: int | None = None, *, who: str, kinds: Collection[Kind] = KINDS) -> str:
        """Take back an act, the latest one when None; a sentence. `kinds`: what whoever asks may change.

        Raises ActionRefused and Forbidden.
        """
        undone = await self._choices.undo(act, who=who, kinds=kinds)
        await self._reload({change.kind for change in undone.changes})
        return f"Act {undone.id} was taken back: {undone.detail or undone.act}"

    @in_turn
    async def redo(self, *, who: str, kinds: Collection[Kind] = KINDS) -> str:
        """Do again what was taken back last; a sentence. Otherwise as `undo`."""
        done = await self._choices.redo(who=who, kinds=kinds)
        await self._reload({change.kind for change in done.changes})
        return f"Act {done.id}: {done.detail}"

    async def listed(self, limit: int = 50) -> list[dict[str, Any]]:
        """Return the latest acts as rows, the last one first."""
        return [
            {
                "id": act.id,
                "at": datetime.fromtimestamp(act.at, UTC).isoformat(timespec="seconds"),
                "who": act.who,
                "act": act.act,
                "detail": act.detail or act.subject,
                "undone_by": act.undone_by,
            }
            for act in await self._choices.journal(limit)
        ]
