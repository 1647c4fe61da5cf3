"""Export of all choices, and import: a diff first, then one act."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

import orjson

from tunerr.actions.choices_file import Difference, Documents, differences, from_toml, to_toml
from tunerr.actions.rules import checked_rules
from tunerr.actions.turn import in_turn
from tunerr.catalog.rulings import check
from tunerr.config.sources import setting_of
from tunerr.errors import ActionRefused
from tunerr.lineup.override_document import define_override
from tunerr.model.source import Source
from tunerr.providers.definition import define
from tunerr.providers.secrets import hidden, revealed
from tunerr.storage.choices import Choices, Kind

_CHANNEL_ID = re.compile(r"dna-[0-9a-f]{16}", re.ASCII)
_KINDS: tuple[Kind, ...] = ("source", "channel", "identity", "lineup")


class Transfer:
    """All choices at once. Raises ActionRefused, with a hint."""

    def __init__(
        self,
        *,
        choices: Choices,
        environment: Sequence[Source],
        names: Callable[[Sequence[str]], Awaitable[Mapping[str, str]]],
        reload: Callable[[Collection[Kind]], Awaitable[None]],
    ) -> None:
        """`names`: the current names of channels. `reload` takes over choices of some kinds."""
        self._choices = choices
        self._environment = {source.id for source in environment}
        self._names = names
        self._reload = reload

    async def exported(self, *, secrets: bool) -> str:
        """Return all choices as TOML; without secrets, placeholders stand for them."""
        documents = await self._documents()
        if not secrets:
            documents = {
                (kind, key): {field: hidden(field, value) for field, value in document.items()}
                if kind == "source"
                else document
                for (kind, key), document in documents.items()
            }
        names = await self._names([key for kind, key in documents if kind == "channel"])
        return await asyncio.to_thread(to_toml, documents, names=names)

    async def compared(self, text: str, *, replace: bool) -> list[dict[str, Any]]:
        """Return what an import would change, as rows; nothing is changed."""
        before, after = await self._both(text, replace=replace)
        return [one._asdict() for one in differences(before, after)]

    @in_turn
    async def imported(self, text: str, *, replace: bool, who: str) -> str:
        """Take over what a TOML text says; with `replace` what it does not name is removed. One act of the journal."""
        before, after = await self._both(text, replace=replace)
        changed = differences(before, after)
        if not changed:
            raise ActionRefused("Everything is as the file says already.")
        rows = [(one.kind, one.key, _json(after.get((one.kind, one.key)))) for one in changed]
        detail = f"Choices imported: {_counted(changed)}."
        await self._choices.put(rows, who=who, act="import", subject="choices", detail=detail)
        await self._reload({one.kind for one in changed})
        return f"{detail} `iptv-tunerr undo` takes it back."

    async def _documents(self) -> Documents:
        return {
            (kind, key): orjson.loads(text) for kind in _KINDS for key, text in (await self._choices.all(kind)).items()
        }

    async def _both(self, text: str, *, replace: bool) -> tuple[Documents, Documents]:
        before = await self._documents()
        # 20,000 channels are a second of checks; the event loop carries video meanwhile.
        return before, await asyncio.to_thread(self._after, before, text, replace=replace)

    def _after(self, before: Documents, text: str, *, replace: bool) -> Documents:
        checked = {
            (kind, key): self._checked(kind, key, document, before.get((kind, key), {}))
            for (kind, key), document in from_toml(text).items()
        }
        after = checked if replace else {**before, **checked}
        after = _ruled({place: document for place, document in after.items() if document})
        self._check_sources(after)
        _check_numbers(after)
        return after

    def _checked(self, kind: Kind, key: str, document: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
        if kind == "source":
            return define(key, revealed(document, before)).document()
        if kind == "channel":
            if _CHANNEL_ID.fullmatch(key) is None:
                raise ActionRefused(
                    f"{key[:60]!r} is no id of a channel.", hint="`iptv-tunerr channel find NAME` prints the ids."
                )
            return define_override(key, document).document()
        return dict(document if kind == "identity" else checked_rules(document))

    def _check_sources(self, after: Documents) -> None:
        owners: dict[str, str] = {name: setting_of(name) for name in self._environment}
        for kind, name in after:
            for source in define(name, after[kind, name]).sources(name) if kind == "source" else ():
                if source.id in owners:
                    raise ActionRefused(
                        f"The id {source.id} is in use by {owners[source.id]}.", hint="Name the source otherwise."
                    )
                owners[source.id] = f"source {name}"


def _ruled(after: Documents) -> Documents:
    """The documents with rulings as they are stored, each checked against those before it."""
    rulings: dict[str, str] = {}
    found = dict(after)
    for kind, key in sorted(after):
        if kind == "identity":
            found[kind, key] = check(after[kind, key], rulings)
            rulings[key] = orjson.dumps(found[kind, key]).decode()
    return found


def _check_numbers(after: Documents) -> None:
    numbers = Counter(
        document["number"] for (kind, _), document in after.items() if kind == "channel" and "number" in document
    )
    twice = [number for number, count in numbers.items() if count > 1]
    if twice:
        raise ActionRefused(f"Number {twice[0]} is given to {numbers[twice[0]]} channels.", hint="Each has its own.")


def _json(document: Mapping[str, Any] | None) -> str | None:
    return None if document is None else orjson.dumps(document).decode()


def _counted(changed: Sequence[Difference]) -> str:
    counts = Counter(one.change for one in changed)
    return ", ".join(f"{counts[word]} {word}" for word in ("added", "changed", "removed") if counts[word])
