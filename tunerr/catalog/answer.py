"""The entries of one answer as numbers, grouped into its channels. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tunerr.catalog.identity import KINDS, LABEL, NAME, PATH, RULING, TVG, EntryKeys, Groups, Key, Said, mint
from tunerr.catalog.known import Numbers, Places, numbers
from tunerr.model.channel import SourceId

_SALTS = numbers(KINDS)  # the same text may be a tvg id, a name and a path


class _Numbered(NamedTuple):
    """Some entries: what each says of each kind, 0 for nothing, and its native key as the place of its kind and it."""

    said: dict[str, Numbers]
    kinds: NDArray[np.uint8]
    natives: Numbers


class Answer:
    """The entries of an answer; grows while it is read. `firsts` are the places of the channels' first entries."""

    def __init__(self, source: SourceId) -> None:
        self._prefixes = [f"{kind}\0{source if kind in {NAME, PATH} else ''}\0" for kind in KINDS]
        self._entries = 0
        self._said: dict[str, list[tuple[Numbers, NDArray[np.uint32]]]] = {NAME: [], PATH: [], LABEL: []}
        self._seen = np.empty(0, np.uint64)  # ascending, with the channel of each
        self._seen_at = np.empty(0, np.uint32)
        self._kinds: list[NDArray[np.uint8]] = []
        self._natives: list[Numbers] = []
        self._minted: list[Numbers] = []
        self.firsts = np.empty(0, np.uint32)

    def add(self, keys: Sequence[EntryKeys], ruled: Mapping[int, Key]) -> Places:
        """Take in entries, some of them `ruled` (place here, native key); the channel of each, by its place."""
        numbered = _numbered(keys, ruled)
        grouped = numbered.natives ^ _SALTS[numbered.kinds]
        unique, first, back = np.unique(grouped, return_index=True, return_inverse=True)
        before = np.asarray(np.searchsorted(self._seen, unique))
        at = np.minimum(before, max(len(self._seen) - 1, 0))
        known = self._seen[at] == unique if len(self._seen) else np.zeros(len(unique), np.bool_)
        channels = np.empty(len(unique), np.int64)
        channels[known] = self._seen_at[at[known]]
        fresh = np.flatnonzero(~known)
        fresh = fresh[np.argsort(first[fresh])]  # channels are numbered in the order of their first entries
        channels[fresh] = np.arange(len(self.firsts), len(self.firsts) + len(fresh))
        self._seen = np.insert(self._seen, before[~known], unique[~known])
        self._seen_at = np.insert(self._seen_at, before[~known], channels[~known].astype(np.uint32))
        self._open(first[fresh], keys, ruled, numbered)
        places = channels[back]
        for kind, parts in self._said.items():
            say = numbered.said[kind] != 0
            parts.append((numbered.said[kind][say], places[say].astype(np.uint32)))
        self._entries += len(keys)
        return places

    def groups(self) -> Groups:
        """All of it, for `identity.recognise`; no more entries can be added."""
        del self._seen, self._seen_at
        return Groups(
            kinds=np.concatenate(self._kinds),
            natives=np.concatenate(self._natives),
            minted=np.concatenate(self._minted),
            said={kind: _joined(self._said.pop(kind)) for kind in list(self._said)},
        )

    def _open(self, entries: Places, keys: Sequence[EntryKeys], ruled: Mapping[int, Key], numbered: _Numbered) -> None:
        """Open channels whose first entries are these."""
        self.firsts = np.append(self.firsts, (entries + self._entries).astype(np.uint32))
        kinds = numbered.kinds[entries]
        self._kinds.append(kinds)
        self._natives.append(numbered.natives[entries])
        values = [
            ruled[entry].value if entry in ruled else keys[entry][0] or keys[entry][1] or keys[entry][2]
            for entry in entries.tolist()
        ]
        prefixes = self._prefixes
        self._minted.append(mint([prefixes[kind] + value for kind, value in zip(kinds.tolist(), values, strict=True)]))


def _joined(parts: list[tuple[Numbers, NDArray[np.uint32]]]) -> Said:
    said, places = zip(*parts, strict=True)
    return Said(np.concatenate(said), np.concatenate(places))


def alone(keys: Sequence[EntryKeys]) -> Groups:
    """Entries that are a channel each."""
    numbered = _numbered(keys, {})
    places = np.arange(len(keys), dtype=np.uint32)
    said = {}
    for kind in (NAME, PATH, LABEL):
        say = numbered.said[kind] != 0
        said[kind] = Said(numbered.said[kind][say], places[say])
    return Groups(numbered.kinds, numbered.natives, np.zeros(len(keys), np.uint64), said)


def _numbered(keys: Sequence[EntryKeys], ruled: Mapping[int, Key]) -> _Numbered:
    tvgs, names, paths, labels = zip(*keys, strict=True)
    tvg, name, path = numbers(tvgs), numbers(names), numbers(paths)
    label = numbers(["" if label[:1] == "|" else label for label in labels])
    kinds = np.where(tvg != 0, KINDS.index(TVG), np.where(name != 0, KINDS.index(NAME), KINDS.index(PATH)))
    natives = np.where(tvg != 0, tvg, np.where(name != 0, name, path))
    if ruled:
        entries = np.fromiter(ruled, np.int64)
        name, path, label = name.copy(), path.copy(), label.copy()
        name[entries] = path[entries] = label[entries] = 0
        kinds[entries] = KINDS.index(RULING)
        natives[entries] = numbers([key.value for key in ruled.values()])
    return _Numbered({NAME: name, PATH: path, LABEL: label}, kinds.astype(np.uint8), natives)
