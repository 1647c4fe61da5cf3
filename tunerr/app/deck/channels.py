"""The deck's channels: the list, one channel, and the acts on them, most of which go into the draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import orjson

from tunerr.actions.draft import Draft
from tunerr.actions.validation import try_channel
from tunerr.app.core import Core
from tunerr.app.deck.channel_facts import ChannelFacts
from tunerr.app.deck.providers import flag
from tunerr.app.operator_acts import OperatorActs
from tunerr.catalog import ranking
from tunerr.catalog.keys import stream_key
from tunerr.deck.operations import Fields, Operation
from tunerr.deck.page import Asked, Page
from tunerr.errors import ActionRefused, NotFound
from tunerr.lineup.listing import ChannelListing
from tunerr.lineup.override_document import EXAMPLES
from tunerr.model.channel import Channel, ChannelId
from tunerr.storage.stream_tests import StreamTests
from tunerr.views.channel import ChannelView, Held, channel_view
from tunerr.views.channels import PAGE, ChannelsView, channels_query, channels_view, pages_of

_AREA = "channels"
_MOST = 5000
"""Channels that one act may change; they are named to the draft one by one."""

_TEXTS = ("name", "number", "group", "logo")
_ENABLED = {"": None, "true": True, "false": False}


def channels_pages(core: Core, acts: OperatorActs) -> tuple[Page, ...]:
    """The list, and one channel."""
    pages = _ChannelPages(core, acts)
    return (
        Page("/channels", "channels.html", pages.all),
        Page("/channels/{channel:dna-[0-9a-f]+}", "channel.html", pages.one),
    )


def channels_operations(core: Core, acts: OperatorActs) -> dict[str, Operation]:
    """Acts on channels, by name. All but tests and identity are staged in the draft."""
    staging = _Staging(acts.draft, core.listing, ChannelFacts(core, acts))
    identity = acts.identity

    async def test(who: str, fields: Fields) -> str:
        channel = (await acts.finder.find(fields.get("channel", ""))).id
        return await try_channel(core.offering.tests, core.desk.audit, who=who, channel=channel)

    return {
        "channel-edit": Operation(
            "Stage fields of channel: name, number, group, logo, place, enabled (true, false, empty), order (of streams"
            " by key, with commas). An empty one goes back to the provider's.",
            staging.edit,
            _AREA,
        ),
        "channel-offer": Operation(
            "Stage that channels are offered, whatever the rules say: several fields channel, or all=1 and query.",
            staging.offer,
            _AREA,
        ),
        "channel-leave-out": Operation(
            "Stage that channels are left out: several fields channel, or all=1 and query.", staging.leave_out, _AREA
        ),
        "channel-set-group": Operation(
            "Stage group for channels: several fields channel, or all=1 and query.", staging.set_group, _AREA
        ),
        "channel-clear": Operation(
            "Stage that channels are as their provider has them: several fields channel, or all=1 and query.",
            staging.clear,
            _AREA,
        ),
        "channel-merge": Operation(
            "Make one channel of several fields channel; the first keeps its identity and number.",
            lambda who, fields: identity.merge(_texts(fields, "channel"), who=who),
            _AREA,
        ),
        "channel-split": Operation(
            "Make a channel of its own of streams of channel: several fields stream, keys of streams.",
            lambda who, fields: identity.split(fields.get("channel", ""), _texts(fields, "stream"), who=who),
            _AREA,
        ),
        "channel-pin": Operation(
            "Have streams belong to channel: several fields stream, keys of streams.",
            lambda who, fields: identity.pin(fields.get("channel", ""), _texts(fields, "stream"), who=who),
            _AREA,
        ),
        "channel-test": Operation("Test each stream of channel now.", test, _AREA),
    }


class _ChannelPages:
    def __init__(self, core: Core, acts: OperatorActs) -> None:
        self._core = core
        self._acts = acts
        self._facts = ChannelFacts(core, acts)
        self._tests = StreamTests(core.ground.state)

    async def all(self, asked: Asked) -> ChannelsView:
        """`/channels`: q, show, group, source, guide, streams, changed, sort, page."""
        query, listing = channels_query(asked.query), self._core.listing
        known, beside = await self._facts.current()
        counts = await listing.counts(query.narrowed, beside)
        page = min(query.page, pages_of(counts.show[query.narrowed.show]))
        ids = await listing.ids(query.narrowed, beside, sort=query.sort, skip=(page - 1) * PAGE, limit=PAGE)
        return channels_view(
            query,
            counts,
            await listing.rows(ids),
            known,
            groups=[title for title, _ in await listing.groups()],
            sources=self._core.offering.reader.sources,
            most=_MOST,
        )

    async def one(self, asked: Asked) -> ChannelView:
        """`/channels/{channel}`: identity=1 has the worker say by what it is recognized."""
        core, channel = self._core, ChannelId(asked.match["channel"])
        known, _ = await self._facts.current()
        listed = next(iter(await core.listing.rows([channel])), None)
        offered = known.lineup.by_id.get(channel) if known.lineup is not None else None
        provider = next(iter(await core.offering.reader.channels([channel])), offered.channel if offered else None)
        if provider is None:
            raise NotFound("There is no such channel.", hint="Its provider may have dropped it; search for its name.")
        wish: dict[str, Any] = orjson.loads(await core.ground.choices.get("channel", channel) or "{}")
        ranked = self._ranked(offered.channel if offered else provider, {**wish, **known.draft.get(channel, {})})
        holding, former = await core.offering.ledger.held_by(channel)
        keys = [stream_key(one.stream.source, one.stream.url.reveal()) for one in ranked]
        held = Held(
            provider=provider,
            listed=listed,
            offered=offered,
            streams=ranked,
            tests=await self._tests.of(keys),
            wish=wish,
            holding=holding,
            former=former,
            acts=await core.ground.choices.about("channel", channel),
            recognized=await self._acts.explained(channel) if asked.query.get("identity") == "1" else None,
        )
        return channel_view(held, known, now=core.ground.clock.now())

    def _ranked(self, channel: Channel, wish: Mapping[str, Any]) -> tuple[ranking.Ranked, ...]:
        """The streams as they would be tried, with the reasons."""
        rules = self._core.offering.planner.in_force
        return ranking.rank(
            channel.streams,
            policy=rules.dna_policy,
            preferred_hosts=rules.preferred_hosts,
            order=wish.get("streams") or (),
        )


class _Staging:
    """What forms say of channels, as changes of the draft."""

    def __init__(self, draft: Draft, listing: ChannelListing, facts: ChannelFacts) -> None:
        self._draft = draft
        self._listing = listing
        self._facts = facts

    async def offer(self, who: str, fields: Fields) -> str:
        return await self._all(who, fields, {"enabled": True})

    async def leave_out(self, who: str, fields: Fields) -> str:
        return await self._all(who, fields, {"enabled": False})

    async def set_group(self, who: str, fields: Fields) -> str:
        group = fields.get("group", "").strip()
        if not group:
            raise ActionRefused("No group is named.", hint="Type the group beside the button.", field="group")
        return await self._all(who, fields, {"group": group})

    async def clear(self, who: str, fields: Fields) -> str:
        return await self._all(who, fields, dict.fromkeys(EXAMPLES))

    async def edit(self, who: str, fields: Fields) -> str:
        channel = ChannelId(fields.get("channel", ""))
        return await self._draft.stage_channels({channel: _edited(fields)}, who=who)

    async def _all(self, who: str, fields: Fields, change: Mapping[str, Any]) -> str:
        channels = await self._named(fields)
        return await self._draft.stage_channels(dict.fromkeys(channels, change), who=who)

    async def _named(self, fields: Fields) -> Sequence[ChannelId]:
        """The one of the pressed row, else all that match the page's filters, else those that are ticked."""
        if only := fields.get("only", ""):
            return [ChannelId(only)]
        if not flag(fields, "all"):
            ticked = [ChannelId(one) for one in dict.fromkeys(_texts(fields, "channel"))]
            if not ticked:
                raise ActionRefused("No channel is ticked.", hint="Tick some, or all that match.")
            return _few(ticked)
        asked = channels_query(dict(parse_qsl(fields.get("query", ""))))
        _, beside = await self._facts.current()
        found = await self._listing.ids(asked.narrowed, beside, sort=asked.sort, limit=_MOST + 1)
        if not found:
            raise ActionRefused("No channel matches these filters any more.", hint="Look at the list again.")
        return _few(found)


def _few(channels: Sequence[ChannelId]) -> Sequence[ChannelId]:
    if len(channels) > _MOST:
        raise ActionRefused(
            f"More than {_MOST:,} channels are too much for one act.", hint="Narrow the list, or decide by group."
        )
    return channels


def _edited(fields: Fields) -> dict[str, Any]:
    """The fields that the form has, as they are stored; None is the provider's."""
    changes: dict[str, Any] = {name: fields[name].strip() or None for name in _TEXTS if name in fields}
    if "enabled" in fields:
        if fields["enabled"] not in _ENABLED:
            raise ActionRefused("Offered can be true, false or empty.", field="enabled")
        changes["enabled"] = _ENABLED[fields["enabled"]]
    if "place" in fields:
        changes["order"] = _place(fields["place"].strip())
    if "order" in fields and (order := _order(fields)) is not None:
        changes["streams"] = order
    if reset := fields.get("reset", ""):
        changes = {reset: None}
    return changes


def _place(text: str) -> int | None:
    try:
        return int(text) if text else None
    except ValueError:
        raise ActionRefused(
            "The place is no whole number.", hint="1 comes first; empty for none.", field="order"
        ) from None


def _order(fields: Fields) -> list[str] | None:
    """The keys in the order of the form, or after one press of Up or Down; None while it is as it was shown."""
    keys = [key for key in fields["order"].split(",") if key]
    key, _, way = fields.get("move", "").partition(" ")
    if key in keys:
        at = keys.index(key)
        other = at + (-1 if way == "up" else 1)
        if 0 <= other < len(keys):
            keys[at], keys[other] = keys[other], keys[at]
    return keys if keys != fields.get("shown", "").split(",") else None


def _texts(fields: Fields, name: str) -> list[str]:
    return [text for one in fields.getall(name, []) if (text := one.strip())]
