import pytest

from tests.unit.guide.documents import NOW, Desk, guide, programme, seconds
from tunerr.errors import NotAGuide
from tunerr.guide.diagnosis.doctor_job import run
from tunerr.guide.diagnosis.listing_job import run as search
from tunerr.guide.messages import DoctorAnswer

CHANNELS = {"One": "one.test", "Hollow": "hollow.test", "The Late Movie Place": "", "Nowhere Land": ""}
TITLES = "abcdefghijkl"


def films(channel, *, later=0):
    return [programme(channel, hour + later, hour + later + 1, title=f"Film {t}") for hour, t in enumerate(TITLES)]


def document(*, later=0):
    text = guide(
        *films("one.test", later=later),
        *(programme("hollow.test", hour, hour + 1, title="Hollow") for hour in range(5)),
        *films("place.test", later=later),
        channels=("one.test", "hollow.test"),
    )
    other = '<channel id="place.test"><display-name>Late Movie Place The Extra</display-name></channel>'
    return text.replace(b"<tv>", b"<tv>" + other.encode())


class World(Desk):
    def __init__(self, root):
        super().__init__(root)
        self.scratch = root / "spool"
        self.scratch.mkdir()
        self.rows = [
            {"number": str(n), "name": name, "logo": "", "wanted": [f"dna-{n}", [name], tvg]}
            for n, (name, tvg) in enumerate(CHANNELS.items(), start=1)
        ]

    def examine(self, **more):
        request = {
            "guide_db": str(self.db),
            "channels": [{**row, "wanted": [*row["wanted"], "", "", [], "", []]} for row in self.rows],
            "sources": [{"id": "xmltv"}, {"id": "xmltv-2"}],
            "now": NOW.timestamp(),
            "past_hours": 24,
            "future_hours": 14 * 24,
            "scratch": str(self.scratch),
            **more,
        }
        return DoctorAnswer.model_validate(run(request))

    def statuses(self, **more):
        return {row.name: row.status for row in self.examine(**more).channels}


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_what_the_guides_have(world):
    world.ingest(document(), "one.test", "hollow.test")
    found = world.examine()
    assert {row.name: (row.number, row.status) for row in found.channels} == {
        "One": ("1", "healthy"),
        "Hollow": ("2", "placeholder_only"),
        "The Late Movie Place": ("3", "unlinked"),
        "Nowhere Land": ("4", "unlinked"),
    }
    (facts,) = found.guides
    assert (facts.source, facts.listed, facts.with_programmes, facts.matched) == ("xmltv", 3, 3, 2)
    assert (facts.last, facts.skew) == (seconds(12), 0)


def test_suggestions_for_what_no_guide_has(world):
    world.ingest(document(), "one.test", "hollow.test")
    (one,) = world.examine().suggestions
    assert (one.channel, one.source, one.guide_id) == ("dna-3", "xmltv", "place.test")
    assert one.guide_name == "Late Movie Place The Extra"
    assert 0 < one.score <= 100
    assert one.reason


def test_no_guide_at_all(world):
    found = world.examine()
    assert found.guides == found.suggestions == ()
    assert set(world.statuses().values()) == {"unlinked"}


def test_a_guide_whose_times_are_wrong(world):
    world.ingest(document(), "one.test", "hollow.test")
    world.ingest(document(later=2), "one.test", "hollow.test", source="xmltv-2")
    first, second = world.examine().guides
    assert (first.skew, first.skew_from) == (0, "")
    assert (second.skew, second.skew_from) == (7200, "xmltv")
    # The other one is the first now, and so the measure.
    swapped = [{"id": "xmltv-2"}, {"id": "xmltv"}]
    assert [one.skew for one in world.examine(sources=swapped).guides] == [0, -7200]


def test_a_document_is_judged_and_nothing_is_stored(world, tmp_path):
    world.ingest(document(), "one.test", "hollow.test")
    file = tmp_path / "other.xml"
    file.write_bytes(guide(*films("lonely"), channels=("lonely",)))
    world.rows[3]["wanted"][2] = "lonely"
    found = world.statuses(document=str(file))
    assert found == {
        "One": "unlinked",
        "Hollow": "unlinked",
        "The Late Movie Place": "unlinked",
        "Nowhere Land": "healthy",
    }
    assert world.statuses()["One"] == "healthy"
    assert list(world.scratch.iterdir()) == []


def test_a_document_that_is_none(world, tmp_path):
    file = tmp_path / "page.html"
    file.write_text("<html><body>Not found</body></html>")
    with pytest.raises(NotAGuide):
        world.examine(document=str(file))
    assert list(world.scratch.iterdir()) == []


def test_aliases_of_a_file_count(world):
    world.ingest(document(), "one.test", "hollow.test")
    world.ingest(document(), "one.test", "hollow.test", "place.test")
    found = world.statuses(matching={"aliases": {"nowhereland": "place.test"}})
    assert found["Nowhere Land"] == "healthy"


def test_one_that_is_surely_alike_may_become_an_alias(world):
    text = document().replace(b"Late Movie Place The Extra", b"FR: Nowhere Land")
    world.rows[3]["wanted"][1] = ["UK: Nowhere Land"]
    world.ingest(text, "one.test")
    assert world.examine().aliases == {}, "another country's"
    world.rows[3]["wanted"][1] = ["Nowhere Land"]
    found = world.examine()
    linked = found.channels[3].links
    assert found.aliases == ({} if linked else {"Nowhere Land": "place.test"})


def test_search_in_all_that_guides_list(world):
    world.ingest(document(), "one.test")
    world.ingest(guide(*films("one.other"), channels=("one.other",)), "one.other", source="xmltv-2")

    def found(text, limit=50):
        request = {"guide_db": str(world.db), "sources": [{"id": "xmltv"}, {"id": "xmltv-2"}, {"id": "never"}]}
        return [(r["source"], r["guide_id"]) for r in search({**request, "text": text, "limit": limit})["rows"]]

    assert found("ONE") == [("xmltv", "one.test"), ("xmltv-2", "one.other")]
    assert found("one.other ") == [("xmltv-2", "one.other")]
    assert found("late movie") == [("xmltv", "place.test")]
    assert found("", limit=2) == [("xmltv", "hollow.test"), ("xmltv", "one.test")]
    assert found("zzz") == []
