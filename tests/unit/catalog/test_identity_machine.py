"""Sources that shuffle, rename, re-id, vanish and come back as others, with rulings and their undo in between."""

import random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.unit.catalog.memory import Learned
from tunerr.catalog.identity import EntryKeys
from tunerr.catalog.keys import stream_key
from tunerr.catalog.rulings import Merge, Rulings, Split

NAMES = ["One", "Two", "News", "Sport +1", "Kanal Ü", "E4"]
SOURCES = ["m3u", "xtream", "third"]


class Row:
    """How one source presents one channel now."""

    def __init__(self, name, tvg, path, country):
        self.name, self.tvg, self.path, self.country = name, tvg, path, country
        self.variant = False

    def entries(self):
        yield self.tvg, self.name, self.path
        if self.variant:
            yield self.tvg, f"{self.name} FHD", f"{self.path}0"


class Catalog:
    """What is kept between refreshes: learned keys, and what each source held last; nothing else."""

    def __init__(self):
        self.memory, self.held = Learned(), {}

    def refresh(self, source, rows, *, rulings, seed):
        """Natural and shown ids by row, and by which ids the groups are."""
        listed = [(row, self._entry(source, row, entry)) for row in rows for entry in row.entries()]
        mixed = random.Random(seed).sample(listed, len(listed))
        shuffled = self._answer(source, mixed, rulings, learn=False)
        found = self._answer(source, listed, rulings)
        assert shuffled.by_native == found.by_native
        by_key = dict(zip(found.channels, found.keys, strict=True))
        assert dict(zip(shuffled.channels, shuffled.keys, strict=True)) == by_key
        assert len(set(found.ids)) == len(found.ids)
        self.held[source] = set(found.ids)
        return {row: channel for (row, _), channel in reversed(list(zip(listed, found.of_entries, strict=True)))}

    def _answer(self, source, listed, rulings, **more):
        entries = [entry for _, entry in listed]
        return self.memory.answer(source, entries, elsewhere=self.elsewhere(source), rulings=rulings, **more)

    def _entry(self, source, row, entry):
        tvg, name, path = entry
        url = f"http://h/{source}/{path}"
        return EntryKeys.of(tvg_id=tvg, name=name, url=url, country=row.country), url

    def elsewhere(self, source):
        return set().union(*(ids for other, ids in self.held.items() if other != source))


class Providers(RuleBasedStateMachine):
    """Each mutation is followed by a refresh of its source, which must find what the table promises."""

    @initialize(same_ids=st.booleans(), countries=st.sampled_from([("gb", "gb"), ("", ""), ("gb", "")]))
    def start(self, same_ids, countries):
        self.catalog, self.counter, self.steps = Catalog(), 0, 0
        self.worlds = {}
        self.ids = {}
        for source, country in zip(SOURCES, countries, strict=False):
            prefix = "" if same_ids else source
            rows = [
                Row(name, f"{prefix}{place}" if place % 2 else "", self.fresh(), country)
                for place, name in enumerate(NAMES)
            ]
            self.worlds[source] = rows
            self.ids[source] = self.refresh(source)

    def fresh(self):
        self.counter += 1
        return f"f{self.counter}"

    def refresh(self, source, rulings=None):
        self.steps += 1
        return self.catalog.refresh(source, self.worlds[source], rulings=rulings or Rulings(), seed=self.steps)

    def changed(self, source, row, *, kept):
        """Refresh after a change of one row: the others stay, and this one where the table says so."""
        before, self.ids[source] = self.ids[source], self.refresh(source)
        for other, channel in before.items():
            if other is not row or kept:
                assert self.ids[source][other] == channel, (other.tvg, other.name)

    def alone(self, source, row):
        return self.ids[source][row] not in self.catalog.elsewhere(source)

    def called_so_elsewhere(self, source, row):
        label = EntryKeys.of(tvg_id="", name=row.name, url="u", country=row.country).label
        return any(
            self.ids[other].get(twin) == self.ids[source][row]
            and EntryKeys.of(tvg_id="", name=twin.name, url="u", country=twin.country).label == label
            for other, rows in self.worlds.items()
            if other != source
            for twin in rows
        )

    @rule(place=st.integers(0, 5), data=st.data())
    def rename(self, place, data):
        source, row = self.pick(place, data)
        kept = bool(row.tvg) or self.alone(source, row)
        row.name = f"Name {self.fresh()}"
        self.changed(source, row, kept=kept)

    @rule(place=st.integers(0, 5), data=st.data(), removed=st.booleans())
    def reid(self, place, data, removed):
        source, row = self.pick(place, data)
        kept = self.alone(source, row) or self.called_so_elsewhere(source, row)
        row.tvg = "" if removed else self.fresh()
        self.changed(source, row, kept=kept)

    @rule(place=st.integers(0, 5), data=st.data())
    def readdress(self, place, data):
        source, row = self.pick(place, data)
        kept = bool(row.tvg) or self.alone(source, row) or self.called_so_elsewhere(source, row)
        row.path = self.fresh()
        self.changed(source, row, kept=kept)

    @rule(place=st.integers(0, 5), data=st.data())
    def add_or_drop_a_quality_variant(self, place, data):
        source, row = self.pick(place, data)
        row.variant = not row.variant
        kept = bool(row.tvg) or self.alone(source, row) or self.called_so_elsewhere(source, row)
        self.changed(source, row, kept=kept)

    @rule(data=st.data())
    def shuffle(self, data):
        source = data.draw(st.sampled_from(sorted(self.worlds)))
        before, self.ids[source] = self.ids[source], self.refresh(source)
        assert self.ids[source] == before or not all(self.settled(source, row) for row in before)

    def settled(self, source, row):
        """Whether something that is still said recognises it."""
        return bool(row.tvg) or self.alone(source, row) or self.called_so_elsewhere(source, row)

    @precondition(lambda self: len(self.worlds) > 1)
    @rule(data=st.data())
    def remove_a_source(self, data):
        source = data.draw(st.sampled_from(sorted(self.worlds)))
        del self.worlds[source], self.ids[source], self.catalog.held[source]

    @precondition(lambda self: len(self.worlds) == 1)
    @rule(data=st.data(), country=st.sampled_from(["gb", ""]))
    def add_a_source_with_other_ids(self, data, country):
        (present,) = self.worlds
        source = f"new-{self.fresh()}"
        shared = self.worlds[present]
        self.worlds[source] = [Row(row.name, self.fresh(), self.fresh(), country) for row in shared]
        self.ids[source] = self.refresh(source)
        for twin, row in zip(self.worlds[source], shared, strict=True):
            if twin.country != row.country and row.country == "":
                continue  # an earlier source may have taught the name with this country
            same = self.ids[source][twin] == self.ids[present][row]
            assert same or twin.country != row.country or self.was_taught_otherwise(row), row.name

    def was_taught_otherwise(self, row):
        label = EntryKeys.of(tvg_id="", name=row.name, url="u", country=row.country).label
        return len(self.catalog.memory.labels(label)) != 1

    @rule(place=st.integers(0, 5), data=st.data(), refreshes=st.integers(1, 3))
    def split_and_take_it_back(self, place, data, refreshes):
        source, row = self.pick(place, data)
        settled = all(self.settled(source, one) for one in self.worlds[source])
        streams = tuple(stream_key(source, f"http://h/{source}/{path}") for _, _, path in row.entries())
        rulings = Rulings([Split(ruling="split", channel=f"dna-{0:016}", streams=streams)])
        ruled = [self.refresh(source, rulings) for _ in range(refreshes)]
        assert {answer[row] for answer in ruled} == rulings.made
        after = self.refresh(source)
        if settled:
            for answer in ruled:
                assert {one: answer[one] for one in answer if one is not row} == {
                    one: self.ids[source][one] for one in answer if one is not row
                }
            assert after == self.ids[source]
        self.ids[source] = after

    @rule(data=st.data())
    def merge_and_take_it_back(self, data):
        source = data.draw(st.sampled_from(sorted(self.worlds)))
        ids = sorted(set(self.ids[source].values()))
        rulings = Rulings([Merge(ruling="merge", channels=tuple(ids[:2]))])
        assert rulings.shown(ids) == [ids[0], ids[0], *ids[2:]]
        before, self.ids[source] = self.ids[source], self.refresh(source, rulings)
        assert self.ids[source] == before or not all(self.settled(source, row) for row in before)

    def pick(self, place, data):
        source = data.draw(st.sampled_from(sorted(self.worlds)))
        return source, self.worlds[source][place]

    @invariant()
    def no_two_channels_of_a_source_are_one(self):
        for ids in getattr(self, "ids", {}).values():
            assert len(set(ids.values())) == len(ids)


TestProviders = Providers.TestCase
TestProviders.settings = settings(derandomize=True, deadline=None, max_examples=60, stateful_step_count=20)
