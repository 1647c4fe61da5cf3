"""Free sources: which channels of public lists are offered beside the paid ones. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tunerr.catalog.keys import name_key, tvg_key
from tunerr.lineup.rules.candidate import Candidate
from tunerr.lineup.rules.stage import Given, Outcome
from tunerr.lineup.rules.words import Vocabulary
from tunerr.model.channel import SourceId, Stream

ADULT = Vocabulary.of(
    "adult, adults, xxx, porn, porno, pornhub, erotic, erotica, erotik, sex, sexy, nsfw, 18+, +18, playboy, penthouse",
    "hustler, brazzers, dorcel, redlight, red light, private tv, bang u, babes tv",
)
_NO_ADULT = (" adult swim ",)
_CLOSED = re.compile(r"[\[(]\s*(closed|offline|off[ -]air|defunct|discontinued|dead)\s*[\])]", re.IGNORECASE)


def free(channels: Sequence[Candidate], given: Given) -> Outcome | None:
    """Of channels that only free sources have, leave out the unwanted, and those that the paid list has under its key.

    Those of the latter that are left out in mode `merge` become backups.
    """
    public = [channel for channel in channels if channel.row.source in given.free]
    if not public:
        return None
    rules = given.rules
    left_out: dict[str, str] = {}
    into: dict[str, str] = {}
    paid = _Paid.of(channel for channel in channels if channel.row.source not in given.free)
    for channel in public:
        if reason := _unwanted(channel, given):
            left_out[channel.id] = f"free source, {reason}"
        elif rules.free_mode != "full" and (same := paid.same_as(channel)) is not None:
            left_out[channel.id] = f"free source, the paid list has this channel: '{same.name}' ({same.id})"
            if rules.free_mode == "merge":
                into[channel.id] = same.id
    return Outcome(channels, left_out, into=into, summary=f"free sources: {rules.free_mode}")


def is_adult(text: str) -> str:
    """Return the word that says so, of a folded name and group with a space at both ends; empty when none does."""
    for name in _NO_ADULT:
        text = text.replace(name, " ")
    return ADULT.find(text)


def closed(name: str) -> str:
    """Return the mark in a name that says that the channel is off the air; empty when there is none."""
    match = _CLOSED.search(name)
    return match[0] if match else ""


def without_supplements(streams: tuple[Stream, ...], public: Iterable[SourceId]) -> tuple[Stream, ...]:
    """Return the streams of paid sources; all of them when there is none."""
    names = frozenset(public)
    return tuple(stream for stream in streams if stream.source not in names) or streams


def _unwanted(channel: Candidate, given: Given) -> str:
    rules = given.rules
    if rules.free_guide_id and not channel.row.tvg_id:
        return "it has no tvg-id"
    if rules.free_drop_adult and (word := is_adult(channel.text)):
        return f"for adults: '{word}' is in its name or group"
    if rules.free_drop_closed and (mark := closed(channel.name)):
        return f"its name says that it is closed: {mark}"
    return ""


@dataclass(frozen=True, slots=True)
class _Paid:
    """The channels of paid sources, by tvg-id and by name; of equal ones the first."""

    by_tvg_id: Mapping[str, Candidate]
    by_name: Mapping[str, Candidate]

    @classmethod
    def of(cls, channels: Iterable[Candidate]) -> _Paid:
        by_tvg_id: dict[str, Candidate] = {}
        by_name: dict[str, Candidate] = {}
        for channel in channels:
            if key := tvg_key(channel.row.tvg_id):
                by_tvg_id.setdefault(key, channel)
            if key := name_key(channel.name):
                by_name.setdefault(key, channel)
        return cls(by_tvg_id, by_name)

    def same_as(self, channel: Candidate) -> Candidate | None:
        """Return the one with the same tvg-id, else the same name. Two tvg-ids that differ tell channels apart."""
        found = self.by_tvg_id.get(tvg_key(channel.row.tvg_id))
        if found is None:
            found = self.by_name.get(name_key(channel.name))
            if found is not None and found.row.tvg_id and channel.row.tvg_id:
                return None
        return found
