"""Acts on sources: refresh now, accept an answer that the shrink guard refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol

from tunerr.actions.audit import Audit
from tunerr.errors import TunerrError
from tunerr.model.channel import SourceId
from tunerr.model.status import SourceState, SourceStatus


class Refreshing(Protocol):
    """What can refresh sources."""

    async def refresh(self, only: SourceId | None = None, *, accept_shrink: bool = False) -> Sequence[SourceStatus]:
        """Refresh all sources or one; raises ActionRefused for an unknown one."""
        ...


async def refresh_sources(cycle: Refreshing, audit: Audit, *, who: str, source: SourceId | None) -> str:
    """Refresh one source or all; a sentence for each, as a person reads it."""
    note = partial(audit.note, who=who, act="refresh", subject=source or "all sources")
    return await _told(cycle.refresh(source), note)


async def accept_shrink(cycle: Refreshing, audit: Audit, *, who: str, source: SourceId) -> str:
    """Take the source's next answer although it is far shorter than the last good one."""
    note = partial(audit.note, who=who, act="accept-shrink", subject=source)
    return await _told(cycle.refresh(source, accept_shrink=True), note)


async def _told(act: Awaitable[Sequence[SourceStatus]], note: Callable[..., Awaitable[None]]) -> str:
    """Do it, and record how it ended, well or not."""
    try:
        said = _outcomes(await act)
    except TunerrError as error:
        await note(detail=f"It failed: {error.message}")
        raise
    await note(detail=said)
    return said


def _outcomes(statuses: Sequence[SourceStatus]) -> str:
    if not statuses:
        return "Nothing was asked: a guide waits for the first channels."
    return " ".join(
        f"{status.id}: {status.message or f'{status.channels} channels from {status.entries} entries.'}"
        if status.state is SourceState.OK
        else f"{status.id}: {status.message} {status.hint}".rstrip()
        for status in statuses
    )
