"""The one door for background tasks: named, kept alive, their failures logged, ended in order."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Supervisor:
    """Owns background tasks. A task that fails is logged with its name; `aclose` cancels all and waits for them."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Start `work` as a task called `name`; the caller may await or cancel it, or forget it."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the tasks that are running, sorted."""
        return tuple(sorted(task.get_name() for task in self._tasks))

    async def aclose(self) -> None:
        """Cancel every task and wait until all have ended, those that they start while ending included."""
        while self._tasks:
            tasks = tuple(self._tasks)
            for task in tasks:
                # One that is ending already must not have its clean-up cut short by a second cancellation.
                if not task.cancelling():
                    task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._tasks.difference_update(tasks)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            log.error("background task failed", task=task.get_name(), exc_info=error)
