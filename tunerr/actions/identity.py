"""Rulings of the operator on what is one channel: merge, split, pin."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import orjson

from tunerr.actions.finding import Find
from tunerr.actions.turn import in_turn
from tunerr.catalog.rulings import check
from tunerr.errors import ActionRefused
from tunerr.storage.choices import Choices

_PAIR = 2


class OperatorIdentity:
    """Each act is one entry of the journal and returns a sentence. All raise ActionRefused, with a hint.

    A ruling counts from the next refresh of the sources on; undo takes it back.
    """

    def __init__(self, *, choices: Choices, find: Find, reload: Callable[[], Awaitable[None]]) -> None:
        self._choices = choices
        self._find = find
        self._reload = reload

    @in_turn
    async def merge(self, channels: Sequence[str], *, who: str) -> str:
        """Make one channel of several; the first one keeps its identity and number."""
        found = [await self._find(channel) for channel in channels]
        if len({one.id for one in found}) < _PAIR:
            raise ActionRefused("Name two channels or more to merge.", hint="`channel find TEXT` shows their ids.")
        ids = list(dict.fromkeys(one.id for one in found))
        detail = f"One channel, {found[0].name}, was made of {', '.join(one.name for one in found)}."
        return await self._rule({"ruling": "merge", "channels": ids}, who, found[0].name, detail)

    @in_turn
    async def split(self, channel: str, streams: Sequence[str], *, who: str) -> str:
        """Make a channel of its own of these streams of a channel."""
        return await self._part(
            "split", channel, streams, "{count} streams of {name} became a channel of their own.", who
        )

    @in_turn
    async def pin(self, channel: str, streams: Sequence[str], *, who: str) -> str:
        """Have these streams belong to this channel, whatever their provider calls them."""
        return await self._part("pin", channel, streams, "{count} streams were pinned to {name}.", who)

    async def _part(self, ruling: str, channel: str, streams: Sequence[str], said: str, who: str) -> str:
        found = await self._find(channel)
        if not streams:
            raise ActionRefused("Name a stream.", hint=f"`channel show {channel}` prints the keys of its streams.")
        document = {"ruling": ruling, "channel": found.id, "streams": list(streams)}
        return await self._rule(document, who, found.name, said.format(count=len(streams), name=found.name))

    async def _rule(self, ruling: Mapping[str, Any], who: str, subject: str, detail: str) -> str:
        document = check(ruling, await self._choices.all("identity"))
        text = orjson.dumps(document).decode()
        key = f"{ruling['ruling']}-{hashlib.blake2b(text.encode(), digest_size=4).hexdigest()}"
        act = f"channel-{ruling['ruling']}"
        await self._choices.put([("identity", key, text)], who=who, act=act, subject=subject, detail=detail)
        await self._reload()
        return detail
