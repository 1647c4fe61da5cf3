"""Two real playlists as two sources: what is joined by name and country, and what is only suggested."""

from collections import Counter
from pathlib import Path

import pytest

from tunerr.catalog.identity import LABEL, EntryKeys, Group, Known, explain, learned, recognise
from tunerr.catalog.suggestions import Candidate, suggestions
from tunerr.providers.entry import Entry
from tunerr.providers.m3u import parse

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the folder with the real playlists is not here")


class Source:
    """The groups of a playlist, the name of each group's first entry, and the ids they are given."""

    def __init__(self, name, file, country, rows, held):
        groups, self.names = {}, {}
        for entry in parse(iter((DATA / file).read_text(encoding="utf-8").splitlines())):
            if isinstance(entry, Entry):
                keys = EntryKeys.of(
                    tvg_id=entry.tvg_id,
                    name=entry.name,
                    url=entry.url,
                    group=entry.group,
                    country=entry.country,
                    default_country=country,
                )
                native = keys.native(name)
                groups.setdefault(native, Group(native)).add(keys.name, keys.path, keys.label)
                self.names.setdefault(native, entry.name)
        self.groups = list(groups.values())
        self.names = list(self.names.values())
        self.found = recognise(
            self.groups,
            source=name,
            lookup=rows.get,
            elsewhere=held,
            taken=lambda _: False,
            teachers={key.scope for key in rows if key.kind == LABEL},
        )
        rows.update((key, Known(channel, 1.0)) for key, channel in learned(self.groups, self.found.ids, name))
        self.candidates = [
            Candidate(channel, name, label)
            for group, channel in zip(self.groups, self.found.ids, strict=True)
            for label in group.labels
        ]


@pytest.fixture(scope="module")
def sources():
    rows = {}
    free = Source("free-tv", "free-tv.m3u8", "", rows, set())
    return free, Source("pluto", "plutotv-gb.m3u", "gb", rows, set(free.found.ids))


def test_one_channel_is_in_both(sources):
    free, pluto = sources
    assert (len(free.groups), len(pluto.groups)) == (2008, 195)
    at_free = dict(zip(free.found.ids, free.names, strict=True))
    joined = {
        name: (at_free[channel], explain(key))
        for name, channel, key in zip(pluto.names, pluto.found.ids, pluto.found.keys, strict=True)
        if channel in at_free
    }
    assert joined == {"POP": ("Pop Ⓢ", "by label “pop” (gb) from source free-tv")}


def test_six_more_may_be(sources):
    free, pluto = sources
    found = suggestions(free.candidates + pluto.candidates)
    assert sorted(one.one.label.partition("|")[0] for one in found) == [
        "pluto tv action",
        "pluto tv cult films",
        "pluto tv drama",
        "pluto tv horror",
        "pluto tv thrillers",
        "pluto tv westerns",
    ]
    assert {(one.score, one.reason) for one in found} == {(95, "the same name, one is of gb")}


def test_nearly_all_countries_are_known(sources):
    free, _ = sources
    countries = Counter(label.rpartition("|")[2] for group in free.groups for label in group.labels)
    assert countries[""] == 29
    assert countries.most_common(3)[0] == ("it", 551)
