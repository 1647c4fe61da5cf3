"""The draft: changes of the lineup that are staged, looked at and then published as one act, or discarded."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson
import structlog

from tunerr.actions.audit import Audit
from tunerr.actions.choices_file import RULES
from tunerr.actions.numbers import Names, ReservedBy, by_number, check_number
from tunerr.actions.picks import GroupNames, Pick, picked
from tunerr.actions.rules import checked_rules, merged
from tunerr.actions.turn import in_turn
from tunerr.errors import ActionRefused, TunerrError
from tunerr.lineup.override_document import EXAMPLES, define_override
from tunerr.model.channel import ChannelId
from tunerr.storage.choices import Choices, Kind
from tunerr.storage.draft import DraftRow, DraftStore, Staged

log = structlog.get_logger(__name__)

_NAMED = 3
_EMPTY_HINT = "Change channels or groups first: they are staged here."
_Row = tuple[Staged, str, str | None]


@dataclass(frozen=True, slots=True)
class DraftDocument:
    """What is staged: by channel the fields that change, by name the rules; None takes one back to its default.

    `who` and `at` are those of the latest change; `version` is a hash of all changes, empty when there are none.
    """

    channels: Mapping[ChannelId, Mapping[str, Any]] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=dict)
    who: str = ""
    at: datetime | None = None
    version: str = ""

    @property
    def count(self) -> int:
        """How many channels and rules change."""
        return len(self.channels) + len(self.rules)

    @property
    def words(self) -> str:
        """How many of what, as "12 channels and 1 rule"."""
        channels, rules = len(self.channels), len(self.rules)
        parts = [f"{channels:,} channel{'s' * (channels != 1)}"] if channels else []
        return " and ".join([*parts, *([f"{rules} rule{'s' * (rules != 1)}"] if rules else [])]) or "nothing"

    def channel_after(self, channel: ChannelId, before: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the operator wants of a channel, with the draft; `before` is what is in force."""
        return merged(before, self.channels.get(channel, {}))

    def rules_after(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """Return the operator's rules with the draft; `before` are those in force."""
        return merged(before, self.rules)


class Background(Protocol):
    """Where a publication goes on when whoever asked for it is gone."""

    def spawn(self, work: Any, name: str) -> asyncio.Task[Any]:
        """Start `work` as a task called `name`."""
        ...


class Draft:
    """The one draft of the household. Acts return a sentence and raise ActionRefused, with a hint."""

    def __init__(
        self,
        *,
        choices: Choices,
        store: DraftStore,
        audit: Audit,
        names: Names,
        reserved_by: ReservedBy,
        background: Background,
        reload: Callable[[], Awaitable[None]],
    ) -> None:
        """`reload` takes over what was published."""
        self._choices = choices
        self._store = store
        self._audit = audit
        self._names = names
        self._reserved_by = reserved_by
        self._background = background
        self._reload = reload
        self._known: DraftDocument | None = None
        self._writes = 0
        self.count = 0
        """How many channels and rules change, as far as `current` was asked; each act here asks it."""

    async def current(self) -> DraftDocument:
        """Return what is staged; cheap while nothing changes."""
        if self._known is not None:
            return self._known
        writes = self._writes
        document = await asyncio.to_thread(_document, await self._store.rows())
        if writes == self._writes:
            self._known, self.count = document, document.count
        return document

    @in_turn
    async def stage_channels(self, changes: Mapping[ChannelId, Mapping[str, Any]], *, who: str) -> str:
        """Stage fields of channels; None takes a field back to what the provider says.

        What becomes as it is in force falls out of the draft.
        """
        if not any(changes.values()):
            raise ActionRefused("Nothing is to be changed.", hint="Choose channels and what is to change of them.")
        draft, names = await self.current(), await self._names(list(changes))
        documents = await self._documents()
        unknown = [one for one in changes if one not in names and one not in documents]
        if unknown:
            raise ActionRefused(f"There is no channel {unknown[0][:80]!r}.", hint="Its provider may have dropped it.")
        staged = await asyncio.to_thread(_staged, changes, draft, documents, names)
        if any("number" in fields for fields in changes.values()):
            # What is staged now comes first: it is what a refusal speaks of.
            await self._check_numbers({**staged, **draft.channels, **staged}, documents)
        await self._write([("channel", one, _json(fields) if fields else None) for one, fields in staged.items()], who)
        listed = _listed([names.get(one, one) for one in changes])
        if not any(staged.values()):
            return f"{listed}: nothing differs from what is in force, so nothing is in the draft."
        what = ", ".join(sorted({name for fields in changes.values() for name in fields}))
        return f"{listed}: {what} changed in the draft. Publish it to have it count."

    @in_turn
    async def stage_rules(self, changes: Mapping[str, Any], *, who: str) -> str:
        """Stage rules of the lineup; None takes one back to the setting."""
        return await self._stage_rules(changes, who, what=f"Rules: {', '.join(sorted(changes))}")

    async def stage_groups(self, picks: Mapping[str, Pick], groups: Mapping[str, GroupNames], *, who: str) -> str:
        """Stage which groups are offered, by their ids; `groups` has the names of each."""
        if not picks:
            raise ActionRefused("No group is named.", hint="Tick a group first.")
        what = f"{len(picks):,} group{'s' * (len(picks) != 1)}"
        said = await self.stage_programming(lambda recipe: picked(recipe, picks, groups), who=who, what=what)
        rules = (await self.current()).rules_after(await self._rules())
        ticked = rules.get("programming", {}).get("selected_categories")
        return said if ticked else f"{said} No group is ticked: all are offered."

    @in_turn
    async def stage_programming(
        self, change: Callable[[Mapping[str, Any]], Mapping[str, Any]], *, who: str, what: str
    ) -> str:
        """Stage another programming recipe, made by `change` of the one there is; `what` names the change."""
        recipe = (await self.current()).rules_after(await self._rules()).get("programming", {})
        return await self._stage_rules({"programming": change(recipe) or None}, who, what=what)

    @in_turn
    async def discard(self, *, who: str, channel: str | None = None) -> str:
        """Forget what is staged, or what is staged of one channel."""
        draft = await self.current()
        rows: list[_Row] = [("channel", one, None) for one in draft.channels if channel in {None, one}]
        said = f"The draft was discarded: {draft.words}."
        if channel is None:
            rows += [("rule", one, None) for one in draft.rules]
        else:
            said = f"{(await self._names([channel])).get(channel, channel)}: its changes were discarded."
        if not rows:
            raise ActionRefused("There is nothing to discard.", hint=_EMPTY_HINT)
        await self._write(rows, who)
        await self._audit.note(who=who, act="draft-discard", subject=channel or "lineup", detail=said)
        return said

    async def publish(self, *, who: str, version: str) -> str:
        """Have all of the draft count, as one act of the journal, and empty it: both or neither.

        `version` is that of the draft that was looked at; another one is refused. It goes on to its end when whoever
        asked is gone.
        """
        task = self._background.spawn(self._outcome(who, version), "publish draft")
        outcome: str | TunerrError = await asyncio.shield(task)
        if isinstance(outcome, TunerrError):
            raise outcome
        return outcome

    async def _outcome(self, who: str, version: str) -> str | TunerrError:
        try:
            return await self._publish(who, version)
        except TunerrError as error:
            return error  # a refusal is an answer, no failed task

    @in_turn
    async def _publish(self, who: str, version: str) -> str:
        draft = await self.current()
        if not draft.count:
            raise ActionRefused("The draft is empty: there is nothing to publish.", hint=_EMPTY_HINT)
        if draft.version != version:
            raise ActionRefused(
                f"The draft changed since you looked: it has {draft.words} now.", hint="Look at the preview again."
            )
        documents = await self._documents()
        names = await self._names(list(draft.channels))
        staged = await asyncio.to_thread(_staged, draft.channels, DraftDocument(), documents, names)
        await self._check_numbers(staged, documents)
        rows = await asyncio.to_thread(_texts, staged, documents)
        if draft.rules:
            rules = checked_rules(draft.rules_after(await self._rules()))
            rows.append(("lineup", RULES, _json(rules) if rules else None))
        detail = f"The draft was published: {draft.words}."
        try:
            await self._choices.put(
                rows, who=who, act="draft-publish", subject="lineup", detail=detail, beside=self._store.empty
            )
        finally:
            self._forget()
        await self.current()
        try:
            await self._reload()
        except TunerrError as error:  # it is published all the same
            log.warning("published, and not in force yet", error=error.message, hint=error.hint)
            return f"{detail} It counts with the next refresh: {error.message}"
        return detail

    async def _stage_rules(self, changes: Mapping[str, Any], who: str, *, what: str) -> str:
        draft, before = await self.current(), await self._rules()
        asked = {**draft.rules, **changes}
        after = checked_rules(merged(before, asked))
        staged = {name: after.get(name) for name in asked if after.get(name) != before.get(name)}
        rows: list[_Row] = [("rule", name, _json(staged[name]) if name in staged else None) for name in asked]
        await self._write(rows, who)
        if staged.keys().isdisjoint(changes):
            return f"{what}: nothing differs from what is in force, so nothing is in the draft."
        return f"{what} changed in the draft. Publish it to have it count."

    async def _check_numbers(
        self, staged: Mapping[ChannelId, Mapping[str, Any]], documents: Mapping[str, Mapping[str, Any]]
    ) -> None:
        """Refuse staged numbers that belong to others once all that is staged counts."""
        numbers = {one: fields["number"] for one, fields in staged.items() if "number" in fields}
        if not numbers:
            return
        kept = ((one, fields.get("number")) for one, fields in documents.items() if one not in numbers)
        given = by_number([*kept, *numbers.items()])
        for channel, number in numbers.items():
            if number is not None:
                await check_number(number, channel, reserved_by=self._reserved_by, given=given, names=self._names)

    async def _write(self, rows: list[_Row], who: str) -> None:
        try:
            await self._store.put(rows, who=who)
        finally:
            self._forget()
        await self.current()

    def _forget(self) -> None:
        self._writes += 1
        self._known = None

    async def _documents(self) -> dict[str, dict[str, Any]]:
        texts = await self._choices.all("channel")
        return await asyncio.to_thread(lambda: {key: orjson.loads(text) for key, text in texts.items()})

    async def _rules(self) -> dict[str, Any]:
        rules: dict[str, Any] = orjson.loads(await self._choices.get("lineup", RULES) or "{}")
        return rules


def _document(rows: list[DraftRow]) -> DraftDocument:
    if not rows:
        return DraftDocument()
    latest = max(rows, key=lambda row: row.at)
    content = orjson.dumps([(row.kind, row.key, row.value) for row in rows])
    return DraftDocument(
        channels={ChannelId(row.key): orjson.loads(row.value) for row in rows if row.kind == "channel"},
        rules={row.key: orjson.loads(row.value) for row in rows if row.kind == "rule"},
        who=latest.who,
        at=datetime.fromtimestamp(latest.at, UTC),
        version=hashlib.blake2b(content, digest_size=8).hexdigest(),
    )


def _staged(
    changes: Mapping[ChannelId, Mapping[str, Any]],
    draft: DraftDocument,
    documents: Mapping[str, Mapping[str, Any]],
    names: Mapping[str, str],
) -> dict[ChannelId, dict[str, Any]]:
    """Return what of the draft and the changes differs from what is in force, as it would be stored."""
    found = {}
    for channel, fields in changes.items():
        before = documents.get(channel, {})
        asked = {**draft.channels.get(channel, {}), **fields}
        after = define_override(names.get(channel, channel), merged(before, asked)).document()
        if unknown := asked.keys() - EXAMPLES.keys():
            define_override(names.get(channel, channel), dict.fromkeys(unknown))  # refuses, and says what there is
        found[channel] = {name: after.get(name) for name in asked if after.get(name) != before.get(name)}
    return found


def _texts(
    staged: Mapping[ChannelId, Mapping[str, Any]], documents: Mapping[str, Mapping[str, Any]]
) -> list[tuple[Kind, str, str | None]]:
    rows: list[tuple[Kind, str, str | None]] = []
    for channel, fields in staged.items():
        after = merged(documents.get(channel, {}), fields)
        rows.append(("channel", channel, _json(after) if after else None))
    return rows


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def _listed(names: list[str]) -> str:
    if len(names) <= _NAMED:
        return ", ".join(names)
    return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED:,} more"
