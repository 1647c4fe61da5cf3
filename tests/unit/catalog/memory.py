"""What a catalog remembers of its sources, without a database, and what it makes of their answers."""

from dataclasses import dataclass

import numpy as np

from tunerr.catalog import known
from tunerr.catalog.answer import Answer
from tunerr.catalog.identity import KINDS, LABEL, EntryKeys, Key, Memory, explain, learned, ordered, recognise
from tunerr.catalog.rulings import Rulings


@dataclass
class Recognised:
    """One answer: the native key of each entry; of each channel its native key, id and how it was recognised."""

    natives: list
    channels: list
    ids: list
    keys: list
    new: set

    @property
    def by_native(self):
        return dict(zip(self.channels, self.ids, strict=True))

    @property
    def words(self):
        return [explain(key, new=place in self.new) for place, key in enumerate(self.keys)]

    @property
    def of_entries(self):
        return [self.by_native[native] for native in self.natives]


class Learned:
    """What is learned from answer to answer, and the words of every key that was ever seen."""

    def __init__(self):
        self.tables, self.words, self.now = {}, {}, 0.0

    def answer(self, source, entries, *, elsewhere=(), rulings=None, batch=3, learn=True):
        """Take in `(EntryKeys, url)` in batches."""
        rulings, answer, natives, places = rulings or Rulings(), Answer(source), [], []
        for start in range(0, len(entries), batch):
            some = entries[start : start + batch]
            ruled = rulings.ruled(source, [url for _, url in some])
            places += answer.add([keys for keys, _ in some], ruled).tolist()
            natives += [ruled.get(place) or keys.native(source) for place, (keys, _) in enumerate(some)]
        channels = [natives[first] for first in answer.firsts.tolist()]
        assert [channels[place] for place in places] == natives
        self._remember_words(source, entries, natives)
        groups = answer.groups()
        memory = Memory(
            known=lambda kind, scope: self.tables.get((kind, scope), known.Known.of()),
            teachers=self.teachers(),
            elsewhere=known.channel_numbers(elsewhere),
            taken=self.taken,
            natives=lambda asked: [channels[place] for place in asked],
        )
        found = recognise(groups, source=source, memory=memory)
        teachers = ordered(self.teachers(), source)
        keys = [self._key(*by, source, teachers) for by in zip(*(a.tolist() for a in found[2:]), strict=True)]
        if learn:
            self.now += 1
            for kind, scope, numbers, ids in learned(groups, found.ids, source):
                before = self.tables.get((kind, scope), known.Known.of())
                self.tables[kind, scope] = known.Known.of(before.learn(numbers, ids, self.now).packed())
        return Recognised(natives, channels, known.names(found.ids), keys, set(found.new.tolist()))

    def teachers(self):
        return {scope for kind, scope in self.tables if kind == LABEL}

    def taken(self, ids):
        return np.isin(ids, np.concatenate([np.empty(0, np.uint64), *(one.channels for one in self.tables.values())]))

    def find(self, kind, scope, value):
        """The id that a key recognises, empty when it is shared; None when it is not known."""
        table = self.tables.get((kind, scope), known.Known.of())
        _, here = table.find(known.numbers([value]))
        return None if not len(here) else known.names(table.channels[here])[0] if table.channels[here][0] else ""

    def labels(self, value):
        """The ids that any source's label of this text recognises."""
        return {found for one in self.teachers() if (found := self.find(LABEL, one, value)) is not None}

    def _remember_words(self, source, entries, natives):
        for (keys, _), native in zip(entries, natives, strict=True):
            for kind, value in (*zip(KINDS, keys, strict=False), (native.kind, native.value)):
                self.words[kind, int(known.numbers([value])[0])] = value

    def _key(self, kind, number, teacher, source, teachers):
        kind = KINDS[kind]
        scopes = {"tvg": "", "ruling": "", "label": teachers[teacher] if teachers else source}
        return Key(kind, scopes.get(kind, source), self.words[kind, number])


def entries(rows, country=""):
    """`(tvg_id, name, path)` rows as an answer is made of."""
    urls = [f"http://h/{path}" for *_, path in rows]
    return [
        (EntryKeys.of(tvg_id=tvg, name=name, url=url, default_country=country), url)
        for (tvg, name, _), url in zip(rows, urls, strict=True)
    ]
