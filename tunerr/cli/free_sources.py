"""`free-sources`: fetches the free sources of the settings and says what is in them, before they are merged."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import cyclopts
from cyclopts import Parameter

from tunerr.cli.options import load_settings
from tunerr.cli.output import AsJson, show
from tunerr.errors import ActionRefused, TunerrError

if TYPE_CHECKING:
    from tunerr.model.source import Source
    from tunerr.providers.entry import Entry
    from tunerr.support.http import HttpClients

app = cyclopts.App(
    name="free-sources",
    help="What the free sources of the settings have, before they are merged.",
    usage="Usage: iptv-tunerr free-sources [flags]",
    version_flags=[],
)

_NO_GROUP = "(no group)"


@app.default
def free_sources(
    *,
    by_group: Annotated[bool, Parameter(negative="", help="One row for each group.")] = False,
    require_tvgid: Annotated[
        bool | None, Parameter(help="Count only channels that have a tvg-id; that of the settings when left out.")
    ] = None,
    limit: Annotated[int, Parameter(help="The most rows; 0 = all.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Fetch the free sources of the settings and count what is in them. Works without a running server."""
    settings = load_settings().settings
    sources = [source for source in settings.provider.sources if source.free]
    if not sources:
        raise ActionRefused(
            "There is no free source.",
            hint="Set IPTV_TUNERR_FREE_SOURCE, or IPTV_TUNERR_FREE_SOURCE_IPTV_ORG_COUNTRIES=us for example.",
        )
    only = settings.lineup.free_guide_id if require_tvgid is None else require_tvgid
    found = asyncio.run(_counted(sources, settings.gateway.user_agent, need_tvg_id=only))
    rows = [row for one in found for row in (one.groups() if by_group else [one.row()])]
    shown = rows[:limit] if limit > 0 else rows
    if as_json:
        show({"sources": shown, "total": sum(one.channels for one in found)}, as_json=True)
    else:
        show(shown, as_json=False)


@dataclass(slots=True)
class _Count:
    """What one source has. `channels`: those that would be offered; `problem`: why it could not be read."""

    source: str
    entries: int = 0
    by_group: Counter[str] = field(default_factory=Counter)
    no_tvg_id: int = 0
    adult: int = 0
    closed: int = 0
    skipped: int = 0
    problem: str = ""

    @property
    def channels(self) -> int:
        return self.by_group.total()

    def add(self, entry: Entry, *, need_tvg_id: bool) -> None:
        """Count a row, once, for the first thing that is against it."""
        from tunerr.lineup.rules.free import closed, is_adult  # noqa: PLC0415 - slow to start
        from tunerr.lineup.rules.words import channel_text  # noqa: PLC0415 - as above

        self.entries += 1
        if need_tvg_id and not entry.tvg_id:
            self.no_tvg_id += 1
        elif is_adult(channel_text(entry.name, entry.group)):
            self.adult += 1
        elif closed(entry.name):
            self.closed += 1
        else:
            self.by_group[entry.group or _NO_GROUP] += 1

    def row(self) -> dict[str, Any]:
        """The source in one row."""
        return {
            "source": self.source,
            "entries": self.entries,
            "channels": self.channels,
            "groups": len(self.by_group),
            "no_tvg_id": self.no_tvg_id,
            "adult": self.adult,
            "closed": self.closed,
            "unusable": self.skipped,
            "problem": self.problem,
        }

    def groups(self) -> list[dict[str, Any]]:
        """One row for each group, the largest first."""
        rows = [{"source": self.source, "group": group, "channels": n} for group, n in self.by_group.most_common()]
        return rows or [{"source": self.source, "group": "", "channels": 0, "problem": self.problem}]


async def _counted(sources: Sequence[Source], user_agent: str, *, need_tvg_id: bool) -> list[_Count]:
    """Ask one source after another; one that fails says why."""
    from tunerr.support.http import HttpClients  # noqa: PLC0415 - slow to start

    clients = HttpClients(user_agent=user_agent)
    try:
        with tempfile.TemporaryDirectory() as spool:
            return [await _count(source, clients, Path(spool), need_tvg_id=need_tvg_id) for source in sources]
    finally:
        await clients.aclose()


async def _count(source: Source, clients: HttpClients, spool: Path, *, need_tvg_id: bool) -> _Count:
    from tunerr.catalog.visit import Visit, nothing_known  # noqa: PLC0415 - slow to start
    from tunerr.providers.documents import entries  # noqa: PLC0415 - as above
    from tunerr.support.clock import SystemClock  # noqa: PLC0415 - as above

    count = _Count(source.id)
    try:
        with Visit(source, clients=clients, spool=spool, clock=SystemClock()) as visit:
            offer = await visit.playlist(source.location, nothing_known)
            await asyncio.to_thread(_read, count, entries(offer.form, offer.documents), need_tvg_id=need_tvg_id)
    except TunerrError as error:
        count.problem = f"{error.message} {error.hint}".strip()
    return count


def _read(count: _Count, rows: Iterable[object], *, need_tvg_id: bool) -> None:
    from tunerr.providers.entry import Entry, Skipped  # noqa: PLC0415 - as above

    for found in rows:
        if isinstance(found, Entry):
            count.add(found, need_tvg_id=need_tvg_id)
        elif isinstance(found, Skipped):
            count.skipped += 1
