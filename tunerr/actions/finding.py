"""Which channel an operator means: by id, number or name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol

from tunerr.config.nearest import nearest
from tunerr.errors import ActionRefused
from tunerr.model.channel import ChannelId, Lineup, LineupChannel

_LISTED = 5
# Names that are compared with a mistyped one; comparing holds the event loop for some milliseconds.
_COMPARED = 2000


Row = tuple[ChannelId, str, str, str]
"""Id, name, group and source of a channel of the catalog."""


class Found(NamedTuple):
    """A channel of the catalog; `number` is empty while it is not in the lineup."""

    id: ChannelId
    name: str
    group: str = ""
    source: str = ""
    number: str = ""


Find = Callable[[str], Awaitable[Found]]
"""The one channel of an id, number or exact name; raises ActionRefused."""


class CatalogSearch(Protocol):
    """What is asked of the catalog; `catalog.search.CatalogSearch` answers."""

    async def by_ids(self, ids: Sequence[str]) -> Sequence[Row]:
        """Those that exist."""
        ...

    async def by_name(self, name: str) -> Sequence[Row]:
        """Those of exactly this name; the case of letters a to z does not count."""
        ...

    async def by_group(self, group: str) -> Sequence[Row]:
        """Those of exactly this group."""
        ...

    async def containing(self, text: str, limit: int) -> Sequence[Row]:
        """Those whose name contains a text, at most `limit`."""
        ...


class ChannelFinder:
    """Looks in the lineup first, then in the catalog of all sources."""

    def __init__(self, *, lineup: Callable[[], Lineup | None], catalog: CatalogSearch) -> None:
        self._lineup = lineup
        self._catalog = catalog

    def offered(self) -> list[Found]:
        """The channels of the lineup, by number."""
        lineup = self._lineup()
        if lineup is None:
            return []
        return [_offered(row) for row in lineup.channels]

    async def find(self, text: str) -> Found:
        """The one channel of this id, number or exact name.

        Raises ActionRefused when there is none, with the nearest names, or when several have the name, with their ids.
        """
        asked = text.strip()
        found = self._in_lineup(asked) or self._rows(
            await self._catalog.by_ids([asked]) or (await self._catalog.by_name(asked) if asked else ())
        )
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(f"{one.id} ({one.group or 'no group'}, {one.source})" for one in found[:_LISTED])
            raise ActionRefused(f"{len(found)} channels are named {asked[:80]!r}.", hint=f"Give the id: {listed}.")
        raise ActionRefused(f"There is no channel {asked[:80]!r}.", hint=await self._alike(asked))

    async def search(self, text: str, limit: int = 50) -> list[Found]:
        """Channels whose name contains a text, those of the lineup first."""
        asked = text.strip().casefold()
        offered = [one for one in self.offered() if asked in one.name.casefold()]
        more = self._rows(await self._catalog.containing(text.strip(), limit))
        known = {one.id for one in offered}
        return [*offered, *(one for one in more if one.id not in known)][:limit]

    async def group(self, name: str) -> list[Found]:
        """All channels of a group of the catalog. Raises ActionRefused when there is none."""
        found = self._rows(await self._catalog.by_group(name.strip()))
        if not found:
            alike = nearest(name, sorted({one.group for one in self.offered() if one.group}), limit=_LISTED)
            hint = f"Near to it: {', '.join(alike)}." if alike else "`channel list` shows the groups."
            raise ActionRefused(f"There is no group {name[:80]!r}.", hint=hint)
        return found

    async def named(self, ids: Sequence[str]) -> dict[str, str]:
        """The names of those ids that are in the catalog."""
        return {row[0]: row[1] for row in await self._catalog.by_ids(ids)}

    def _in_lineup(self, asked: str) -> list[Found]:
        lineup = self._lineup()
        known = lineup.by_id.get(ChannelId(asked)) if lineup is not None else None
        if known is not None:  # as pages ask, for a whole page of channels at once
            return [_offered(known)]
        offered = self.offered()
        exact = [one for one in offered if asked in {one.id, one.number}]
        return exact or [one for one in offered if one.name.casefold() == asked.casefold()]

    def _rows(self, rows: Sequence[Row]) -> list[Found]:
        lineup = self._lineup()
        numbers = {} if lineup is None else {row.channel.id: str(row.number) for row in lineup.channels}
        return [Found(*row, number=numbers.get(row[0], "")) for row in rows]

    async def _alike(self, asked: str) -> str:
        rows: Sequence[Row] = ()
        for word in sorted(asked.split(), key=len, reverse=True):
            # The longest word that is spelled as names spell it.
            if rows := await self._catalog.containing(word, _COMPARED):
                break
        names = dict.fromkeys([*(one.name for one in self.offered()), *(row[1] for row in rows)])
        alike = nearest(asked, names, limit=_LISTED)
        return f"Near to it: {', '.join(alike)}." if alike else "`channel find TEXT` searches the names."


def _offered(row: LineupChannel) -> Found:
    channel = row.channel
    source = channel.streams[0].source if channel.streams else ""
    return Found(channel.id, channel.name, channel.group, source, str(row.number))
