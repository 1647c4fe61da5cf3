"""What a preview says is what publishing does."""

from tests.unit.lineup.test_builder import world  # noqa: F401 - a fixture
from tests.unit.lineup.test_plan_job import World as Plans
from tunerr.model.numbers import GuideNumber
from tunerr.model.override import ChannelOverride


async def test_places_of_a_rehearsal_are_those_of_the_next_lineup(world):  # noqa: F811 - the fixture
    world.ingest(["one=5", "two", "three", "four=9"])
    built = await world.build()
    ids = {row.channel.name: row.channel.id for row in built.channels}
    await world.serve()
    world.plan.choice = [ids["one"], ids["two"]]
    await world.build()
    choice = [ids["four"], ids["three"], ids["two"]]
    overrides = {ids["two"]: ChannelOverride(number=GuideNumber(70))}
    before = await world.ledger.promises()
    allotment, promises = await world.builder().tried(choice, overrides, {ids["four"]: GuideNumber(9)})
    assert await world.ledger.promises() == before == promises, "a rehearsal records nothing"

    world.plan.choice = choice
    await world.wish(ids["two"], number="70")
    after = await world.build()
    assert {row.channel.id: row.number for row in after.channels} == {
        one: place.number for one, place in allotment.places.items()
    }


async def test_a_preview_has_the_channels_as_they_would_be_offered(tmp_path):
    plans = Plans(tmp_path)
    plans.ingest("News/CNN", "Sports/TSN", "News/BBC")
    ids = plans.plan().chosen
    overrides = {ids[0]: {"name": "Cable"}, ids[1]: {"enabled": False}}
    answer = plans.plan(overrides=overrides, rules={"resequence": True, "resequence_start": 40}, preview=True)
    assert answer.offers == ((ids[0], "Cable", "News", "40"), (ids[2], "BBC", "News", "41"))
    assert not plans.plan(overrides=overrides).offers
