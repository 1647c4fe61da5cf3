"""Acts on single channels: what the operator wants of them, whatever the provider says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import orjson

from tunerr.actions.finding import Found
from tunerr.actions.numbers import ReservedBy, by_number, check_number
from tunerr.actions.turn import in_turn
from tunerr.catalog.keys import stream_key
from tunerr.errors import ActionRefused
from tunerr.lineup.override_document import EXAMPLES, OverrideDocument, define_override
from tunerr.model.channel import Channel, ChannelId
from tunerr.storage.choices import Choices, Kind

_NAMED = 3


class Finder(Protocol):
    """Resolves what the operator typed; `actions.finding.ChannelFinder` does."""

    async def find(self, text: str) -> Found:
        """The one channel of this id, number or exact name; raises ActionRefused."""
        ...

    async def group(self, name: str) -> list[Found]:
        """All channels of a group; raises ActionRefused when there is none."""
        ...

    async def named(self, ids: Sequence[str]) -> dict[str, str]:
        """The names of those ids that exist."""
        ...


class Catalog(Protocol):
    """Where the streams of a channel are read; `catalog.reader.CatalogReader` answers."""

    async def channels(self, ids: Sequence[ChannelId]) -> tuple[Channel, ...]:
        """Those that exist."""
        ...


class OperatorChannels:
    """Each act is one entry of the journal and returns a sentence. All raise ActionRefused, with a hint."""

    def __init__(
        self,
        *,
        choices: Choices,
        finder: Finder,
        catalog: Catalog,
        reserved_by: ReservedBy,
        reload: Callable[[], Awaitable[None]],
    ) -> None:
        self._choices = choices
        self._finder = finder
        self._catalog = catalog
        self._reserved_by = reserved_by
        self._reload = reload

    async def listed(self) -> list[dict[str, Any]]:
        """Return every channel that the operator changed, with its current name."""
        documents = await self._choices.all("channel")
        names = await self._finder.named(list(documents))
        return [
            {"id": channel, "name": names.get(channel, ""), "changes": orjson.loads(text)}
            for channel, text in documents.items()
        ]

    async def shown(self, channel: str) -> dict[str, Any]:
        """Return one channel, what the operator changed of it, and its streams in the order of their sources."""
        found = await self._find(channel)
        streams = [
            {
                "stream": stream_key(stream.source, stream.url.reveal()),
                "source": stream.source,
                "name": stream.name,
                "url": str(stream.url),
            }
            for one in await self._catalog.channels([found.id])
            for stream in one.streams
        ]
        return {**found._asdict(), "changes": await self._document(found.id), "streams": streams}

    @in_turn
    async def set(self, channel: str, changes: Mapping[str, Any], *, who: str) -> str:
        """Change fields of a channel; None takes one back to what the provider says."""
        if not changes:
            raise ActionRefused("Nothing is to be changed.", hint=f"A channel has: {', '.join(EXAMPLES)}.")
        found = await self._find(channel)
        before = await self._document(found.id)
        after = define_override(found.name, {**before, **changes})
        if after.number is not None and after.number != before.get("number"):
            await self._check_number(after.number, found.id)
        if after.document() == before:
            raise ActionRefused(f"{found.name} is so already.")
        fields = ", ".join(sorted(changes))
        return await self._store({found.id: after}, who, "channel-set", found.name, f"{found.name}: {fields} set.")

    @in_turn
    async def clear(self, channel: str, fields: Sequence[str] = (), *, who: str) -> str:
        """Take fields, or all of them, back to what the provider says."""
        found = await self._find(channel)
        before = await self._document(found.id)
        unknown = [field for field in fields if field not in EXAMPLES]
        if unknown:
            define_override(found.name, dict.fromkeys(unknown))  # refuses, and says what there is
        kept = {field: value for field, value in before.items() if fields and field not in fields}
        if kept == before:
            raise ActionRefused(f"Nothing of {found.name} was set.", hint="`channel list --changed` shows what was.")
        what = ", ".join(fields) or "everything"
        detail = f"{found.name}: {what} is as the provider has it."
        return await self._store(
            {found.id: define_override(found.name, kept)}, who, "channel-clear", found.name, detail
        )

    @in_turn
    async def enable(self, channels: Sequence[str], on: bool, *, who: str, group: str = "") -> str:
        """Put channels in past every filter, or take them out: those named, and all of a group."""
        found = {one.id: one for one in [await self._find(channel) for channel in channels]}
        if group:
            found |= {one.id: one for one in await self._finder.group(group)}
        if not found:
            raise ActionRefused("No channel is named.", hint="Name channels, or a group with --group.")
        documents = await self._choices.all("channel")
        changed = {}
        for one in found.values():
            before = orjson.loads(documents.get(one.id, "{}"))
            if before.get("enabled") is not on:
                changed[one.id] = define_override(one.name, {**before, "enabled": on})
        word = "in the lineup" if on else "out of the lineup"
        names = [found[channel].name for channel in changed]
        listed = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
        if not changed:
            raise ActionRefused(f"They are {word} by your choice already.")
        subject = f"group {group}" if group and not channels else listed
        return await self._store(changed, who, "channel-enable", subject, f"{word.capitalize()}: {listed}.")

    async def _find(self, channel: str) -> Found:
        """The channel; one that its provider dropped is known as long as there are choices for it."""
        try:
            return await self._finder.find(channel)
        except ActionRefused:
            if await self._choices.get("channel", channel) is None:
                raise
            return Found(ChannelId(channel), channel)

    async def _document(self, channel: ChannelId) -> dict[str, Any]:
        document: dict[str, Any] = orjson.loads(await self._choices.get("channel", channel) or "{}")
        return document

    async def _check_number(self, number: str, channel: ChannelId) -> None:
        documents = await self._choices.all("channel")
        given = by_number((other, orjson.loads(text).get("number")) for other, text in documents.items())
        await check_number(number, channel, reserved_by=self._reserved_by, given=given, names=self._finder.named)

    async def _store(
        self, changed: Mapping[ChannelId, OverrideDocument], who: str, act: str, subject: str, detail: str
    ) -> str:
        texts: list[tuple[Kind, str, str | None]] = [
            ("channel", channel, one.json_text() if one.document() else None) for channel, one in changed.items()
        ]
        await self._choices.put(texts, who=who, act=act, subject=subject, detail=detail)
        await self._reload()
        return detail
