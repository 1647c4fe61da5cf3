"""One channel: who it is, what it carries, why it is here, and what the operator makes of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from tunerr.catalog.keys import stream_key
from tunerr.catalog.ranking import Ranked
from tunerr.lineup.listing import ListedChannel
from tunerr.lineup.numbering import Former, Holding
from tunerr.model.channel import Channel, ChannelId, LineupChannel
from tunerr.model.stream_test import StreamTest
from tunerr.storage.choices import Act
from tunerr.views.channels import GuideCell, Known, Pending, carried_words, guide_cell, pending_of, why_words, words_of

FIELDS = ("enabled", "name", "number", "group", "logo", "order")
"""Those of the form, in its order; the streams come beside them."""

_WHERE: Mapping[str, str] = {
    "disabled": "You took it out. Take that back below.",
    "override": "You put it in. Without that the reason above counts.",
    "probe": "Test its streams: when one plays, it comes back.",
    "guide-policy": "Link it to a guide, or loosen the guide policy.",
    "limit": "Leave another channel out, or put this one further up; a device carries 479 at most.",
    "backups": "It is a backup of another channel. Put it in below to have it as a channel of its own.",
    "dedupe": "It is a backup of another channel. Put it in below to have it as a channel of its own.",
    "dna": "It is a backup of another channel. Put it in below to have it as a channel of its own.",
    "programming": "Pick its group, or this channel, under Programming.",
    "lineup": "Leave it out below to free its place.",
}
_ELSE = "Put it in below: that counts more than every rule. Or change the rule under Programming."


@dataclass(frozen=True, slots=True)
class EditField:
    """One field of the form. `value` is what is typed there: the draft's, else the one in force, else empty.

    `provider` is what counts without it.
    """

    name: str
    value: str
    provider: str


@dataclass(frozen=True, slots=True)
class StreamRow:
    """One stream in its place. `url` holds no secret; `tested` is empty while it never was."""

    key: str
    source: str
    name: str
    url: str
    tested: str
    plays: bool | None
    tested_at: datetime | None
    reasons: str


@dataclass(frozen=True, slots=True)
class NumberFact:
    """Who knows the number. `seen_at`: the first fetch by a client; `kept`: it belongs to the channel for ever."""

    number: str
    seen_at: datetime | None
    kept: bool
    former: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One act on this channel; `undo` is its number where it stands and can be taken back from here."""

    at: datetime
    who: str
    detail: str
    changes: tuple[Pending, ...]
    undo: int | None


@dataclass(frozen=True, slots=True)
class Recognized:
    """One entry of a playlist and, in words, what makes it this channel."""

    source: str
    name: str
    by: str


@dataclass(frozen=True, slots=True)
class ChannelView:
    """The page. `is_known`: the plan has it; `recognized` is None until it is asked for."""

    id: ChannelId
    name: str
    group: str
    tvg_id: str
    number: NumberFact | None
    offered: bool
    device: int
    carried: str
    why: str
    stage: str
    what_next: str
    guide: GuideCell
    streams: tuple[StreamRow, ...]
    order: str
    own_order: bool
    fields: tuple[EditField, ...]
    changed: bool
    pending: tuple[Pending, ...]
    history: tuple[HistoryRow, ...]
    recognized: tuple[Recognized, ...] | None

    @property
    def by_field(self) -> Mapping[str, EditField]:
        """The fields by name."""
        return {field.name: field for field in self.fields}


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of one channel. `provider`: as its sources have it; `wish`: the operator's document in force."""

    provider: Channel
    listed: ListedChannel | None
    offered: LineupChannel | None
    streams: Sequence[Ranked]
    tests: Mapping[str, StreamTest]
    wish: Mapping[str, Any]
    holding: Holding | None
    former: Sequence[Former]
    acts: Sequence[Act]
    recognized: Sequence[Mapping[str, str]] | None


def channel_view(held: Held, known: Known, *, now: datetime) -> ChannelView:
    """Return the page."""
    channel, offered = held.provider, held.offered
    shown = offered.channel if offered is not None else channel
    staged = known.draft.get(channel.id, {})
    streams = tuple(_stream(one, held.tests) for one in held.streams)
    return ChannelView(
        id=channel.id,
        name=held.listed.name if held.listed is not None else shown.name,
        group=held.listed.group if held.listed is not None else shown.group,
        tvg_id=channel.tvg_id,
        number=_number(held, offered, now),
        offered=offered is not None,
        device=offered.device if offered is not None else 0,
        carried=carried_words(known.carried[channel.id]),
        why=_why(held),
        stage=held.listed.stage if held.listed is not None else "",
        what_next=_WHERE.get(held.listed.stage, _ELSE) if held.listed is not None else "",
        guide=guide_cell(channel.id, known.health, known.suggested),
        streams=streams,
        order=",".join(one.key for one in streams),
        own_order=bool({**held.wish, **staged}.get("streams")),
        fields=tuple(_field(name, held, staged) for name in FIELDS),
        changed=bool(held.wish),
        pending=pending_of(staged, _in_force(held)),
        history=tuple(map(_history, held.acts)),
        recognized=None if held.recognized is None else tuple(_recognized(held.recognized)),
    )


def _why(held: Held) -> str:
    if held.listed is None:
        return "no plan knows it yet: wait for the refresh that is on its way"
    return why_words(held.listed, is_offered=held.offered is not None)


def _in_force(held: Held) -> dict[str, Any]:
    provider = {name: value for name in FIELDS if (value := _provided(name, held))}
    return {**provider, **held.wish}


def _provided(name: str, held: Held) -> str:
    """What a field is without the operator."""
    channel = held.provider
    match name:
        case "number":
            return str(channel.wanted_number or "")
        case "name" | "group" | "logo":
            return str(getattr(channel, name))
        case _:
            return ""


def _field(name: str, held: Held, staged: Mapping[str, Any]) -> EditField:
    value = {**held.wish, **staged}.get(name)
    text = words_of(value) if not isinstance(value, bool) else str(value).lower()
    return EditField(name, text, _provided(name, held))


def _stream(one: Ranked, tests: Mapping[str, StreamTest]) -> StreamRow:
    stream = one.stream
    key = stream_key(stream.source, stream.url.reveal())
    test = tests.get(key)
    return StreamRow(
        key=key,
        source=stream.source,
        name=stream.name,
        url=str(stream.url),
        tested=test.finding.value if test is not None else "",
        plays=test.passed if test is not None else None,
        tested_at=datetime.fromtimestamp(test.at, UTC) if test is not None else None,
        reasons=", ".join(one.reasons),
    )


def _number(held: Held, offered: LineupChannel | None, now: datetime) -> NumberFact | None:
    holding = held.holding
    if holding is None and offered is None:
        return None
    seen = holding.first_served_at if holding is not None else None
    return NumberFact(
        number=str(holding.number if holding is not None else offered.number if offered is not None else ""),
        seen_at=datetime.fromtimestamp(seen, UTC) if seen is not None else None,
        kept=holding is not None and holding.reserved(now.timestamp()),
        former=tuple(str(one.number) for one in held.former),
    )


def _history(act: Act) -> HistoryRow:
    before, after = (orjson.loads(text or "{}") for text in (act.changes[0].before, act.changes[0].after))
    changed = sorted({*before, *after})
    return HistoryRow(
        at=datetime.fromtimestamp(act.at, UTC),
        who=act.who,
        detail=act.detail or act.subject,
        changes=tuple(
            Pending(name, words_of(before.get(name)), words_of(after.get(name)))
            for name in changed
            if before.get(name) != after.get(name)
        ),
        undo=act.id if act.undone_by is None else None,
    )


def _recognized(entries: Iterable[Mapping[str, str]]) -> Iterable[Recognized]:
    return (Recognized(one["source"], one["name"], one["recognised"]) for one in entries)
