"""All channels that a plan decided on, as an operator narrows, counts and pages through them: SQL does the work."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import aiosqlite
import orjson

from tunerr.lineup.rules.words import fold
from tunerr.model.channel import ChannelId
from tunerr.storage.connection import select

Show = Literal["offered", "left-out", "all"]
GuideState = Literal["linked", "sparse", "none", "suggested"]
Streams = Literal["one", "several"]
Sort = Literal["number", "name", "group", "health"]

MOST_ROWS = 100
"""Of one page; the event loop carries video while their objects are made."""

# More words than anybody types; each is looked for in every name.
_MOST_WORDS = 8
_MOST_GROUPS = 100
# Filters whose counts are kept while nothing changes: as many as a household turns to and fro between.
_MOST_COUNTED = 64

# What is offered comes as JSON, [id, number, guide state, health] each, in the order of numbers.
_OFFERED = """
    FROM json_each(:offered) AS one CROSS JOIN planned CROSS JOIN plan_decision AS d
        ON d.plan = planned.plan AND d.channel_id = one.value ->> 0
    WHERE 1"""
_ALL = """
    FROM planned CROSS JOIN plan_decision AS d INDEXED BY plan_listing ON d.plan = planned.plan
    WHERE 1"""
# Few that the plan kept are not offered; the others need no look into the list.
_NOT_OFFERED = "(d.kept = 0 OR d.channel_id NOT IN (SELECT value ->> 0 FROM json_each(:offered)))"
_LEFT_OUT = f"{_ALL} AND {_NOT_OFFERED}"
_LEFT_OUT_CHANGED = f"""
    FROM json_each(:changed) AS one CROSS JOIN planned CROSS JOIN plan_decision AS d
        ON d.plan = planned.plan AND d.channel_id = one.value
    WHERE {_NOT_OFFERED}"""

_CHANGED = "d.channel_id IN (SELECT value FROM json_each(:changed))"
_ONE = "d.streams = 1"
_SEVERAL = "d.streams > 1"
_GUIDE = "one.value ->> 2"
_HEALTH = "one.value ->> 3 IS NULL, one.value ->> 3"
_NO_GUIDE = f"{_GUIDE} IN ('none', 'suggested')"

_ROWS = """
    SELECT d.channel_id, d.name, d.group_title, d.kept, d.stage, d.reason, d.sources, d.streams
    FROM json_each(:ids) AS wanted CROSS JOIN planned CROSS JOIN plan_decision AS d
        ON d.plan = planned.plan AND d.channel_id = wanted.value
    ORDER BY wanted.key"""
_GROUPS = """
    SELECT title, sum(channels) AS channels FROM counted WHERE title <> ''
    GROUP BY title ORDER BY channels DESC, title LIMIT :most"""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which channels are asked for; empty and None for no matter.

    `text`: words that name, id or tvg-id hold, or the number. `guide` is known of offered channels only.
    """

    text: str = ""
    show: Show = "offered"
    group: str = ""
    source: str = ""
    guide: GuideState | None = None
    streams: Streams | None = None
    changed: bool = False


class OfferedFact(NamedTuple):
    """What is known beside the plan of one offered channel. `health`: 0 to 1, None while nothing tells."""

    channel: ChannelId
    number: str
    guide: GuideState | Literal["unknown"]
    health: float | None


@dataclass(frozen=True, slots=True)
class Beside:
    """What the plan doesn't know: the offered channels in the order of their numbers, and those with changes; JSON."""

    offered: str
    changed: str

    @classmethod
    def of(cls, offered: Sequence[OfferedFact], changed: Sequence[str]) -> Beside:
        """Encode them; in a thread where they are many."""
        return cls(orjson.dumps(list(map(tuple, offered))).decode(), orjson.dumps(changed).decode())


@dataclass(frozen=True, slots=True)
class Counts:
    """How many channels there would be with that filter in place of its own kind; the other filters stay."""

    show: Mapping[Show, int]
    guide: Mapping[GuideState, int]
    streams: Mapping[Streams, int]
    changed: int


class ListedChannel(NamedTuple):
    """One channel of the plan, name and group with what the operator made of them. `streams` over all sources.

    `kept`: the rules let it through, which is not yet a place in the lineup.
    """

    id: ChannelId
    name: str
    group: str
    kept: bool
    stage: str
    reason: str
    sources: tuple[str, ...]
    streams: int


class ChannelListing:
    """Reads through a read-only connection of its own to catalog.db, one question at a time. Raises StorageError."""

    def __init__(self, *, catalog: aiosqlite.Connection) -> None:
        self._catalog = catalog
        self._turn = asyncio.Lock()
        self._counted_of: tuple[int | None, Beside | None] = (None, None)
        self._counted: dict[Narrowed, Counts] = {}

    async def counts(self, narrowed: Narrowed, beside: Beside) -> Counts:
        """Count what each filter would leave; some 15 ms of the database's thread for 50,000 channels, once."""
        async with self._turn:
            plan = await select(self._catalog, "SELECT plan FROM planned")
            of = (plan[0]["plan"] if plan else None, beside)
            if self._counted_of != of or len(self._counted) >= _MOST_COUNTED:
                self._counted_of, self._counted = of, {}
            if narrowed not in self._counted:
                self._counted[narrowed] = await self._count(narrowed, _Question(narrowed, beside))
            return self._counted[narrowed]

    async def _count(self, narrowed: Narrowed, asked: _Question) -> Counts:
        offered, left_out, changed = [
            (await select(self._catalog, query, asked.parameters))[0]
            for query in (
                asked.counting(_OFFERED, changed=narrowed.changed),
                asked.counting(_LEFT_OUT_CHANGED if narrowed.changed else _LEFT_OUT, changed=False),
                asked.counting(_LEFT_OUT_CHANGED, changed=False),
            )
        ]
        shown = {"offered": (offered,), "left-out": (left_out,), "all": (offered, left_out)}[narrowed.show]

        def total(column: str) -> int:
            return sum(int(row[column]) for row in shown)

        those = int(offered["those"]), int(left_out["those"])
        in_both = {"offered": (offered["changed"],), "left-out": (changed["those"],)}
        return Counts(
            show={"offered": those[0], "left-out": those[1], "all": sum(those)},
            guide={
                "linked": total("linked"),
                "sparse": total("sparse"),
                "none": total("none"),
                "suggested": total("suggested"),
            },
            streams={"one": total("one"), "several": total("several")},
            changed=sum(in_both.get(narrowed.show, (offered["changed"], changed["those"]))),
        )

    async def ids(
        self, narrowed: Narrowed, beside: Beside, *, sort: Sort = "number", skip: int = 0, limit: int = MOST_ROWS
    ) -> tuple[ChannelId, ...]:
        """Return those channels in that order, without the first `skip`, at most `limit`.

        By number and by health the offered ones come first, the others by name.
        """
        asked = _Question(narrowed, beside)
        found: list[ChannelId] = []
        async with self._turn:
            for part, order in asked.parts(sort):
                rest = limit - len(found)
                window = {"skip": skip, "limit": rest}
                page = await select(self._catalog, asked.paging(part, order), asked.parameters | window)
                found += [ChannelId(row["channel_id"]) for row in page]
                if len(found) >= limit:
                    break
                if skip:
                    counted = await select(
                        self._catalog, f"SELECT count(*) {part} {asked.conditions(part)}", asked.parameters
                    )
                    skip = max(skip - int(counted[0][0]), 0)
        return tuple(found)

    async def rows(self, ids: Sequence[ChannelId]) -> tuple[ListedChannel, ...]:
        """Return those of a page that the plan knows, in the order asked for."""
        async with self._turn:
            rows = await select(self._catalog, _ROWS, {"ids": orjson.dumps(list(ids[:MOST_ROWS])).decode()})
        return tuple(map(_listed, rows))

    async def groups(self) -> tuple[tuple[str, int], ...]:
        """Return the groups with most channels, at most 100, each with their number."""
        async with self._turn:
            return tuple(
                (row["title"], row["channels"]) for row in await select(self._catalog, _GROUPS, {"most": _MOST_GROUPS})
            )


class _Question:
    """The SQL of one question; values go in as parameters, never as text."""

    def __init__(self, narrowed: Narrowed, beside: Beside) -> None:
        self._asked = narrowed
        self._words = fold(narrowed.text).split()[:_MOST_WORDS]
        self.parameters: dict[str, object] = {
            "offered": beside.offered,
            "changed": beside.changed,
            "number": narrowed.text.strip(),
            "guide": narrowed.guide,
            "group": narrowed.group,
            "source": f" {narrowed.source} ",
            **{f"word{place}": word for place, word in enumerate(self._words)},
        }

    def parts(self, sort: Sort) -> tuple[tuple[str, str], ...]:
        """The tables to read one after the other, with their orders."""
        by_name = "d.name COLLATE NOCASE, d.channel_id"
        others = f"d.group_title COLLATE NOCASE, {by_name}" if sort == "group" else by_name
        by_number = f"{_HEALTH}, one.key" if sort == "health" else "one.key"
        offered = (_OFFERED, by_number if sort in {"number", "health"} else others)
        if self._asked.show == "offered" or self._asked.guide:
            return (offered,) if self._asked.show != "left-out" else ()
        left_out = (_LEFT_OUT_CHANGED if self._asked.changed else _LEFT_OUT, others)
        if self._asked.show == "left-out":
            return (left_out,)
        return (offered, left_out) if sort in {"number", "health"} else ((_ALL, others),)

    def paging(self, part: str, order: str) -> str:
        """A page of ids."""
        return f"SELECT d.channel_id {part} {self.conditions(part)} ORDER BY {order} LIMIT :limit OFFSET :skip"

    def conditions(self, part: str) -> str:
        """All filters."""
        chosen = self._guide if part is _OFFERED else "1"
        changed = _CHANGED if self._asked.changed and part is not _LEFT_OUT_CHANGED else "1"
        return f"{self._base(part)} AND {chosen} AND {self._streams} AND {changed}"

    def counting(self, part: str, *, changed: bool) -> str:
        """One row of counts, each without the filter of its own kind; `changed`: only those with changes.

        How many of them have changes is counted of the offered ones only, which are few.
        """
        is_offered = part is _OFFERED
        chosen = self._guide if is_offered else ("0" if self._asked.guide else "1")
        streams, only = self._streams, _CHANGED if changed else "1"
        guides = {
            "linked": f"{_GUIDE} = 'linked'",
            "sparse": f"{_GUIDE} = 'sparse'",
            "none": _NO_GUIDE,
            "suggested": f"{_GUIDE} = 'suggested'",
        }
        columns = {
            "those": f"{chosen} AND {streams} AND {only}",
            **{name: f"{state} AND {streams} AND {only}" if is_offered else "0" for name, state in guides.items()},
            "one": f"{_ONE} AND {chosen} AND {only}",
            "several": f"{_SEVERAL} AND {chosen} AND {only}",
            "changed": f"{_CHANGED} AND {chosen} AND {streams}" if is_offered else "0",
        }
        counted = ", ".join(
            f'count(*) FILTER (WHERE {what}) AS "{name}"' for name, what in columns.items() if what != "0"
        )
        nothing = "".join(f', 0 AS "{name}"' for name, what in columns.items() if what == "0")
        return f"SELECT {counted}{nothing} {part} {self._base(part)}"

    def _base(self, part: str) -> str:
        said = " AND ".join(f"instr(d.sought, :word{place})" for place in range(len(self._words)))
        text = f"({said or not self._asked.text.strip()}{' OR one.value ->> 1 = :number' if part is _OFFERED else ''})"
        group = " AND d.group_title = :group COLLATE NOCASE" if self._asked.group else ""
        source = " AND instr(' ' || d.sources || ' ', :source)" if self._asked.source else ""
        return f"AND {text}{group}{source}"

    @property
    def _guide(self) -> str:
        match self._asked.guide:
            case None:
                return "1"
            case "none":
                return _NO_GUIDE
            case _:
                return f"{_GUIDE} = :guide"

    @property
    def _streams(self) -> str:
        return {None: "1", "one": _ONE, "several": _SEVERAL}[self._asked.streams]


def _listed(row: sqlite3.Row) -> ListedChannel:
    return ListedChannel(
        id=ChannelId(row["channel_id"]),
        name=row["name"],
        group=row["group_title"],
        kept=bool(row["kept"]),
        stage=row["stage"],
        reason=row["reason"],
        sources=tuple(row["sources"].split()),
        streams=row["streams"],
    )
