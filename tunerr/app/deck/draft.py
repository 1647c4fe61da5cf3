"""The deck's draft: what publishing it would do, publishing and discarding it; and the pages that stage into it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson

from tunerr.actions.choices_file import RULES
from tunerr.actions.draft import DraftDocument
from tunerr.app.core import Core
from tunerr.app.deck.groups import Groups
from tunerr.app.deck.order import Order
from tunerr.app.operator_acts import OperatorActs
from tunerr.deck.operations import Fields, Operation
from tunerr.deck.page import Asked, Page
from tunerr.errors import TunerrError
from tunerr.lineup.overrides import readable
from tunerr.lineup.rules.chosen import read_rules
from tunerr.model.channel import ChannelId
from tunerr.model.numbers import GuideNumber
from tunerr.model.override import ChannelOverride
from tunerr.views.preview import MOST, Outcome, PreviewView, Rehearsal, Staged, outcome, staged_rows

AREA = "channels"


def draft_pages(core: Core, acts: OperatorActs) -> tuple[Page, ...]:
    """The preview of the draft, groups and order."""
    return (
        Page("/channels/preview", "preview.html", _Preview(core, acts).view),
        Page("/channels/groups", "groups.html", Groups(core, acts).view),
        Page("/channels/order", "order.html", Order(core, acts).view),
    )


def draft_operations(core: Core, acts: OperatorActs) -> dict[str, Operation]:
    """All acts on the draft, on groups and on the order, by name."""
    groups, order, draft = Groups(core, acts), Order(core, acts), acts.draft

    async def publish(who: str, fields: Fields) -> str:
        return await draft.publish(who=who, version=fields.get("version", ""))

    async def discard(who: str, fields: Fields) -> str:
        return await draft.discard(who=who, channel=fields.get("channel") or None)

    return {
        "draft-publish": Operation(
            "Have all of the draft count at once; `version` is that of the preview that was looked at.", publish, AREA
        ),
        "draft-discard": Operation("Forget the draft, or what it has of one `channel`.", discard, AREA),
        "groups-save": Operation(
            "Stage which groups are offered: of those `shown` the ones in `tick` are, the ones in `never` never are.",
            groups.save,
            AREA,
        ),
        "order-save": Operation("Stage another order of the channels in `order`, by id.", order.save, AREA),
        "channel-move": Operation(
            "Stage another place of a `channel` or of a whole `group`: `to` is up, down, top, bottom or a place.",
            order.move,
            AREA,
        ),
        "channels-renumber": Operation(
            "Give all channels numbers in the published order, from `start` on; `version` is that of the preview.",
            order.renumber,
            AREA,
        ),
    }


class _Preview:
    """Rehearses the draft in the worker; one rehearsal counts until draft, lineup or plan change."""

    def __init__(self, core: Core, acts: OperatorActs) -> None:
        self._core = core
        self._acts = acts
        self._turn = asyncio.Lock()
        self._known: tuple[tuple[str, ...], PreviewView] | None = None

    async def view(self, _: Asked) -> PreviewView:
        draft = await self._acts.draft.current()
        if not draft.count:
            return PreviewView(0, draft.words, "", "", None, (), None)
        async with self._turn:  # two who look at once need one rehearsal
            key = (draft.version, await self._in_force())
            if self._known is None or self._known[0] != key:
                self._known = key, await self._made(draft)
            return self._known[1]

    async def _in_force(self) -> str:
        """What a rehearsal is compared with and made of, in one word."""
        summary, lineup = await self._core.offering.plans.summary(), self._core.lineup.current
        return f"{summary.made_at if summary else 0} {lineup.version if lineup else ''}"

    async def _made(self, draft: DraftDocument) -> PreviewView:
        texts = await self._core.desk.choices.all("channel")
        names = await self._acts.finder.named(list(draft.channels)[:MOST])
        staged, overrides = await asyncio.to_thread(_draft_over, draft, texts, names)
        found, trouble = None, ""
        try:
            found = await self._outcome(draft, overrides)
        except TunerrError as error:
            trouble = str(error)
        return PreviewView(draft.count, draft.words, draft.version, draft.who, draft.at, staged, found, trouble)

    async def _outcome(self, draft: DraftDocument, overrides: Mapping[ChannelId, ChannelOverride]) -> Outcome:
        core, offering = self._core, self._core.offering
        rules = orjson.loads(await core.desk.choices.get("lineup", RULES) or "{}")
        chosen = read_rules(orjson.dumps(draft.rules_after(rules)).decode())
        answer = await offering.planner.preview(chosen, overrides)
        wishes = {ChannelId(one.channel): GuideNumber.parse(one.number) for one in answer.offers if one.number}
        order = [ChannelId(one.channel) for one in answer.offers]
        allotment, promises = await offering.builder.tried(order, overrides, wishes)
        before = await offering.plans.chosen() or ()
        rehearsal = Rehearsal(answer.offers, answer.summary, allotment, promises, before)
        health = core.guide.health.current
        guided = {row.channel_id: row.real > 0 for row in health.channels} if health else None
        return await asyncio.to_thread(outcome, core.lineup.current, rehearsal, offering.devices, guided=guided)


def _draft_over(
    draft: DraftDocument, texts: Mapping[str, str], names: Mapping[str, str]
) -> tuple[tuple[Staged, ...], dict[ChannelId, ChannelOverride]]:
    """Return the draft in words, and what the operator would want of channels with it."""
    documents: dict[str, dict[str, Any]] = {key: orjson.loads(text) for key, text in texts.items()}
    after = {
        key: draft.channel_after(ChannelId(key), documents.get(key, {}))
        for key in documents.keys() | draft.channels.keys()
    }
    overrides = dict(readable((key, orjson.dumps(one).decode()) for key, one in after.items()))
    return staged_rows(draft.channels, draft.rules, names, documents), overrides
