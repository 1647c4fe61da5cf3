"""What publishing the draft would do: the lineup that is offered beside the one that would be. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tunerr.lineup.allotment import Allotment, Devices, Promises
from tunerr.lineup.plan import Offer, Summary
from tunerr.lineup.rules.pipeline import LIMIT
from tunerr.model.channel import ChannelId, Lineup, LineupChannel
from tunerr.support.subsequence import rising

MOST = 50
"""Examples of each list."""

KNOWN = "clients know the old number: they lose what is mapped to it"


@dataclass(frozen=True, slots=True)
class Row:
    """One channel. `was` and `now` are what differs, `note` what follows from it; empty where nothing is to be said."""

    channel: ChannelId
    name: str
    number: str = ""
    was: str = ""
    now: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """How many there are, and the first of them."""

    count: int = 0
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Staged:
    """One change of the draft: of a channel, or of a rule (`channel` is empty), in words."""

    channel: str
    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What one rule in force leaves out, with the names of some."""

    summary: str
    left_out: int
    among: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a worker's dry run answered. `orders`: channels by place, offered now and offered then."""

    offers: Sequence[Offer]
    summary: Summary
    allotment: Allotment
    promises: Promises
    order: Sequence[ChannelId]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What would be offered. `before` and `after` count channels, `places` what all devices carry.

    `known`: how many of the `renumbered` lose a number that clients know. `crowded`: chosen, and no place is left.
    `guided`: how many of the channels after it have programmes now, None while no guide was examined; `unexamined`: of
    how many nothing is known because they are not offered yet. `notes`: what could not be fulfilled.
    """

    before: int
    after: int
    places: int
    devices: int
    added: Listed
    removed: Listed
    renamed: Listed
    renumbered: Listed
    known: int
    moved: Listed
    crowded: Listed
    guided: int | None
    unexamined: int
    rules: tuple[Rule, ...]
    notes: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether clients would see no difference."""
        lists = (self.added, self.removed, self.renamed, self.renumbered)
        return not any(one.count for one in lists)


@dataclass(frozen=True, slots=True)
class PreviewView:
    """The draft, and what comes of it: `outcome`, or in `trouble` why that can't be said."""

    count: int
    words: str
    version: str
    who: str
    at: datetime | None
    staged: tuple[Staged, ...]
    outcome: Outcome | None
    trouble: str = ""


def outcome(
    before: Lineup | None, rehearsal: Rehearsal, devices: Devices, *, guided: Mapping[ChannelId, bool] | None
) -> Outcome:
    """Compare the lineup in force with a rehearsal; call it in a thread, because thousands of channels take 10 ms.

    `guided`: whether channels have programmes, of those of which it is known.
    """
    offers = {ChannelId(offer.channel): offer for offer in rehearsal.offers}
    old = before.by_id if before else {}
    places = {one: place for one, place in rehearsal.allotment.places.items() if one in offers}
    stay = [(old[one], offers[one], place.number) for one, place in places.items() if one in old]
    seen = {row.channel for row in rehearsal.promises.holdings if row.first_served_at is not None}
    renumbered = [(row, number) for row, _, number in stay if row.number != number]
    crowded = [offers[one] for one in rehearsal.allotment.crowded if one in offers]
    return Outcome(
        before=len(old),
        after=len(places),
        places=devices.limit * devices.count,
        devices=devices.count,
        added=listed(
            Row(one, offers[one].name, str(place.number), note=offers[one].group)
            for one, place in sorted(places.items(), key=lambda item: item[1].number)
            if one not in old
        ),
        removed=listed(
            Row(row.channel.id, row.channel.name, str(row.number), note=row.channel.group)
            for row in old.values()
            if row.channel.id not in places
        ),
        renamed=listed(
            Row(row.channel.id, offer.name, str(number), row.channel.name, offer.name)
            for row, offer, number in stay
            if row.channel.name != offer.name
        ),
        renumbered=listed(_renumbered(row, str(number), seen) for row, number in renumbered),
        known=sum(row.channel.id in seen for row, _ in renumbered),
        moved=_moved(rehearsal, {one: str(place.number) for one, place in places.items()}),
        crowded=_crowded(crowded, rehearsal.summary),
        guided=None if guided is None else sum(guided.get(one, False) for one in places),
        unexamined=0 if guided is None else sum(one not in guided for one in places),
        rules=tuple(
            Rule(stage.summary, stage.left_out, tuple(one.name for one in stage.examples))
            for stage in rehearsal.summary.stages
            if stage.left_out
        ),
        notes=(*rehearsal.summary.notes, *_refusals(rehearsal.allotment, offers)),
    )


def listed(rows: Iterable[Row]) -> Listed:
    """Count rows and keep the first of them."""
    every = list(rows)
    return Listed(len(every), tuple(every[:MOST]))


def staged_rows(
    channels: Mapping[ChannelId, Mapping[str, Any]],
    rules: Mapping[str, Any],
    names: Mapping[str, str],
    before: Mapping[str, Mapping[str, Any]],
) -> tuple[Staged, ...]:
    """Say what is staged, at most 50 channels after the rules. `before`: what the operator wants of channels now."""
    found = [Staged("", name, (_value(name, value),)) for name, value in rules.items()]
    for channel, fields in list(channels.items())[:MOST]:
        held = before.get(channel, {})
        told = tuple(f"{name}: {_plain(held.get(name))} → {_plain(value)}" for name, value in fields.items())
        found.append(Staged(channel, names.get(channel, channel), told))
    return tuple(found)


def _renumbered(row: LineupChannel, now: str, seen: set[ChannelId]) -> Row:
    known = row.channel.id in seen
    return Row(row.channel.id, row.channel.name, now, str(row.number), now, KNOWN if known else "")


def _moved(rehearsal: Rehearsal, numbers: Mapping[ChannelId, str]) -> Listed:
    """Those that come elsewhere in the order; the fewest that explain it."""
    places = {one: place for place, one in enumerate(rehearsal.order)}
    stayed = [offer for offer in rehearsal.offers if offer.channel in places]
    ranks = {one: rank for rank, one in enumerate(sorted(places[ChannelId(offer.channel)] for offer in stayed))}
    kept = set(rising([places[ChannelId(offer.channel)] for offer in stayed]))
    return listed(
        Row(
            ChannelId(offer.channel),
            offer.name,
            numbers.get(ChannelId(offer.channel), ""),
            str(ranks[places[ChannelId(offer.channel)]] + 1),
            str(position + 1),
        )
        for position, offer in enumerate(stayed)
        if position not in kept
    )


def _crowded(offers: Sequence[Offer], summary: Summary) -> Listed:
    """Those without a place: of the plan's limit, and those that numbers of others crowd out."""
    stage = next((one for one in summary.stages if one.stage == LIMIT), None)
    rows = [Row(ChannelId(""), one.name, note=one.reason) for one in (stage.examples if stage else ())]
    rows += [Row(ChannelId(offer.channel), offer.name, note="no place is left on a device") for offer in offers]
    return Listed((stage.left_out if stage else 0) + len(offers), tuple(rows[:MOST]))


def _refusals(allotment: Allotment, offers: Mapping[ChannelId, Offer]) -> Iterable[str]:
    for one, number, owner in allotment.refusals:
        name, other = (offers[each].name if each in offers else each for each in (one, owner))
        yield f"{name} can't have the number {number}: it belongs to {other}."


def _value(name: str, value: Any) -> str:
    if name != "programming":
        return f"→ {'as the setting has it' if value is None else _plain(value)}"
    recipe = value or {}
    selected, excluded = (len(recipe.get(f"{kind}_categories", ())) for kind in ("selected", "excluded"))
    return f"→ {selected:,} ticked, {excluded:,} left out" if selected or excluded else "→ all groups"


def _plain(value: Any) -> str:
    match value:
        case None | "" | [] | ():
            return "as provided"
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return f"{', '.join(map(str, value[:3]))}{', …' if len(value) > 3 else ''}"  # noqa: PLR2004 - enough to tell
        case _:
            return str(value)
