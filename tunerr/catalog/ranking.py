"""In which order the streams of a channel are tried, and why. Pure and deterministic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tunerr.catalog import quality
from tunerr.catalog.keys import stream_key
from tunerr.catalog.ports import port_of
from tunerr.model.channel import Stream

Policy = Literal["off", "prefer_best", "prefer_resilient"]
# A name that says nothing is taken for better than SD and worse than HD.
_UNSAID_HEIGHT = 700


@dataclass(frozen=True, slots=True)
class Ranked:
    """A stream at its place, with the reasons in words, the weightiest first."""

    stream: Stream
    reasons: tuple[str, ...]


def rank(
    streams: Sequence[Stream],
    *,
    policy: Policy = "off",
    preferred_hosts: Sequence[str] = (),
    order: Sequence[str] = (),
    cloudflare: Collection[str] = (),
) -> tuple[Ranked, ...]:
    """Rank streams, which come in the order of sources and playlists.

    First those in the operator's `order` (`keys.stream_key`), then those on `preferred_hosts` (host or host:port, best
    first), then by policy: `prefer_best` by what the names say of the picture; `prefer_resilient` puts hosts marked
    `cloudflare` and raw or backup streams last and lets hosts and accounts take turns. What is equal keeps its order.
    """
    ranking = _Ranking(policy, _places(order), _places([host.lower() for host in preferred_hosts]), cloudflare)
    candidates = [_Candidate.of(stream) for stream in streams]
    turns = ranking.turns(candidates)
    ranked = sorted(range(len(candidates)), key=lambda place: (*ranking.weight(candidates[place], turns[place]), place))
    return tuple(Ranked(streams[place], ranking.reasons(candidates[place])) for place in ranked)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What counts of a stream. `hosts`: with port and without."""

    key: str
    hosts: tuple[str, str]
    account: str
    said: quality.Quality

    @classmethod
    def of(cls, stream: Stream) -> _Candidate:
        key = stream_key(stream.source, stream.url.reveal())
        return cls(key, (_host(stream), stream.url.host), stream.source, quality.of(stream.name))


@dataclass(frozen=True, slots=True)
class _Ranking:
    """One way to rank: places in the operator's order and among the preferred hosts, the policy, and marked hosts."""

    policy: Policy
    order: Mapping[str, int]
    preferred: Mapping[str, int]
    cloudflare: Collection[str]

    def weight(self, one: _Candidate, turn: int) -> tuple[int, ...]:
        """Lower comes first; `turn` is that of `turns`."""
        host = min(self.preferred.get(host, len(self.preferred)) for host in one.hosts)
        chosen = (self.order.get(one.key, len(self.order)), host)
        if self.policy == "prefer_best":
            said = one.said
            return (*chosen, -(said.height or _UNSAID_HEIGHT), -(said.fps or 0), -said.hdr, said.raw, said.backup)
        return (*chosen, *self._risk(one), turn) if self.policy == "prefer_resilient" else chosen

    def turns(self, candidates: Sequence[_Candidate]) -> list[int]:
        """Say for each stream how many of equal risk on its host and account come before it."""
        seen: Counter[tuple[object, ...]] = Counter()
        found = []
        for one in candidates:
            peers = (one.account, one.hosts, *self._risk(one))
            found.append(seen[peers])
            seen[peers] += 1
        return found

    def reasons(self, one: _Candidate) -> tuple[str, ...]:
        """Word why a stream is where it is."""
        found = [f"number {self.order[one.key] + 1} of your order"] if one.key in self.order else []
        found += [f"preferred host {host}" for host in one.hosts if host in self.preferred][:1]
        if self.policy == "prefer_best":
            found.append(f"{one.said.height} lines" if one.said.height else "picture unknown")
        if self.policy == "prefer_resilient" and self._marked(one):
            found.append("behind Cloudflare")
        if self.policy != "off":
            found += [word for word, true in (("raw", one.said.raw), ("backup", one.said.backup)) if true]
        if self.policy == "prefer_resilient":
            found.append("hosts and accounts take turns")
        return (*found, "order of sources and playlists")

    def _risk(self, one: _Candidate) -> tuple[int, int]:
        return int(self._marked(one)), int(one.said.raw or one.said.backup)

    def _marked(self, one: _Candidate) -> bool:
        return any(host in self.cloudflare for host in one.hosts)


def _places(words: Sequence[str]) -> dict[str, int]:
    return {word: place for place, word in enumerate(dict.fromkeys(words))}


def _host(stream: Stream) -> str:
    port = port_of(stream.url)
    return f"{stream.url.host}:{port}" if port else stream.url.host
