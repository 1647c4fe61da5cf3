"""Acts on what the program remembers of itself: forget it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tunerr.actions.audit import Audit

Clear = Callable[[], Awaitable[None]]
"""Forgets all of it. Raises StorageError."""


async def clear_activity(clear: Clear, audit: Audit, *, who: str) -> str:
    """Empty the timeline of what happened; the audit log keeps what operators did. A sentence."""
    await audit.note(who=who, act="activity-clear", subject="timeline", detail="The timeline was emptied.")
    await clear()
    return "The timeline is empty."


async def clear_figures(clear: Clear, audit: Audit, *, who: str) -> str:
    """Forget the figures of the last 24 hours; a sentence."""
    await clear()
    said = "The figures of the last 24 hours were forgotten."
    await audit.note(who=who, act="telemetry-clear", subject="figures", detail=said)
    return said
