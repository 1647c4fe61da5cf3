"""The act that has all guides read again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol

import structlog

from tunerr.actions.audit import Audit
from tunerr.errors import TunerrError

log = structlog.get_logger(__name__)


class Background(Protocol):
    """What runs tasks that nobody waits for."""

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> object:
        """Start one."""
        ...


class GuideRefresh:
    """One refresh at a time, and one that waits for it; whoever asks meanwhile is served by that one."""

    def __init__(self, *, refresh: Callable[[], Awaitable[object]], audit: Audit, background: Background) -> None:
        """`refresh`: asks all guides; may raise TunerrError."""
        self._refresh = refresh
        self._audit = audit
        self._background = background
        self._runs = False
        self._waits = False

    async def queue(self, who: str) -> str:
        """Begin, or queue; a sentence that says which."""
        if self._runs:
            said = "A refresh of the guides is running; the next one is queued."
            self._waits = True
        else:
            said = "The guides are being refreshed."
            self._runs = True
            self._background.spawn(self._run(), "refresh guides")
        await self._audit.note(who=who, act="guide-refresh", subject="guides", detail=said)
        return said

    async def _run(self) -> None:
        try:
            while True:
                self._waits = False
                try:
                    await self._refresh()
                except TunerrError as error:
                    log.warning("guides not refreshed", error=error.message, hint=error.hint)
                if not self._waits:
                    return
        finally:
            self._runs = False
