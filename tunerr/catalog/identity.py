"""Which channel an entry is, and whether it is one that we know. Pure.

Entries of one answer are one channel when their tvg id is the same, or, without one, their normalised name (their
stream path when the name has no letter). Channels of an answer are then recognised by what was learned before:

| what changed since the last answer            | recognised by | outcome                                              |
|-----------------------------------------------|---------------|------------------------------------------------------|
| nothing, or only the order                    | tvg / name    | same channel                                         |
| name (rename, `HD` added)                     | tvg / path    | same channel                                         |
| tvg id changed, added or removed              | name          | same channel                                         |
| tvg id and name                               | path          | same channel                                         |
| tvg id, name and path                         | -             | new channel                                          |
| two channels swap their tvg ids               | tvg           | each keeps the identity of its tvg id                |
| two tvg ids share a name                      | tvg           | two channels; the shared name recognises neither     |
| one with and one without tvg id share a name  | tvg, name     | two channels; the name belongs to the one without id |
| a tvg id comes back beside its successor      | tvg           | the one learned last keeps the channel, other is new |
| name without letters                          | path          | same channel while its stream path stays             |
| another source gets the same tvg id           | tvg           | one channel with the streams of both                 |
| its tvg id no longer is that of the others    | -             | a channel that another source holds is joined by tvg |
|                                               |               | id alone, so this becomes a new channel              |

The result depends on the set of entries only, never on their order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tunerr.catalog.keys import name_key, path_key, tvg_key
from tunerr.model.channel import ChannelId, SourceId

TVG, NAME, PATH = "tvg", "name", "path"
_SHARED = -1


class Key(NamedTuple):
    """One way to recognise a channel. `scope` is empty for tvg ids and the source for the other kinds."""

    kind: str
    scope: str
    value: str


class Known(NamedTuple):
    """What is known under a key; an empty `channel_id` says that several channels share it."""

    channel_id: str
    learned_at: float


Lookup = Callable[[Key], Known | None]


@dataclass(slots=True)
class Group:
    """The entries of one answer that are one channel; grows while the answer is read. `number` is its place."""

    native: Key
    number: int = 0
    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    def add(self, name: str, path: str) -> None:
        """Take in the name key and path key of one more entry."""
        if name and name not in self.names:
            self.names += (name,)
        if path and path not in self.paths:
            self.paths += (path,)


class EntryKeys(NamedTuple):
    """The three keys of an entry, normalised; each may be empty except `path`."""

    tvg: str
    name: str
    path: str

    @classmethod
    def of(cls, *, tvg_id: str, name: str, url: str) -> EntryKeys:
        """Normalise what a playlist says."""
        return cls(tvg_key(tvg_id), name_key(name), path_key(url))

    def native(self, source: SourceId) -> Key:
        """Return the key that says which entries of one answer are the same channel."""
        if self.tvg:
            return Key(TVG, "", self.tvg)
        return Key(NAME, source, self.name) if self.name else Key(PATH, source, self.path)


class Recognition(NamedTuple):
    """Ids in the order of the groups; `new` holds the places of those that nothing was known of."""

    ids: list[ChannelId]
    new: frozenset[int]


def recognise(
    groups: Sequence[Group],
    *,
    source: SourceId,
    lookup: Lookup,
    elsewhere: Container[str],
    taken: Callable[[str], bool],
) -> Recognition:
    """Give each group the id of the channel that it is, or a new one; no two groups get the same.

    `elsewhere` are the ids that other sources hold now, `taken` tells ids that were ever given out.
    """

    def local(kind: str, value: str) -> Known | None:
        known = lookup(Key(kind, source, value))
        return known if known is not None and known.channel_id and known.channel_id not in elsewhere else None

    found: dict[int, str] = {}
    claimed: set[str] = set()
    tiers = (
        _by_tvg(groups, lookup),
        _by_owned(groups, NAME, found, local),
        _by_owned(groups, PATH, found, local),
    )
    for tier in tiers:  # each is a generator: it runs after the tiers before it have claimed
        for index, _, known in sorted(tier, key=lambda row: (-row[2].learned_at, row[1], row[2].channel_id)):
            if index not in found and known.channel_id not in claimed:
                found[index] = known.channel_id
                claimed.add(known.channel_id)
    new = sorted((group.native, index) for index, group in enumerate(groups) if index not in found)
    for native, index in new:
        # An id is made from its first key and keys are never forgotten: an unknown key's id was never given out.
        found[index] = _mint(native, claimed, taken if lookup(native) is not None else claimed.__contains__)
        claimed.add(found[index])
    return Recognition([ChannelId(found[index]) for index in range(len(groups))], frozenset(index for _, index in new))


def learned(groups: Sequence[Group], ids: Sequence[ChannelId], source: SourceId) -> Iterator[tuple[Key, str]]:
    """Yield what an answer teaches: every key with the id that it recognises from now on, empty where it is shared."""
    # Sorted within each kind: a database takes ordered keys several times faster.
    for native, channel in sorted(zip((group.native for group in groups), ids, strict=True)):
        if native.kind == TVG:
            yield native, channel
    for kind in (NAME, PATH):
        for value, index in sorted(_owners(groups, kind).items()):
            yield Key(kind, source, value), "" if index == _SHARED else ids[index]


def fingerprint(ids: Iterable[str]) -> str:
    """Hash a set of channel ids."""
    return hashlib.blake2b("\n".join(sorted(ids)).encode(), digest_size=16).hexdigest()


def _by_tvg(groups: Sequence[Group], lookup: Lookup) -> Iterator[tuple[int, Key, Known]]:
    for index, group in enumerate(groups):
        if group.native.kind == TVG and (known := lookup(group.native)) is not None:
            yield index, group.native, known


def _by_owned(
    groups: Sequence[Group], kind: str, found: Container[int], lookup: Callable[[str, str], Known | None]
) -> Iterator[tuple[int, Key, Known]]:
    if all(index in found for index in range(len(groups))):
        return
    for value, index in _owners(groups, kind).items():
        if index != _SHARED and index not in found and (known := lookup(kind, value)) is not None:
            yield index, groups[index].native, known


def _owners(groups: Sequence[Group], kind: str) -> dict[str, int]:
    """Return the place of the one group that a name or path stands for; a group without tvg id comes first."""
    owners: dict[str, int] = {}
    native: set[str] = set()
    for index, group in enumerate(groups):
        if group.native.kind == kind:
            owners[group.native.value] = index
            native.add(group.native.value)
    for index, group in enumerate(groups):
        for value in group.names if kind == NAME else group.paths:
            if value not in native:
                owners[value] = _SHARED if value in owners else index
    return owners


def _mint(native: Key, claimed: Container[str], taken: Callable[[str], bool]) -> str:
    attempt = 0
    while True:
        text = "\0".join((*native, str(attempt))) if attempt else "\0".join(native)
        channel = f"dna-{hashlib.sha1(text.encode('utf-8', 'replace'), usedforsecurity=False).hexdigest()[:16]}"
        if channel not in claimed and not taken(channel):
            return channel
        attempt += 1
