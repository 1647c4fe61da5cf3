"""The server's view of plans: what is offered and why, read in small pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

import aiosqlite

from tunerr.lineup.plan import Decision, Summary
from tunerr.lineup.rules.groups import GroupCount
from tunerr.model.channel import ChannelId, LeftOut
from tunerr.model.numbers import GuideNumber
from tunerr.storage.connection import select

_PAGE_ROWS = 200
"""At most; the event loop carries video meanwhile."""

# With a row of its own for the plan, so that one without channels is told apart from none.
_CHOSEN = """
    SELECT channel_id, place FROM planned CROSS JOIN plan_decision AS d INDEXED BY plan_kept ON d.plan = planned.plan
    WHERE d.kept = 1
    UNION ALL SELECT NULL, 0 FROM planned ORDER BY place"""

_BACKUPS = """
    SELECT into_channel, channel_id FROM decided
    WHERE into_channel <> '' ORDER BY into_channel, place, channel_id"""

_WANTED = "SELECT channel_id, number FROM decided WHERE kept = 1 AND number <> ''"

_DECISIONS = """
    SELECT * FROM decided
    WHERE channel_id > :after AND (:stage = '' OR stage = :stage)
        AND (:kept IS NULL OR kept = :kept)
    ORDER BY channel_id LIMIT :page"""

_GROUPS = """
    SELECT id, title, source, channels, chosen FROM counted
    WHERE place > :after ORDER BY place LIMIT :page"""

_SUMMARY = "SELECT summary FROM plan JOIN planned ON plan.id = planned.plan"


class PlanReader:
    """Reads plans through a read-only connection to catalog.db. Each answer is of one plan. Raises StorageError."""

    def __init__(self, *, catalog: aiosqlite.Connection) -> None:
        self._catalog = catalog

    async def chosen(self) -> tuple[ChannelId, ...] | None:
        """Return the offered channels in their order; None when there is no plan yet."""
        rows = await select(self._catalog, _CHOSEN)
        return tuple(ChannelId(row[0]) for row in rows if row[0] is not None) if rows else None

    async def backups(self) -> Mapping[ChannelId, tuple[ChannelId, ...]]:
        """Return the channels whose streams offered ones get as backups, by the offered one."""
        found: dict[ChannelId, tuple[ChannelId, ...]] = {}
        for winner, channel in await select(self._catalog, _BACKUPS):
            found[winner] = (*found.get(winner, ()), ChannelId(channel))
        return found

    async def wanted(self) -> Mapping[ChannelId, GuideNumber]:
        """Return the numbers that the rules (resequence, offset) let offered channels want."""
        rows = await select(self._catalog, _WANTED)
        return {ChannelId(row["channel_id"]): GuideNumber.parse(row["number"]) for row in rows}

    async def why(self, channel: ChannelId) -> Decision | None:
        """Return what became of a channel; None when no plan knows it."""
        rows = await select(self._catalog, "SELECT * FROM decided WHERE channel_id = ?", (channel,))
        return _decision(rows[0]) if rows else None

    async def decisions(self, *, stage: str = "", kept: bool | None = None, after: str = "") -> tuple[Decision, ...]:
        """Return a page of at most 200 decisions by channel id, those after the id `after`.

        `stage` and `kept` narrow it.
        """
        narrowed = {"after": after, "stage": stage, "kept": kept, "page": _PAGE_ROWS}
        rows = await select(self._catalog, _DECISIONS, narrowed)
        return tuple(_decision(row) for row in rows)

    async def groups(self, *, after: int = 0) -> tuple[GroupCount, ...]:
        """Return a page of at most 200 groups in the order of sources and playlists, without the first `after`."""
        rows = await select(self._catalog, _GROUPS, {"after": after, "page": _PAGE_ROWS})
        return tuple(GroupCount(*row) for row in rows)

    async def left_out(self) -> tuple[LeftOut, ...]:
        """Return what the rules left out, stage by stage."""
        summary = await self.summary()
        return tuple(
            LeftOut(stage.left_out, stage.summary, tuple(example.name for example in stage.examples))
            for stage in (summary.stages if summary else ())
            if stage.left_out
        )

    async def summary(self) -> Summary | None:
        """Return the plan in force in figures; None when there is none yet."""
        rows = await select(self._catalog, _SUMMARY)
        return Summary.model_validate_json(rows[0]["summary"]) if rows else None


def _decision(row: sqlite3.Row) -> Decision:
    return Decision(
        channel=ChannelId(row["channel_id"]),
        name=row["name"],
        group=row["group_title"],
        source=row["source"],
        kept=bool(row["kept"]),
        stage=row["stage"],
        reason=row["reason"],
        place=row["place"],
        into=ChannelId(row["into_channel"]) if row["into_channel"] else None,
        number=GuideNumber.parse(row["number"]) if row["number"] else None,
    )
