import asyncio
import contextlib

import orjson
import pytest

from tests.unit.actions.choices_rig import rig
from tests.unit.actions.test_channels import refused, remember
from tunerr.actions.picks import GroupNames
from tunerr.model.numbers import GuideNumber


def ids(desk):
    return [row.channel.id for row in desk.lineup.channels]


async def publish(desk):
    return await desk.draft.publish(who="me", version=(await desk.draft.current()).version)


async def test_what_is_staged_is_in_the_draft_and_nothing_else_changes(desk):
    one, two = ids(desk)
    said = await desk.draft.stage_channels({one: {"name": "First"}, two: {"enabled": False}}, who="me")
    assert said == "BBC One, BBC Two: enabled, name changed in the draft. Publish it to have it count."
    desk.clock.advance(1)
    await desk.draft.stage_rules({"drop_music": True}, who="you")
    draft = await desk.draft.current()
    assert draft.channels == {one: {"name": "First"}, two: {"enabled": False}}
    assert draft.rules == {"drop_music": True}
    assert (draft.count, draft.words, draft.who) == (3, "2 channels and 1 rule", "you")
    assert draft.at == desk.clock.now()
    assert await desk.held() == {}
    assert desk.reloads == []
    assert "channel" not in await desk.transfer.exported(secrets=True)


async def test_it_is_published_as_one_act_that_one_undo_takes_back(desk):
    one, two = ids(desk)
    await desk.channels.set(one, {"name": "Old", "group": "Mine"}, who="me")
    await desk.draft.stage_channels({one: {"name": None, "logo": "https://l/1.png"}, two: {"order": 3}}, who="me")
    await desk.draft.stage_rules({"drop_music": True, "take": 10}, who="me")
    assert await publish(desk) == "The draft was published: 2 channels and 2 rules."
    held = {key: orjson.loads(text) for key, text in (await desk.held()).items()}
    assert held == {
        ("channel", one): {"group": "Mine", "logo": "https://l/1.png"},
        ("channel", two): {"order": 3},
        ("lineup", "rules"): {"drop_music": True, "take": 10},
    }
    assert (await desk.said())[:2] == ("me", "draft-publish")
    assert desk.reloads == [0, 1]
    assert (await desk.draft.current()).count == 0
    await desk.undoing.undo(who="me")
    assert list(await desk.held()) == [("channel", one)]
    assert (await desk.draft.current()).count == 0, "an undone draft does not come back"


async def test_what_becomes_as_it_is_falls_out(desk):
    one, two = ids(desk)
    await desk.channels.set(one, {"name": "First"}, who="me")
    await desk.draft.stage_channels({one: {"name": "Else", "order": 1}, two: {"order": 2}}, who="me")
    await desk.draft.stage_channels({one: {"name": "First"}}, who="me")
    assert (await desk.draft.current()).channels == {one: {"order": 1}, two: {"order": 2}}
    said = await desk.draft.stage_channels({one: {"order": None}}, who="me")
    assert "nothing is in the draft" in said
    assert (await desk.draft.current()).channels == {two: {"order": 2}}
    await desk.draft.stage_rules({"take": 5}, who="me")
    assert "nothing is in the draft" in await desk.draft.stage_rules({"take": 0}, who="me")
    assert (await desk.draft.current()).rules == {}


async def test_only_what_was_looked_at_is_published(desk):
    one, two = ids(desk)
    await desk.draft.stage_channels({one: {"name": "First"}}, who="me")
    seen = (await desk.draft.current()).version
    await desk.draft.stage_channels({two: {"name": "Second"}}, who="you")
    hint = await refused(desk.draft.publish(who="me", version=seen), "The draft changed since you looked: it has 2 ch")
    assert "preview" in hint
    assert await desk.held() == {}
    await desk.draft.stage_channels({two: {"name": None}}, who="you")
    await desk.draft.publish(who="me", version=seen)
    await refused(desk.draft.publish(who="me", version=seen), "The draft is empty")


async def test_what_others_changed_meanwhile_stays(desk):
    (one, _) = ids(desk)
    await desk.draft.stage_channels({one: {"name": "First"}}, who="me")
    await desk.channels.set(one, {"guide_id": "one.uk"}, who="guide")
    await desk.rules.set({"take": 7}, who="you")
    await desk.draft.stage_rules({"skip": 1}, who="me")
    await publish(desk)
    held = {key: orjson.loads(text) for key, text in (await desk.held()).items()}
    assert held["channel", one] == {"name": "First", "guide_id": "one.uk"}
    assert held["lineup", "rules"] == {"skip": 1, "take": 7}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Nothing is to be changed"),
        ({"nmae": None}, "nmae: there is no such field"),
        ({"number": "0"}, "is no guide number"),
        ({"logo": "javascript:alert(1)"}, "no http"),
    ],
)
async def test_nonsense_is_refused_when_it_is_staged(desk, changes, said):
    await refused(desk.draft.stage_channels({ids(desk)[0]: changes}, who="me"), said)
    assert (await desk.draft.current()).count == 0


async def test_unknown_channels_and_rules_are_refused(desk):
    await refused(desk.draft.stage_channels({"dna-none": {"name": "x"}}, who="me"), "There is no channel 'dna-none'")
    await refused(desk.draft.stage_rules({"recipe": "best"}, who="me"), "recipe can't be set")
    await refused(desk.draft.stage_rules({"resipe": "off"}, who="me"), "resipe can't be set")


async def test_a_refused_number_names_the_channel_that_has_it(desk):
    one, two = ids(desk)
    for first, second, name in ((one, two, "BBC One"), (two, one, "BBC Two")):
        await desk.draft.stage_channels({first: {"number": "9"}}, who="me")
        await refused(desk.draft.stage_channels({second: {"number": "9"}}, who="me"), f"number 9 to {name} already")
        await desk.draft.discard(who="me")


async def test_numbers_are_given_once_and_may_be_exchanged(desk):
    one, two = ids(desk)
    await desk.channels.set(one, {"number": "7"}, who="me")
    await refused(desk.draft.stage_channels({two: {"number": "7"}}, who="me"), "number 7 to BBC One already")
    await desk.draft.stage_channels({one: {"number": "8"}, two: {"number": "7"}}, who="me")
    await refused(desk.draft.stage_channels({one: {"number": "7"}}, who="me"), "number 7 to BBC One already")
    await publish(desk)
    assert [channel["changes"]["number"] for channel in await desk.channels.listed()] in (["8", "7"], ["7", "8"])


async def test_a_number_that_clients_came_to_know_meanwhile_is_refused_at_publishing(desk):
    one, two = (row.channel for row in desk.lineup.channels)
    await desk.draft.stage_channels({two.id: {"number": "1"}}, who="me")
    await remember(desk, one, GuideNumber(1))
    await refused(publish(desk), "Number 1 belongs to BBC One")
    assert (await desk.draft.current()).count == 1
    assert await desk.held() == {}


async def test_it_is_discarded_whole_or_for_one_channel(desk):
    one, two = ids(desk)
    await desk.draft.stage_channels({one: {"order": 1}, two: {"order": 2}}, who="me")
    await desk.draft.stage_rules({"take": 1}, who="me")
    assert await desk.draft.discard(who="me", channel=one) == "BBC One: its changes were discarded."
    await refused(desk.draft.discard(who="me", channel=one), "nothing to discard")
    assert await desk.draft.discard(who="me") == "The draft was discarded: 1 channel and 1 rule."
    assert (await desk.draft.current()).version == ""
    await refused(desk.draft.discard(who="me"), "nothing to discard")


async def test_picks_of_groups_are_staged_one_after_the_other(desk):
    groups = {one: GroupNames(one, f"m3u--{one}", (one,)) for one in ("news", "sport", "extra")}
    await desk.draft.stage_groups({"news": "include", "sport": "exclude"}, groups, who="me")
    await desk.draft.stage_groups({"news": "other", "extra": "include"}, groups, who="me")
    programming = (await desk.draft.current()).rules["programming"]
    assert programming == {"selected_categories": ["extra"], "excluded_categories": ["sport"]}
    said = await desk.draft.stage_groups({"extra": "other", "sport": "other"}, groups, who="me")
    assert said.endswith("nothing is in the draft. No group is ticked: all are offered.")
    assert (await desk.draft.current()).count == 0
    await refused(desk.draft.stage_groups({}, groups, who="me"), "No group is named")


async def test_it_survives_a_restart(tmp_path):
    async with rig(tmp_path) as desk:
        await desk.draft.stage_channels({ids(desk)[0]: {"name": "First"}}, who="me")
        before = await desk.draft.current()
    async with rig(tmp_path) as desk:
        assert await desk.draft.current() == before


async def test_a_publication_goes_on_when_whoever_asked_is_gone(desk):
    await desk.draft.stage_channels({one: {"order": place} for place, one in enumerate(ids(desk))}, who="me")
    version = (await desk.draft.current()).version
    for turns in range(60):  # cancelled at every step of its way
        asking = asyncio.create_task(desk.draft.publish(who="me", version=version))
        for _ in range(turns):
            await asyncio.sleep(0)
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
        async with desk.choices.turn:
            held, draft = await desk.held(), await desk.draft.current()
        if held:
            assert len(held) == 2
            assert draft.count == 0
            assert desk.reloads, "published and not taken over"
            desk.reloads.clear()
            await desk.undoing.undo(who="me")
            await desk.draft.stage_channels({one: {"order": at} for at, one in enumerate(ids(desk))}, who="me")
            desk.reloads.clear()
        else:
            assert draft.version == version


async def test_both_or_neither_when_the_writing_is_cut_off(desk, monkeypatch):
    await desk.draft.stage_channels({one: {"order": 1} for one in ids(desk)}, who="me")
    before = await desk.draft.current()

    async def cut(*_args, **_more):
        raise OSError("cut off")

    monkeypatch.setattr("tunerr.storage.choices.write_act", cut)
    with pytest.raises(OSError, match="cut off"):
        await publish(desk)
    assert await desk.held() == {}
    assert await desk.draft.current() == before
