"""The deck's page of groups: which of them are offered, staged in the draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import orjson

from tunerr.actions.choices_file import RULES
from tunerr.actions.picks import GroupNames, Pick, pick_of
from tunerr.app.core import Core
from tunerr.app.operator_acts import OperatorActs
from tunerr.deck.operations import Fields
from tunerr.deck.page import Asked
from tunerr.errors import ActionRefused
from tunerr.lineup.group_reader import GroupQuery, GroupReader, GroupTotal
from tunerr.views.groups import GroupRow, GroupsView, Show, group_rows, names_of
from tunerr.views.paging import pages_of

ROWS = 100
_SHOWS: Mapping[str, Show] = {"ticked": "ticked", "left-out": "left-out"}
_LONGEST_TEXT = 200


class Groups:
    """Joined to the running parts."""

    def __init__(self, core: Core, acts: OperatorActs) -> None:
        self._core = core
        self._acts = acts
        self._reader = GroupReader(catalog=core.ground.catalog)

    async def view(self, asked: Asked) -> GroupsView:
        """One page of the groups that the query asks for, and what all ticks come to."""
        programming = await self.programming()
        show = _SHOWS.get(asked.query.get("show", ""), "all")
        text, source = asked.query.get("q", "").strip()[:_LONGEST_TEXT], asked.query.get("source", "")
        sought = GroupQuery(text, source, _only(programming, show))
        total = await self._reader.total(sought)
        query = urlencode(
            {name: one for name, one in (("q", text), ("source", source), ("show", asked.query.get("show", ""))) if one}
        )
        pages = pages_of(asked.query.get("page", ""), total.groups, ROWS, query)
        rows = await self._reader.page(sought, page=pages.page, rows=ROWS)
        names = names_of(await self._reader.same_title([row.id for row in rows]))
        every = await self._reader.total(GroupQuery())
        ticked, left_out = await self._picked(programming, "ticked"), await self._picked(programming, "left-out")
        devices, settings = self._core.offering.devices, self._core.settings.lineup
        return GroupsView(
            rows=tuple(group_rows(rows, names, programming)),
            pages=pages,
            text=text,
            source=source,
            show=show,
            sources=await self._reader.sources(),
            all=every,
            ticked=ticked,
            left_out=left_out,
            wanted=ticked.channels if ticked.groups else every.channels - left_out.channels,
            places=devices.limit * devices.count,
            devices=devices.count,
            file=settings.programming_file.name if settings.programming_file else "",
        )

    async def listed(self, page: int, rows: int) -> tuple[tuple[GroupRow, ...], int]:
        """Return a page of all groups with what the draft says of them, and how many there are."""
        found, programming = await self._reader.page(GroupQuery(), page=page, rows=rows), await self.programming()
        names = names_of(await self._reader.same_title([row.id for row in found]))
        total = await self._reader.total(GroupQuery())
        return tuple(group_rows(found, names, programming)), total.groups

    async def save(self, who: str, fields: Fields) -> str:
        """Stage the ticks of the groups that were shown, or one tick for all that the filter finds."""
        do, programming = fields.get("do", "save"), await self.programming()
        if do in {"tick-found", "untick-found"}:
            only = _only(programming, _SHOWS.get(fields.get("show", ""), "all"))
            ids = await self._reader.ids(
                GroupQuery(fields.get("q", "")[:_LONGEST_TEXT], fields.get("source", ""), only)
            )
            return await self.stage(dict.fromkeys(ids, "include" if do == "tick-found" else "other"), who)
        ticked, never = set(fields.getall("tick", [])), set(fields.getall("never", []))
        if do == "tick-shown":
            ticked |= set(fields.getall("shown", [])) - never
        if do == "untick-shown":
            ticked = set()
        return await self.stage(
            {
                group: "exclude" if group in never else "include" if group in ticked else "other"
                for group in fields.getall("shown", [])
            },
            who,
        )

    async def stage(self, picks: Mapping[str, Pick], who: str) -> str:
        """Stage those picks that differ from the draft. Raises ActionRefused."""
        names: Mapping[str, GroupNames] = names_of(await self._reader.same_title(list(picks)))
        unknown = [group for group in picks if group not in names]
        if unknown:
            raise ActionRefused(
                f"There is no group {unknown[0][:80]!r}.", hint="The sources may have changed: load it again."
            )
        programming = await self.programming()
        others = {group: pick for group, pick in picks.items() if pick_of(programming, names[group]) != pick}
        if picks and not others:
            raise ActionRefused("These groups are so already.", hint="Tick a group or take a tick away, then save.")
        return await self._acts.draft.stage_groups(others, names, who=who)

    async def programming(self) -> dict[str, Any]:
        """The operator's recipe with the draft."""
        rules = orjson.loads(await self._core.desk.choices.get("lineup", RULES) or "{}")
        found: dict[str, Any] = (await self._acts.draft.current()).rules_after(rules).get("programming", {})
        return found

    async def _picked(self, programming: Mapping[str, Any], show: Show) -> GroupTotal:
        return await self._reader.total(GroupQuery(only=_only(programming, show)))


def _only(programming: Mapping[str, Any], show: Show) -> tuple[str, ...] | None:
    match show:
        case "all":
            return None
        case "ticked":
            return tuple(programming.get("selected_categories", ()))
        case "left-out":
            return tuple(programming.get("excluded_categories", ()))
