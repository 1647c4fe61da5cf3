import pytest

from tunerr.actions.guide import OperatorGuide
from tunerr.errors import ActionRefused
from tunerr.lineup.overrides import ChannelOverrides


@pytest.fixture
def guide(desk):
    desk.links = []

    async def linked(_):
        return desk.links

    async def lists(guide_id):
        return guide_id != "nonsense.id"

    async def reload():
        desk.reloads.append("lineup")

    return OperatorGuide(choices=desk.choices, find=desk.finder.find, linked=linked, lists=lists, reload=reload)


async def wish(desk):
    """Chosen and refused ids of BBC One."""
    found = (await ChannelOverrides(desk.choices).all()).get(desk.lineup.channels[0].channel.id)
    return (found.guide_id, found.guide_refused) if found else None


async def refused(act, said):
    with pytest.raises(ActionRefused, match=said) as caught:
        await act
    return caught.value.hint


async def test_accept(desk, guide):
    assert await guide.accept("BBC One", " BBC1.uk ", who="me") == "BBC One is linked to BBC1.uk."
    assert await wish(desk) == ("BBC1.uk", ())
    assert await desk.said() == ("me", "guide-accept", "BBC One", "BBC One is linked to BBC1.uk.")
    assert desk.reloads == ["lineup"]
    await refused(guide.accept("1", "BBC1.uk", who="me"), "already; nothing was changed")
    await desk.undoing.undo(who="me")
    assert await wish(desk) is None


async def test_an_id_that_no_guide_lists_is_accepted_and_said_to_be_so(desk, guide):
    said = await guide.accept("BBC One", "Nonsense.id", who="me")
    assert said.startswith("BBC One is linked to Nonsense.id. No guide lists that id, ")
    assert await wish(desk) == ("Nonsense.id", ())


async def test_refuse_takes_the_choice_back_and_accept_the_refusal(desk, guide):
    await guide.accept("BBC One", "BBC1.uk", who="me")
    await guide.refuse("BBC One", "bbc1.UK", who="me")
    assert await wish(desk) == (None, ("bbc1.uk",))
    await guide.refuse("BBC One", "bbc2.uk", who="me")
    assert await wish(desk) == (None, ("bbc1.uk", "bbc2.uk"))
    await refused(guide.refuse("BBC One", "bbc2.uk", who="me"), "already; nothing was changed")
    await guide.accept("BBC One", "BBC1.uk", who="me")
    assert await wish(desk) == ("BBC1.uk", ("bbc2.uk",))


async def test_refusing_another_id_leaves_the_choice(desk, guide):
    await guide.accept("BBC One", "BBC1.uk", who="me")
    await guide.refuse("BBC One", "bbc1.scotland.uk", who="me")
    assert await wish(desk) == ("BBC1.uk", ("bbc1.scotland.uk",))


async def test_unlink_refuses_all_ids_in_use(desk, guide):
    desk.links = ["BBC1.uk", "bbc-one", "bbc1.UK"]
    said = await guide.unlink("BBC One", who="me")
    assert said == "BBC One is not linked to bbc1.uk, bbc-one any more."
    assert await wish(desk) == (None, ("bbc1.uk", "bbc-one"))


async def test_unlink_before_the_guide_was_made(desk, guide):
    assert "epg-doctor" in await refused(guide.unlink("BBC One", who="me"), "linked to no guide")
    await guide.accept("BBC One", "BBC1.uk", who="me")
    await guide.unlink("BBC One", who="me")
    assert await wish(desk) == (None, ("bbc1.uk",))


async def test_other_choices_stay(desk, guide):
    await desk.channels.set("BBC One", {"name": "First"}, who="me")
    await guide.accept("BBC One", "BBC1.uk", who="me")
    found = next(iter((await ChannelOverrides(desk.choices).all()).values()))
    assert (found.name, found.guide_id) == ("First", "BBC1.uk")


async def test_what_can_not_be(desk, guide):
    assert "guide search" in await refused(guide.accept("BBC One", "  ", who="me"), "id is empty")
    await refused(guide.accept("Nobody", "x", who="me"), "no channel 'Nobody'")
    await refused(guide.accept("BBC One", "x" * 300, who="me"), "guide_id")
    assert await wish(desk) is None


async def wishes(desk):
    """Chosen ids of all channels, by name."""
    overrides = await ChannelOverrides(desk.choices).all()
    return {
        row.channel.name: overrides[row.channel.id].guide_id
        for row in desk.lineup.channels
        if row.channel.id in overrides
    }


async def test_many_are_accepted_as_one_act_and_undone_as_one(desk, guide):
    one, two = (row.channel.id for row in desk.lineup.channels)
    await guide.accept(one, "old.uk", who="me")
    await guide.refuse(two, "bbc2.uk", who="me")
    said = await guide.accept_many([(one, "BBC1.uk"), (two, "BBC2.uk")], who="me")
    assert said == "2 channels linked: BBC One to BBC1.uk, BBC Two to BBC2.uk."
    assert await wishes(desk) == {"BBC One": "BBC1.uk", "BBC Two": "BBC2.uk"}
    assert (await desk.said())[1:3] == ("guide-accept-many", "2 channels")
    assert len(desk.reloads) == 3, "one reload for all of them"
    await desk.undoing.undo(who="me")
    assert await wishes(desk) == {"BBC One": "old.uk", "BBC Two": None}


async def test_of_many_those_that_are_so_already_stay(desk, guide):
    one, two = (row.channel.id for row in desk.lineup.channels)
    await guide.accept(one, "BBC1.uk", who="me")
    assert await guide.accept_many([(one, "BBC1.uk"), (two, "2.uk")], who="me") == "1 channel linked: BBC Two to 2.uk."
    await refused(guide.accept_many([(one, "BBC1.uk")], who="me"), "nothing to accept")
    await refused(guide.accept_many([], who="me"), "nothing to accept")


async def test_of_many_one_that_can_not_be_leaves_all_as_they_were(desk, guide):
    one = desk.lineup.channels[0].channel.id
    await refused(guide.accept_many([(one, "BBC1.uk"), ("Nobody", "x")], who="me"), "no channel 'Nobody'")
    await refused(guide.accept_many([(one, "")], who="me"), "it is empty")
    assert "at most 100" in await refused(guide.accept_many([(one, "x")] * 101, who="me"), "101 are too many")
    assert await wishes(desk) == {}


async def shift_of(desk):
    overrides = await ChannelOverrides(desk.choices).all()
    found = overrides.get(desk.lineup.channels[0].channel.id)
    return found.guide_shift if found else None


async def test_times_are_moved_hour_by_hour_and_back(desk, guide):
    assert await guide.shift("BBC One", 1, who="me") == "BBC One shows its programmes 1 h later than its guide says."
    assert await guide.shift("BBC One", 1, who="me") == "BBC One shows its programmes 2 h later than its guide says."
    assert await shift_of(desk) == "+2"
    for _ in range(2):
        said = await guide.shift("BBC One", -1, who="me")
    assert said == "BBC One shows its programmes at the times of its guide."
    assert await shift_of(desk) is None
    assert (await guide.shift("BBC One", -1, who="me")).endswith("1 h earlier than its guide says.")
    await desk.undoing.undo(who="me")
    assert await shift_of(desk) is None


async def test_times_with_minutes_and_the_furthest(desk, guide):
    await desk.channels.set("BBC One", {"guide_shift": "-5.5"}, who="me")
    assert "4:30 h earlier" in await guide.shift("BBC One", 1, who="me")
    assert await shift_of(desk) == "-4:30"
    await desk.channels.set("BBC One", {"guide_shift": "+24"}, who="me")
    await refused(guide.shift("BBC One", 1, who="me"), "more than a day")


async def test_times_of_a_zone_are_not_moved_by_hours(desk, guide):
    await desk.channels.set("BBC One", {"guide_shift": "Europe/Berlin"}, who="me")
    assert "guide_shift" in await refused(guide.shift("BBC One", 1, who="me"), "taken as those of Europe/Berlin")
