"""Acts on the link between a channel and the guides: what the operator accepts and refuses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson

from tunerr.actions.finding import Find, Found
from tunerr.actions.turn import in_turn
from tunerr.errors import ActionRefused
from tunerr.lineup.override_document import OverrideDocument, define_override
from tunerr.model.channel import ChannelId
from tunerr.storage.choices import Choices, Kind
from tunerr.support.timeshift import MOST_SECONDS, TimeShift

MOST_AT_ONCE = 100
"""Channels that one act links at most."""

_NAMED = 5
_HOUR = 3600


class OperatorGuide:
    """Each act is one entry of the journal and returns a sentence. All raise ActionRefused, with a hint.

    The wishes are fields of the channel's choices (`guide_id`, `guide_refused`), so `channel clear` and `undo` take
    them back like any other.
    """

    def __init__(
        self,
        *,
        choices: Choices,
        find: Find,
        linked: Callable[[ChannelId], Awaitable[Sequence[str]]],
        lists: Callable[[str], Awaitable[bool]],
        reload: Callable[[], Awaitable[None]],
    ) -> None:
        """`linked`: the XMLTV ids that a channel has now, best guide first; `lists`: whether any guide has an id."""
        self._choices = choices
        self._find = find
        self._linked = linked
        self._lists = lists
        self._reload = reload

    @in_turn
    async def accept(self, channel: str, guide_id: str, *, who: str) -> str:
        """Link a channel to an XMLTV id, in every guide that has it, whatever else is known."""
        found, wish = await self._wish(channel)
        key = _key(guide_id)
        refused = [one for one in wish.get("guide_refused", ()) if one != key]
        said = f"{found.name} is linked to {guide_id.strip()}."
        if not await self._lists(key):
            said += " No guide lists that id, so it has no programmes until one does; `guide search TEXT` finds ids."
        return await self._store(found, wish, (guide_id.strip(), refused), ("guide-accept", said), who)

    @in_turn
    async def refuse(self, channel: str, guide_id: str, *, who: str) -> str:
        """Say that an XMLTV id is not this channel's; it takes the next best that is found."""
        found, wish = await self._wish(channel)
        said = f"{found.name} is not linked to {guide_id.strip()} any more."
        return await self._store(found, wish, _without(wish, [_key(guide_id)]), ("guide-refuse", said), who)

    @in_turn
    async def unlink(self, channel: str, *, who: str) -> str:
        """Refuse every XMLTV id that a channel is linked to now."""
        found, wish = await self._wish(channel)
        linked = dict.fromkeys(_key(one) for one in await self._linked(found.id))
        if not linked and "guide_id" not in wish:
            raise ActionRefused(f"{found.name} is linked to no guide.", hint="`iptv-tunerr epg-doctor` suggests ids.")
        keys = list(linked) or [_key(wish["guide_id"])]
        said = f"{found.name} is not linked to {', '.join(keys)} any more."
        return await self._store(found, wish, _without(wish, keys), ("guide-unlink", said), who)

    @in_turn
    async def accept_many(self, pairs: Sequence[tuple[str, str]], *, who: str) -> str:
        """Link many channels, each to an XMLTV id; those that are linked so already are left as they are."""
        if len(pairs) > MOST_AT_ONCE:
            raise ActionRefused(f"{len(pairs)} are too many at once.", hint=f"Accept at most {MOST_AT_ONCE}.")
        changes: list[tuple[Kind, str, str | None]] = []
        names: list[str] = []
        for channel, guide_id in dict(pairs).items():
            found, wish = await self._wish(channel)
            refused = [one for one in wish.get("guide_refused", ()) if one != _key(guide_id)]
            after = _after(found, wish, guide_id.strip(), refused)
            if after.document() != wish:
                changes.append(("channel", found.id, after.json_text()))
                names.append(f"{found.name} to {guide_id.strip()}")
        if not changes:
            raise ActionRefused(
                "There is nothing to accept.", hint="Choose a lower score, or examine the guides again."
            )
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        count = "1 channel" if len(names) == 1 else f"{len(names)} channels"
        said = f"{count} linked: {', '.join(names[:_NAMED])}{more}."
        await self._choices.put(
            changes, who=who, act="guide-accept-many", subject=f"{len(names)} channels", detail=said
        )
        await self._reload()
        return said

    @in_turn
    async def shift(self, channel: str, hours: int, *, who: str) -> str:
        """Move the times of a channel's programmes by so many hours more than now."""
        found, wish = await self._wish(channel)
        current = TimeShift.parse(wish.get("guide_shift") or "")
        if current.zone is not None:
            raise ActionRefused(
                f"The times of {found.name} are taken as those of {current.zone.key}.",
                hint="Take its guide_shift back on the channel's page first.",
            )
        seconds = current.seconds + hours * _HOUR
        if abs(seconds) > MOST_SECONDS:
            raise ActionRefused(f"The times of {found.name} can't be moved by more than a day.")
        after = define_override(found.name, {**wish, "guide_shift": _written(seconds) or None})
        moved = f"{_written(abs(seconds)).lstrip('+')} h {'later' if seconds > 0 else 'earlier'} than its guide says"
        said = f"{found.name} shows its programmes {moved if seconds else 'at the times of its guide'}."
        return await self._put(found, after, ("guide-shift", said), who)

    async def _wish(self, channel: str) -> tuple[Found, dict[str, Any]]:
        found = await self._find(channel)
        wish: dict[str, Any] = orjson.loads(await self._choices.get("channel", found.id) or "{}")
        return found, wish

    async def _store(
        self,
        found: Found,
        before: dict[str, Any],
        wanted: tuple[str | None, Sequence[str]],
        told: tuple[str, str],
        who: str,
    ) -> str:
        chosen, refused = wanted
        after = _after(found, before, chosen, refused)
        if after.document() == before:
            raise ActionRefused(f"That is said of {found.name} already; nothing was changed.")
        return await self._put(found, after, told, who)

    async def _put(self, found: Found, after: OverrideDocument, told: tuple[str, str], who: str) -> str:
        act, said = told
        text = after.json_text() if after.document() else None
        await self._choices.put([("channel", found.id, text)], who=who, act=act, subject=found.name, detail=said)
        await self._reload()
        return said


def _after(found: Found, before: dict[str, Any], chosen: str | None, refused: Sequence[str]) -> OverrideDocument:
    return define_override(found.name, {**before, "guide_id": chosen, "guide_refused": list(refused)})


def _written(seconds: int) -> str:
    """A shift as `TimeShift` reads it: `+1`, `-2:30`; empty for none."""
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"{'-' if seconds < 0 else '+'}{hours}{f':{minutes:02}' if minutes else ''}" if seconds else ""


def _key(guide_id: str) -> str:
    key = guide_id.strip().lower()
    if not key:
        raise ActionRefused("The XMLTV id is empty.", hint="`iptv-tunerr guide search TEXT` finds ids.")
    return key


def _without(wish: dict[str, Any], keys: Sequence[str]) -> tuple[str | None, list[str]]:
    """What is chosen and refused when none of `keys` is this channel's."""
    chosen = wish.get("guide_id")
    kept = chosen if chosen is not None and chosen.lower() not in keys else None
    return kept, list(dict.fromkeys([*wish.get("guide_refused", ()), *keys]))
