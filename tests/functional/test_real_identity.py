"""Two real playlists as two sources: what is joined by name and country, and what is only suggested."""

from collections import Counter
from pathlib import Path

import pytest

from tests.unit.catalog.memory import Learned
from tunerr.catalog.identity import EntryKeys
from tunerr.catalog.suggestions import Candidate, suggestions
from tunerr.providers.entry import Entry
from tunerr.providers.m3u import parse

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the folder with the real playlists is not here")


class Source:
    """The channels of a playlist, the name of each one's first entry, and the ids they are given."""

    def __init__(self, name, file, country, memory, held):
        listed, names = [], []
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
                listed.append((keys, entry.url))
                names.append(entry.name)
        self.found = memory.answer(name, listed, elsewhere=held, batch=500)
        first = dict(reversed(list(zip(self.found.natives, names, strict=True))))
        self.names = [first[native] for native in self.found.channels]
        self.labels = Counter(
            {
                (channel, keys.label): 1
                for channel, (keys, _) in zip(self.found.of_entries, listed, strict=True)
                if keys.label[0] != "|"
            }
        )
        self.candidates = [Candidate(channel, name, label) for channel, label in self.labels]


@pytest.fixture(scope="module")
def sources():
    memory = Learned()
    free = Source("free-tv", "free-tv.m3u8", "", memory, set())
    return free, Source("pluto", "plutotv-gb.m3u", "gb", memory, set(free.found.ids))


def test_one_channel_is_in_both(sources):
    free, pluto = sources
    assert (len(free.found.ids), len(pluto.found.ids)) == (2008, 195)
    at_free = dict(zip(free.found.ids, free.names, strict=True))
    joined = {
        name: (at_free[channel], words)
        for name, channel, words in zip(pluto.names, pluto.found.ids, pluto.found.words, strict=True)
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
    countries = Counter(label.rpartition("|")[2] for _, label in free.labels)
    assert countries[""] == 29
    assert countries.most_common(3)[0] == ("it", 551)
