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
