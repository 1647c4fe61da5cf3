"""Which channel an entry is, and whether it is one that we know. Pure.

Entries of one answer are one channel when their tvg id is the same, or, without one, their normalised name (their
stream path when the name has no letter). Channels of an answer are then recognised by what was learned before:

| what changed since the last answer            | recognised by | outcome                                              |
|-----------------------------------------------|---------------|------------------------------------------------------|
| nothing, or only the order                    | tvg / name    | same channel                                         |
| name (rename, `HD` added)                     | tvg / path    | same channel                                         |
| tvg id changed, added or removed              | name          | same channel                                         |
| tvg id and name                               | path          | same channel                                         |
| tvg id, path and how its country is written   | label         | same channel                                         |
| tvg id, name and path                         | -             | new channel                                          |
| two channels swap their tvg ids               | tvg           | each keeps the identity of its tvg id                |
| two tvg ids share a name                      | tvg           | two channels; the shared name recognises neither     |
| one with and one without tvg id share a name  | tvg, name     | two channels; the name belongs to the one without id |
| a tvg id comes back beside its successor      | tvg           | the one learned last keeps the channel, other is new |
| name without letters                          | path          | same channel while its stream path stays             |
| another source gets the same tvg id           | tvg           | one channel with the streams of both                 |
| another source has its name and country       | label         | one channel, when each side has only one such        |
| its tvg id is no longer that of the others,   | -             | a channel that another source holds is joined by tvg |
| and none of them calls it so                  |               | id or label alone, so this becomes a new channel     |
| the operator ruled on the entry               | ruling        | a channel of its own, which nothing else recognises  |

The result depends on the set of entries only, never on their order. Names and paths say something within their source
only; a label counts across sources, but remembers which one taught it: what a source says of itself joins it to no
other. Rulings colour nothing that is learned (`catalog.rulings`), so taking one back restores what was.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from operator import attrgetter
from typing import NamedTuple

from tunerr.catalog import countries
from tunerr.catalog.keys import name_key, path_key, tvg_key, without_country
from tunerr.model.channel import ChannelId, SourceId

TVG, NAME, PATH, LABEL, RULING = "tvg", "name", "path", "label", "ruling"
_SHARED = -1
_FEW = 8


class Key(NamedTuple):
    """One way to recognise a channel. `scope` is empty for tvg ids and the source for the other kinds."""

    kind: str
    scope: str
    value: str


class Known(NamedTuple):
    """What is known under a key; an empty `channel_id` says that several channels share it."""

    channel_id: str
    learned_at: float


# A named tuple's own constructor costs three times as much, and an answer needs a million keys.
_key = partial(tuple.__new__, Key)

Lookup = Callable[[Key], Known | None]


class EntryKeys(NamedTuple):
    """The keys of an entry, normalised; each may be empty except `path`. `label` is `name|country`."""

    tvg: str
    name: str
    path: str
    label: str = ""

    @classmethod
    def of(
        cls, *, tvg_id: str, name: str, url: str, group: str = "", country: str = "", default_country: str = ""
    ) -> EntryKeys:
        """Normalise what a playlist says. Countries are ISO 3166 alpha-2 in lower case.

        The entry's country is the first that is said by: itself (`country`), a marker at its name, the end of its tvg
        id, its group's title, its source (`default_country`).
        """
        tvg, key = tvg_key(tvg_id), name_key(name)
        plain, marked = without_country(key, name)
        where = country or marked or countries.of_tvg(tvg) or countries.of_group(group) or default_country
        return tuple.__new__(cls, (tvg, key, path_key(url), f"{plain}|{where}"))

    @property
    def country(self) -> str:
        """ISO 3166 alpha-2 in lower case, empty when nothing says it."""
        return self.label.rpartition("|")[2]

    def native(self, source: SourceId) -> Key:
        """Return the key that says which entries of one answer are the same channel."""
        if self.tvg:
            return _key((TVG, "", self.tvg))
        return _key((NAME, source, self.name) if self.name else (PATH, source, self.path))


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


def explain(key: Key, *, new: bool = False) -> str:
    """Word by which tier and key a channel was recognised; `new`: nothing was known, its id is made of `key`.

    Stream paths are not shown, they may hold tokens.
    """
    said = {
        TVG: f"tvg-id {key.value}",
        NAME: f"its name “{key.value}”",
        PATH: "its stream address",
        LABEL: _label_in_words(key),
        RULING: "your ruling that it is a channel of its own",
    }[key.kind]
    return f"new: nothing known of {said}" if new else f"by {said}"


def ruled_id(native: Key) -> ChannelId:
    """Return the id of the channel of its own that a ruling makes."""
    return ChannelId(_hashed(native))


def fingerprint(ids: Iterable[str]) -> str:
    """Hash a set of channel ids."""
    return hashlib.blake2b("\n".join(sorted(ids)).encode(), digest_size=16).hexdigest()


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
                self._claim(place, native, ruled_id(native))
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


def _label_in_words(key: Key) -> str:
    name, _, country = key.value.rpartition("|")
    return f"label “{name}” ({country or 'country unknown'}) from source {key.scope}"
