"""Recognition over texts, one group after the other: what `tunerr.catalog.identity` must agree with."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Container, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from operator import attrgetter
from typing import NamedTuple

from tunerr.catalog.identity import LABEL, NAME, PATH, RULING, TVG, Key
from tunerr.model.channel import ChannelId, SourceId

_SHARED = -1
_FEW = 8


class Known(NamedTuple):
    """What is known under a key; an empty `channel_id` says that several channels share it."""

    channel_id: str
    learned_at: float


# A named tuple's own constructor costs three times as much, and an answer needs a million keys.
_key = partial(tuple.__new__, Key)

Lookup = Callable[[Key], Known | None]


@dataclass(slots=True)
class Group:
    """The entries of one answer that are one channel; grows while the answer is read. `number` is its place."""

    native: Key
    number: int = 0
    names: Collection[str] = ()
    paths: Collection[str] = ()
    labels: Collection[str] = ()

    def add(self, name: str, path: str, label: str = "") -> None:
        """Take in the name key, path key and label of one more entry; one that was ruled on stands for none of them."""
        if self.native[0] == RULING:
            return
        if name:
            self.names = _with(self.names, name) if self.names else (name,)
        if path:
            self.paths = _with(self.paths, path) if self.paths else (path,)
        if label and label[0] != "|":
            self.labels = _with(self.labels, label) if self.labels else (label,)


class Recognition(NamedTuple):
    """Ids in the order of the groups; `new` holds the places of those that nothing was known of.

    `keys` says by what each was recognised; of a new one it is the key that its id is made of. `explain` words it.
    """

    ids: list[ChannelId]
    new: frozenset[int]
    keys: list[Key]


def recognise(
    groups: Sequence[Group],
    *,
    source: SourceId,
    lookup: Lookup,
    elsewhere: Container[str],
    taken: Callable[[str], bool],
    teachers: Collection[str] = (),
) -> Recognition:
    """Give each group the id of the channel that it is, or a new one; no two groups get the same.

    `elsewhere` are the ids that other sources hold now, as they were recognised and not as rulings show them; `taken`
    tells ids that were ever given out, `teachers` are the sources that ever taught labels, those that are gone too.
    """
    search = _Search(groups, source, lookup, elsewhere)
    search.by_tvg()
    search.by_own(NAME)
    search.by_own(PATH)
    if teachers:
        search.by_label(sorted(teachers, key=lambda teacher: (teacher == source, teacher)))
    new = search.mint(taken)
    return Recognition(search.ids, new, search.keys)


def learned(groups: Sequence[Group], ids: Sequence[ChannelId], source: SourceId) -> Iterator[tuple[Key, str]]:
    """Yield what an answer teaches: every key with the id that it recognises from now on, empty where it is shared.

    In no order. Groups that the operator ruled on teach nothing.
    """
    for group, channel in zip(groups, ids, strict=True):
        if group.native[0] == TVG:
            yield group.native, channel
    for kind in (NAME, PATH, LABEL):
        owners = _owners(groups, kind)
        keys = map(_key, zip(repeat(kind), repeat(source), owners, strict=False))
        yield from zip(keys, ["" if place == _SHARED else ids[place] for place in owners.values()], strict=True)


class _Edge(NamedTuple):
    """A group that may be a known channel."""

    place: int
    key: Key
    known: Known


class _Search:
    """One answer being recognised, tier after tier; `ids` are empty where no tier has found one yet."""

    def __init__(self, groups: Sequence[Group], source: SourceId, lookup: Lookup, elsewhere: Container[str]) -> None:
        self._groups = groups
        self._source = source
        self._lookup = lookup
        self._elsewhere = elsewhere
        self._claimed: set[str] = set()
        self._open = len(groups)
        self.ids = [ChannelId("")] * len(groups)
        self.keys = [group.native for group in groups]

    def by_tvg(self) -> None:
        """Find channels by tvg id, after those that the operator ruled on."""
        edges = []
        for place, group in enumerate(self._groups):
            native = group.native
            if native[0] == TVG:
                if (known := self._lookup(native)) is not None:
                    edges.append(_Edge(place, native, known))
            elif native[0] == RULING:
                self._claim(place, native, _hashed(native))
        self._settle(edges)

    def by_own(self, kind: str) -> None:
        """Find channels by what their own source said of them before, unless another source holds them."""
        if not self._open:
            return
        edges = []
        for value, place in _owners(self._groups, kind).items():
            if place == _SHARED or self.ids[place]:
                continue
            key = _key((kind, self._source, value))
            known = self._lookup(key)
            if known is not None and known.channel_id and known.channel_id not in self._elsewhere:
                edges.append(_Edge(place, key, known))
        self._settle(edges)

    def by_label(self, teachers: Sequence[str]) -> None:
        """Find channels by name and country, in the words of any source; `teachers` end with the own source."""
        if not self._open:
            return
        edges = []
        for value, place in _owners(self._groups, LABEL).items():
            if place != _SHARED and not self.ids[place] and (edge := self._labelled(place, value, teachers)):
                edges.append(edge)
        self._settle(edges)

    def mint(self, taken: Callable[[str], bool]) -> frozenset[int]:
        """Give new ids to what no tier has found; the places of those."""
        new = [place for place, channel in enumerate(self.ids) if not channel] if self._open else []
        for place in new:
            native, attempt = self._groups[place].native, 0
            channel = _hashed(native)
            # An id is made from its first key and keys are never forgotten: an unknown key's id was never given out.
            known = self._lookup(native) is not None
            while channel in self._claimed or (known and taken(channel)):
                attempt += 1
                channel = _hashed(native, attempt)
            self._claim(place, native, channel)
        return frozenset(new)

    def _labelled(self, place: int, value: str, teachers: Sequence[str]) -> _Edge | None:
        taught = [(key, known) for one in teachers if (known := self._lookup(key := _key((LABEL, one, value))))]
        if not taught:
            return None
        key, known = taught[0]
        if not known.channel_id or any(other.channel_id != known.channel_id for _, other in taught):
            return None
        if key.scope == self._source and known.channel_id in self._elsewhere:
            return None
        return _Edge(place, key, known)

    def _settle(self, edges: list[_Edge]) -> None:
        """Claim the channels of a tier; what several groups or channels contend for goes to what was learned last."""
        channels = Counter([edge.known.channel_id for edge in edges])
        places = Counter([edge.place for edge in edges])
        if len(channels) < len(edges) or len(places) < len(edges):
            contended = [e for e in edges if channels[e.known.channel_id] > 1 or places[e.place] > 1]
            edges = [e for e in edges if channels[e.known.channel_id] == 1 and places[e.place] == 1]
            edges += sorted(contended, key=self._precedence)
        for place, key, known in edges:
            if not self.ids[place] and known.channel_id not in self._claimed:
                self._claim(place, key, known.channel_id)

    def _precedence(self, edge: _Edge) -> tuple[float, Key, str, Key]:
        return (-edge.known.learned_at, self._groups[edge.place].native, edge.known.channel_id, edge.key)

    def _claim(self, place: int, key: Key, channel: str) -> None:
        self.ids[place] = ChannelId(channel)
        self.keys[place] = key
        self._claimed.add(channel)
        self._open -= 1


_VALUES: dict[str, Callable[[Group], Collection[str]]] = {
    NAME: attrgetter("names"),
    PATH: attrgetter("paths"),
    LABEL: attrgetter("labels"),
}


def _owners(groups: Sequence[Group], kind: str) -> dict[str, int]:
    """Return the place of the one group that a value stands for; a group that has nothing better comes first."""
    natives = {group.native[2]: place for place, group in enumerate(groups) if group.native[0] == kind}
    owners = dict(natives)
    for place, values in enumerate(map(_VALUES[kind], groups)):
        for value in values:
            if owners.setdefault(value, place) != place and value not in natives:
                owners[value] = _SHARED
    return owners


def _with(seen: Collection[str], value: str) -> Collection[str]:
    """Return `seen` with one value more: a tuple while they are few, as most groups are small and there are many."""
    if value in seen:
        return seen
    if isinstance(seen, dict):
        seen[value] = None
        return seen
    return (*seen, value) if len(seen) < _FEW else dict.fromkeys((*seen, value))


def _hashed(native: Key, attempt: int = 0) -> str:
    text = "\0".join((*native, str(attempt))) if attempt else "\0".join(native)
    return f"dna-{hashlib.sha1(text.encode('utf-8', 'replace'), usedforsecurity=False).hexdigest()[:16]}"
