"""The published guides with what of them belongs to which channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tunerr.guide.making.merge import moved, shift_of
from tunerr.guide.matching.tiers import match
from tunerr.guide.matching.values import Listed, Match, Wanted
from tunerr.guide.messages import Matching, RenderSource
from tunerr.guide.store import GuideStore, Programme
from tunerr.model.channel import SourceId
from tunerr.model.guide import GuideLink

# The operator's shift is a day at most, that of a match an hour.
_FURTHEST = 26 * 3600


class LinkedGuide(NamedTuple):
    """One published guide: what it lists and what of it is stored, by id in lower case; matches by channel id."""

    source: SourceId
    generation: int
    listed: Mapping[str, Listed]
    stored: frozenset[str]
    matches: Mapping[str, Match]

    @property
    def missing(self) -> int:
        """Channels that were found in the guide, with programmes there that were not stored.

        A guide that an earlier version of the program stored lists nothing: it has to be read again.
        """
        if not self.listed:
            return 1
        found = {one.guide_id.lower() for one in self.matches.values()} - self.stored
        unread = {key for key in found if key in self.listed and self.listed[key].programmes}
        return sum(one.guide_id.lower() in unread for one in self.matches.values())


def read_guides(
    store: GuideStore, sources: Iterable[RenderSource], wanted: Sequence[Wanted], matching: Matching
) -> list[LinkedGuide]:
    """Look for the channels in all guides that are published, in the order of `sources`. Raises StorageError."""
    published = ((source, store.published(source.id)) for source in sources)
    return [_read(store, one, found, wanted, matching) for one, found in published if found is not None]


def links_of(guides: Iterable[LinkedGuide], channel: str) -> tuple[GuideLink, ...]:
    """Where the channel was found, best guide first."""
    found = ((guide.source, guide.matches[channel]) for guide in guides if channel in guide.matches)
    return tuple(GuideLink(source, one.guide_id, one.method, one.reason, one.shift) for source, one in found)


def programmes_of(
    store: GuideStore, guides: Iterable[LinkedGuide], channel: str, *, start: int, stop: int, shift: str = ""
) -> list[tuple[str, list[Programme]]]:
    """Source and programmes of each guide that the channel was found in, best guide first, in the channel's time.

    `shift`: the operator's, as TimeShift is written; one that can't be read moves nothing. Half-open, Unix seconds.
    Raises StorageError.
    """
    found: list[tuple[str, list[Programme]]] = []
    wished = shift_of(shift)
    for guide in guides:
        one = guide.matches.get(channel)
        if one is None or (key := one.guide_id.lower()) not in guide.stored:
            continue
        if not one.shift and not wished:
            rows = store.programmes(guide.generation, key, start, stop)
        else:
            rows = store.programmes(guide.generation, key, start - _FURTHEST, stop + _FURTHEST)
            rows = [row for row in moved(rows, wished, one.shift) if row.start < stop and row.stop > start]
        found.append((guide.source, rows))
    return found


def _read(
    store: GuideStore, source: RenderSource, generation: int, wanted: Sequence[Wanted], matching: Matching
) -> LinkedGuide:
    listed = store.listed(generation)
    matches = match(
        wanted,
        listed,
        of=source.of or "",
        country=source.country,
        aliases=matching.aliases,
        enabled=matching.enabled,
        remembered=store.remembered(source.id),
    )
    by_id = {one.id.lower(): one for one in listed}
    return LinkedGuide(source.id, generation, by_id, store.stored(generation), matches)
