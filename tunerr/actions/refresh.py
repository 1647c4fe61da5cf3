"""Acts on sources: refresh now, accept an answer that the shrink guard refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tunerr.actions.audit import Audit
from tunerr.model.channel import SourceId
from tunerr.model.status import SourceState, SourceStatus


class Refreshing(Protocol):
    """What can refresh sources."""

    async def refresh(self, only: SourceId | None = None, *, accept_shrink: bool = False) -> Sequence[SourceStatus]:
        """Refresh all sources or one; raises ActionRefused for an unknown one."""
        ...


async def refresh_sources(cycle: Refreshing, audit: Audit, *, who: str, source: SourceId | None) -> str:
    """Refresh one source or all; a sentence for each, as a person reads it."""
    statuses = await cycle.refresh(source)
    await audit.note(who=who, act="refresh", subject=source or "all sources", detail=_outcomes(statuses))
    return _outcomes(statuses)


async def accept_shrink(cycle: Refreshing, audit: Audit, *, who: str, source: SourceId) -> str:
    """Take the source's next answer although it is far shorter than the last good one."""
    statuses = await cycle.refresh(source, accept_shrink=True)
    await audit.note(who=who, act="accept-shrink", subject=source, detail=_outcomes(statuses))
    return _outcomes(statuses)


def _outcomes(statuses: Sequence[SourceStatus]) -> str:
    return " ".join(
        f"{status.id}: {status.message or f'{status.channels} channels from {status.entries} entries.'}"
        if status.state is SourceState.OK
        else f"{status.id}: {status.message} {status.hint}".rstrip()
        for status in statuses
    )
