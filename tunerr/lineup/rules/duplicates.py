"""Several channels that are one: DNA policy, exact backups, dedupe. The best stays, the others become its backups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tunerr.catalog.keys import name_key, tvg_key
from tunerr.lineup.rules.candidate import Candidate
from tunerr.lineup.rules.hosts import preference
from tunerr.lineup.rules.scores import score
from tunerr.lineup.rules.stage import Given, Outcome

Identity = tuple[str, str]
"""What makes two channels one: the kind of key and its value."""

Rank = Callable[[Candidate], tuple[object, ...]]
"""What the channels of one identity are sorted by; the lowest one is kept."""

_HD = {"fhd": 8, "1080p": 8, "1080i": 8, "hd": 5, "720p": 5}
_WORSE = frozenset({"raw", "backup", "bkup", "sd"})


def dna(channels: Sequence[Candidate], given: Given) -> Outcome | None:
    """Keep one channel of each DNA: that of the preferred host, then the best by the policy."""
    policy = given.rules.dna_policy
    if policy == "off":
        return None

    def rank(channel: Candidate) -> tuple[object, ...]:
        found = score(channel.row, given.coverage)
        first, second = (found.total, found.stream) if policy == "prefer_best" else (found.stream, found.total)
        return (
            preference(channel.row.hosts, given.rules.preferred_hosts),
            *(-first, -second, -found.guide, -channel.row.streams, not channel.row.tvg_id, channel.name.lower()),
        )

    return _collapse(channels, _dna, _stable(rank, given), words=f"DNA policy {policy}")


def backups(channels: Sequence[Candidate], given: Given) -> Outcome | None:
    """Keep one of exactly equal channels (tvg-id and name, or DNA and name): the preferred one, else the first."""
    recipe = given.rules.programming
    if not recipe.collapse_exact_backups:
        return None
    preferred = {channel: place for place, channel in enumerate(recipe.preferred_backup_ids)}
    return _collapse(channels, _exact, lambda one: (preferred.get(one.id, len(preferred)),), words="exact backups")


def dedupe(channels: Sequence[Candidate], given: Given) -> Outcome | None:
    """Keep one of channels with the same key, that with the highest score."""
    mode = given.rules.dedupe
    if mode == "off":
        return None
    key = _dna if mode == "identity" else _name_first

    def rank(channel: Candidate) -> tuple[object, ...]:
        return (-_worth(channel, given),)

    return _collapse(channels, key, _stable(rank, given), words=f"dedupe {mode}")


def _stable(rank: Rank, given: Given) -> Rank:
    """Put channels that hold numbers before others, so that a duplicate that gets better costs nobody a mapping."""
    held = frozenset(given.held)
    return lambda channel: (channel.id not in held, *rank(channel))


def _dna(channel: Candidate) -> Identity:
    if tvg := tvg_key(channel.row.tvg_id):
        return "tvg-id", tvg
    if name := name_key(channel.name):
        return "name", name
    return "id", channel.id


def _name_first(channel: Candidate) -> Identity:
    if name := name_key(channel.name):
        return "name", name
    return _dna(channel)


def _exact(channel: Candidate) -> Identity:
    kind, key = _dna(channel)
    return f"{kind} and name", f"{key}\n{name_key(channel.name)}"


def _worth(channel: Candidate, given: Given) -> int:
    row = channel.row
    linked = given.coverage is not None and row.channel_id in given.coverage.linked
    words = channel.text.partition("|")[0].split()
    quality = max((_HD.get(word, 0) for word in words), default=0)
    extra = 80 * linked + 50 * bool(row.tvg_id) + 10 + 5 * row.streams + quality
    return score(row, given.coverage).total + extra - 15 * (not _WORSE.isdisjoint(words))


def _collapse(
    channels: Sequence[Candidate],
    key: Callable[[Candidate], Identity],
    rank: Rank,
    *,
    words: str,
) -> Outcome:
    """Keep the lowest rank of each key, of equals the first; a channel that the operator put in beats all others."""
    groups: dict[Identity, list[Candidate]] = {}
    for channel in channels:
        groups.setdefault(key(channel), []).append(channel)
    left_out: dict[str, str] = {}
    into: dict[str, str] = {}
    for (kind, _), members in _several(groups.items()):
        best = min(members, key=lambda one: (not one.forced, *rank(one)))
        for channel in members:
            if channel.id != best.id:
                left_out[channel.id] = f"{words}: the same {kind} as '{best.name}' ({best.id}), which is kept"
                into[channel.id] = best.id
    return Outcome(channels, left_out, into=into, summary=f"{words}: duplicates of channels that are kept")


def _several(
    groups: Iterable[tuple[Identity, list[Candidate]]],
) -> Iterable[tuple[Identity, list[Candidate]]]:
    return ((key, members) for key, members in groups if len(members) > 1)
