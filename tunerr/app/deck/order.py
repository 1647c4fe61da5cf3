"""The deck's page of the order: places staged in the draft, and numbers given anew."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from multidict import MultiDict

from tunerr.app.core import Core
from tunerr.app.operator_acts import OperatorActs
from tunerr.deck.operations import Fields
from tunerr.deck.page import Asked
from tunerr.errors import ActionRefused
from tunerr.lineup.renumber import Renumbered
from tunerr.lineup.reorder import group_above, in_order, moved, places_for, rearranged
from tunerr.model.channel import ChannelId, Lineup
from tunerr.model.numbers import LARGEST
from tunerr.views.order import ROWS, OrderView, Renumbering, order_view, renumbering_view
from tunerr.views.paging import pages_of

_LONGEST = 6


class Order:
    """Joined to the running parts."""

    def __init__(self, core: Core, acts: OperatorActs) -> None:
        self._core = core
        self._acts = acts

    async def view(self, asked: Asked) -> OrderView:
        """One page of the order with the draft; `renumber` shows what other numbers from there on would cost."""
        lineup, base, places = self._lineup(), await self._base(), await self._places()
        start = asked.query.get("renumber", "")
        renumbering = await self._renumbering(_whole(start, most=LARGEST)) if start else None
        page = pages_of(asked.query.get("page", ""), len(base), ROWS)
        # Of 32 devices it takes some 10 ms.
        return await asyncio.to_thread(order_view, lineup, base, in_order(base, places), page, renumbering)

    async def save(self, who: str, fields: Fields) -> str:
        """Put the channels of `order` in this order, on the places that they have among the others.

        `move`, `up:<id>` or `down:<id>`, moves one channel in its place: what buttons send where no script runs.
        """
        direction, _, channel = fields.get("move", "").partition(":")
        if channel:
            return await self.move(who, MultiDict(channel=channel, to=direction))
        part = [ChannelId(one) for text in fields.getall("order", []) for one in text.split(",") if one]
        base, places = await self._base(), await self._places()
        return await self._stage(rearranged(in_order(base, places), part), base, places, who)

    async def move(self, who: str, fields: Fields) -> str:
        """Move one `channel`, named by id, number or name, or all of a `group`."""
        lineup, base, places = self._lineup(), await self._base(), await self._places()
        order = in_order(base, places)
        to = fields.get("to", "").strip()
        if "group" in fields:
            block, at = group_above(order, lambda one: lineup.by_id[one].channel.group, fields["group"])
        else:
            found = (await self._acts.finder.find(fields.get("channel", ""))).id
            block = [found] if found in lineup.by_id else []
            at = order.index(found) + 1 + {"up": -1, "down": 1}.get(to, 0) if found in order else 1
        if not block:
            raise ActionRefused("It is not offered, so it has no place.", hint="Load the page again.")
        if to in {"top", "bottom"}:
            at = 1 if to == "top" else len(order)
        elif to not in {"up", "down"}:
            at = _whole(to, most=len(order))
        return await self._stage(moved(order, block, at), base, places, who)

    async def renumber(self, who: str, fields: Fields) -> str:
        """Give the numbers that were shown; others are refused."""
        start = _whole(fields.get("start", ""), most=LARGEST)
        changes = await self._acts.renumbering.shown(start=start)
        if not changes:
            raise ActionRefused("All channels have these numbers already.")
        if fields.get("version") != _version(changes):
            raise ActionRefused("The lineup changed since you looked.", hint="Look at the numbers again, then do it.")
        return await self._acts.renumbering.apply(changes, who=who)

    async def _stage(
        self, wanted: Sequence[ChannelId], base: Sequence[ChannelId], places: Mapping[ChannelId, int], who: str
    ) -> str:
        changed = places_for(wanted, base=base, places=places)
        if not changed:
            raise ActionRefused("The order is so already.", hint="Move a channel first.")
        await self._acts.draft.stage_channels({one: {"order": place} for one, place in changed.items()}, who=who)
        return "The new order is in the draft. Numbers stay as they are."

    async def _renumbering(self, start: int) -> Renumbering:
        changes = await self._acts.renumbering.shown(start=start)
        names = {row.channel.id: row.channel.name for row in self._lineup().channels}
        return renumbering_view(changes, names, start=start, version=_version(changes))

    def _lineup(self) -> Lineup:
        """The lineup; one without channels while there is none."""
        return self._core.lineup.current or Lineup("", self._core.ground.clock.now(), ())

    async def _base(self) -> list[ChannelId]:
        """The offered channels in the published order."""
        offered = self._lineup().by_id
        return [one for one in await self._core.offering.plans.chosen() or () if one in offered]

    async def _places(self) -> dict[ChannelId, int]:
        """The places that the operator gave, with the draft."""
        texts = await self._core.desk.choices.all("channel")
        places = await asyncio.to_thread(_placed, texts)
        for one, fields in (await self._acts.draft.current()).channels.items():
            if "order" in fields:
                places[one] = fields["order"]
        return {one: place for one, place in places.items() if place is not None}


def _placed(texts: Mapping[str, str]) -> dict[ChannelId, Any]:
    return {ChannelId(one): orjson.loads(text)["order"] for one, text in texts.items() if '"order":' in text}


def _whole(text: str, *, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST and 1 <= int(text) <= most):
        raise ActionRefused(f"{text[:20]!r} is no place.", hint=f"Give a whole number from 1 to {most:,}.")
    return int(text)


def _version(changes: Sequence[Renumbered]) -> str:
    rows = [(one.channel, str(one.old), str(one.new)) for one in changes]
    return hashlib.blake2b(orjson.dumps(rows), digest_size=8).hexdigest()
