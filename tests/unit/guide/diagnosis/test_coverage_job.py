import pytest

from tests.unit.catalog.lists import ingest as ingest_playlist
from tests.unit.guide.documents import HOUR, NOW, Desk, guide, programme
from tunerr.catalog.served import served_channels
from tunerr.guide.diagnosis.coverage_job import run
from tunerr.guide.matching.values import Wanted
from tunerr.guide.messages import CoverageAnswer
from tunerr.storage.connection import open_worker

PLAYLIST = """#EXTM3U
#EXTINF:-1 tvg-id="one.test",One
http://h/1
#EXTINF:-1 tvg-id="hollow.test",Hollow
http://h/2
#EXTINF:-1 tvg-id="thin.test",Thin
http://h/3
#EXTINF:-1 tvg-id="bare.test",Bare
http://h/4
#EXTINF:-1 tvg-id="elsewhere",Nowhere Land
http://h/5
"""
LISTED = ("one.test", "hollow.test", "thin.test", "bare.test")
GUIDE = guide(
    *(programme("one.test", hour, hour + 1) for hour in range(5)),
    *(programme("hollow.test", hour, hour + 1, title="Hollow") for hour in range(5)),
    programme("thin.test", 1, 2),
    channels=LISTED,
)


class World(Desk):
    def __init__(self, root):
        super().__init__(root)
        ingest_playlist(root, PLAYLIST)
        db = open_worker(root / "catalog.db", kind="catalog")
        self.ids = {row.name: row.channel_id for row in served_channels(db, ["m3u"])}
        self.wanted = {row.name: Wanted(row.channel_id, row.names, row.tvg_id) for row in served_channels(db, ["m3u"])}
        db.close()

    def cover(self, **more):
        request = {
            "catalog_db": str(self.root / "catalog.db"),
            "guide_db": str(self.db),
            "playlists": ["m3u"],
            "sources": [{"id": "xmltv"}],
            "now": NOW.timestamp(),
            "past_hours": 24,
            "future_hours": 48,
            **more,
        }
        return CoverageAnswer.model_validate(run(request)).coverage

    def statuses(self, **more):
        covered = self.cover(**more)
        return {name: covered.status[channel] for name, channel in self.ids.items()}


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_while_no_guide_is_published_nothing_is_known(world):
    assert world.cover() is None
    assert world.cover(sources=[]) is None


def test_channels_are_judged_by_their_rows(world):
    world.ingest(GUIDE, *world.wanted.values())
    assert world.statuses() == {
        "One": "healthy",
        "Hollow": "placeholder_only",
        "Thin": "sparse",
        "Bare": "matched_no_programmes",
        "Nowhere Land": "unlinked",
    }
    assert world.cover().linked == frozenset(world.ids.values()) - {world.ids["Nowhere Land"]}
    assert world.statuses(sparse_below=1)["Thin"] == "healthy"


def test_channels_that_nobody_wanted_are_judged_by_their_count(world):
    world.ingest(GUIDE, world.wanted["One"])
    assert world.statuses() == {
        "One": "healthy",
        "Hollow": "healthy",
        "Thin": "sparse",
        "Bare": "matched_no_programmes",
        "Nowhere Land": "unlinked",
    }


def test_the_operator_s_wishes_count(world):
    world.ingest(GUIDE, *world.wanted.values())
    wishes = {
        world.ids["One"]: {"refused": ["one.test"]},
        world.ids["Nowhere Land"]: {"chosen": "Thin.test"},
        world.ids["Hollow"]: {"name": "Another Name"},
    }
    found = world.statuses(wishes=wishes)
    assert found["One"] == "unlinked"
    assert found["Nowhere Land"] == "sparse"
    # Its rows say more than the name that it is given.
    assert found["Hollow"] == "healthy"


def test_only_what_the_edition_shows_counts(world):
    late = guide(*(programme("one.test", 60 + hour, 61 + hour) for hour in range(5)), channels=("one.test",))
    world.ingest(late, *world.wanted.values())
    assert world.statuses()["One"] == "matched_no_programmes"
    assert world.statuses(future_hours=72)["One"] == "healthy"
    assert world.statuses(wishes={world.ids["One"]: {"shift": "-24"}})["One"] == "healthy"
    assert world.statuses(now=NOW.timestamp() + 100 * HOUR)["One"] == "matched_no_programmes"


def test_several_guides_are_merged(world):
    first = guide(programme("thin.test", 1, 2), channels=("thin.test",))
    world.ingest(first, *world.wanted.values(), source="a")
    world.ingest(guide(programme("thin.test", 1, 3), channels=("thin.test",)), *world.wanted.values(), source="b")
    both = [{"id": "a"}, {"id": "b"}]
    assert world.statuses(sources=both)["Thin"] == "sparse"  # both tell of the same time
    world.ingest(guide(programme("thin.test", 4, 5), channels=("thin.test",)), *world.wanted.values(), source="b")
    assert world.statuses(sources=both)["Thin"] == "healthy"
