import asyncio

import pytest

from tunerr.errors import ActionRefused
from tunerr.lineup.overrides import ChannelOverrides
from tunerr.model.numbers import GuideNumber
from tunerr.model.override import ChannelOverride


async def refused(act, said):
    with pytest.raises(ActionRefused, match=said) as caught:
        await act
    return caught.value.hint


async def overrides(desk):
    return await ChannelOverrides(desk.choices).all()


async def test_a_channel_is_named_by_id_number_or_name(desk):
    two = desk.lineup.channels[1].channel
    for text in (two.id, "5.1", "BBC Two", " bbc two "):
        found = await desk.finder.find(text)
        assert (found.id, found.name, found.number, found.group, found.source) == (
            two.id, "BBC Two", "5.1", "News", "m3u",
        )  # fmt: skip


async def test_one_that_is_not_offered_is_found_in_the_catalog(desk):
    found = await desk.finder.search("arena")
    assert [(one.name, one.group, one.number) for one in found] == [("Arena", "Sport", ""), ("Arena", "Extra", "")]
    assert (await desk.finder.find(found[1].id)).group == "Extra"
    hint = await refused(desk.finder.find("ARENA"), "2 channels are named")
    assert found[0].id in hint
    assert "(Extra, m3u)" in hint


async def test_an_unknown_one_brings_the_nearest_names(desk):
    assert await refused(desk.finder.find("BBC Twoo"), "no channel 'BBC Twoo'") == "Near to it: BBC Two."
    assert await refused(desk.finder.find("Arena 4"), "no channel") == "Near to it: Arena."
    assert "channel find" in await refused(desk.finder.find("zzzz"), "no channel")
    assert "channel find" in await refused(desk.finder.find("  "), "no channel ''")
    await refused(desk.finder.find("5"), "no channel '5'")


async def test_the_lineup_s_channels_are_found_first(desk):
    assert [one.number for one in await desk.finder.search("BBC")] == ["1", "5.1"]
    assert len(await desk.finder.search("", 3)) == 3


async def test_set_is_merged_and_reaches_the_lineup(desk):
    one = desk.lineup.channels[0].channel.id
    said = await desk.channels.set("BBC One", {"name": "First", "number": "7", "order": 3}, who="me")
    assert said == "BBC One: name, number, order set."
    await desk.channels.set(one, {"order": None, "group": "Mine", "streams": ["0123456789ab"]}, who="me")
    assert await overrides(desk) == {
        one: ChannelOverride(name="First", number=GuideNumber(7), group="Mine", streams=("0123456789ab",))
    }
    assert await desk.said() == ("me", "channel-set", "BBC One", "BBC One: group, order, streams set.")
    assert desk.reloads == [0, 1]


async def test_what_is_shown_names_streams_without_credentials(desk):
    await desk.channels.set("BBC Two", {"logo": "https://l/two.png"}, who="me")
    shown = await desk.channels.shown("5.1")
    assert shown["changes"] == {"logo": "https://l/two.png"}
    (stream,) = shown["streams"]
    assert (stream["source"], stream["url"]) == ("m3u", "http://one/…/2.ts")
    await desk.channels.set("BBC Two", {"streams": [stream["stream"]]}, who="me")
    (row,) = await desk.channels.listed()
    assert (row["name"], row["changes"]["streams"]) == ("BBC Two", [stream["stream"]])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Nothing is to be changed"),
        ({"nmae": "x"}, "nmae: there is no such field; the nearest is name"),
        ({"number": "0"}, "number: '0' is no guide number"),
        ({"number": 5.1}, "number: "),
        ({"number": True}, "number: "),
        ({"name": " "}, "name: it is empty"),
        ({"name": "a\nb"}, "name: The value has line breaks"),
        ({"logo": "javascript:alert(1)"}, "logo: it is no http"),
        ({"order": "first"}, "order: "),
        ({"streams": ["http://x"]}, "streams: it is no key of a stream"),
        ({"enabled": "yes"}, "enabled: "),
    ],
)
async def test_nonsense_is_refused(desk, changes, said):
    await refused(desk.channels.set("BBC One", changes, who="me"), said)
    assert await desk.held() == {}
    assert desk.reloads == []


async def test_what_is_so_already_is_no_act(desk):
    await desk.channels.set("BBC One", {"name": "First"}, who="me")
    await refused(desk.channels.set("BBC One", {"name": "First"}, who="me"), "is so already")
    await refused(desk.channels.clear("BBC Two", who="me"), "Nothing of BBC Two was set")
    await refused(desk.channels.clear("BBC One", ["group"], who="me"), "Nothing of BBC One was set")


async def test_a_number_that_clients_know_belongs_to_its_channel(desk):
    one, two = (row.channel for row in desk.lineup.channels)
    await remember(desk, one, GuideNumber(1))
    await refused(desk.channels.set(two.id, {"number": "1"}, who="me"), "Number 1 belongs to BBC One")
    await desk.channels.set(one.id, {"number": "1"}, who="me")


async def test_a_number_is_given_once(desk):
    await desk.channels.set("BBC One", {"number": "9"}, who="me")
    hint = await refused(desk.channels.set("BBC Two", {"number": "9"}, who="me"), "number 9 to BBC One already")
    assert "channel clear" in hint
    await desk.channels.clear("BBC One", ["number"], who="me")
    await desk.channels.set("BBC Two", {"number": "9"}, who="me")


async def test_clear_takes_back_fields_or_all(desk):
    await desk.channels.set("BBC One", {"name": "First", "group": "Mine"}, who="me")
    await refused(desk.channels.clear("BBC One", ["nmae"], who="me"), "no such field")
    await desk.channels.clear("BBC One", ["name"], who="me")
    assert [one.group for one in (await overrides(desk)).values()] == ["Mine"]
    assert await desk.channels.clear("BBC One", who="me") == "BBC One: everything is as the provider has it."
    assert await desk.held() == {}


async def test_many_are_switched_in_one_act(desk):
    said = await desk.channels.enable(["5.1", "BBC Two"], False, group="sport", who="me")
    assert said == "Out of the lineup: BBC Two, Arena."
    assert {one.enabled for one in (await overrides(desk)).values()} == {False}
    assert len(await desk.held()) == 2
    await desk.undoing.undo(who="me")
    assert await desk.held() == {}
    assert await desk.channels.enable([], True, group="News", who="me") == "In the lineup: BBC One, BBC Two."
    assert (await desk.said())[2] == "group News"
    await refused(desk.channels.enable([], True, group="News", who="me"), "already")
    await refused(desk.channels.enable([], True, who="me"), "No channel is named")
    assert (
        await refused(desk.channels.enable([], True, group="Newz", who="me"), "no group 'Newz'") == "Near to it: News."
    )


async def test_one_that_its_provider_dropped_can_be_cleared_by_id(desk):
    gone = "dna-00000000000000aa"
    await refused(desk.channels.clear(gone, who="me"), "no channel")
    await desk.choices.put([("channel", gone, '{"name":"Gone"}')], who="me", act="x", subject="x")
    assert (await desk.channels.listed())[0]["name"] == ""
    await desk.channels.clear(gone, who="me")
    assert await desk.held() == {}


async def test_rulings(desk):
    one, two = (row.channel.id for row in desk.lineup.channels)
    assert await desk.identity.merge(["BBC Two", "1"], who="me") == (
        "One channel, BBC Two, was made of BBC Two, BBC One."
    )
    ((key, text),) = (await desk.choices.all("identity")).items()
    assert key.startswith("merge-")
    assert two in text
    await refused(desk.identity.merge(["BBC Two", "1"], who="me"), "one channel already")
    await refused(desk.identity.merge(["1", one], who="me"), "two channels or more")
    await refused(desk.identity.split("1", [], who="me"), "Name a stream")
    await desk.identity.split("1", ["0123456789ab"], who="me")
    await refused(desk.identity.pin("1", ["0123456789ab"], who="me"), "split off or pinned already")
    await desk.identity.pin("1", ["0123456789ac"], who="me")
    assert (await desk.said())[:3] == ("me", "channel-pin", "BBC One")
    assert len(desk.reloads) == 3


async def test_rules(desk):
    said = await desk.rules.set({"languages": ["en"], "take": 5}, who="me")
    assert said == "Rules of the lineup were changed: languages, take."
    await desk.rules.set({"take": None}, who="me")
    assert await desk.rules.shown() == {"languages": ["en"]}
    await refused(desk.rules.set({"take": None}, who="me"), "so already")
    await refused(desk.rules.set({"zap": 1}, who="me"), "zap can't be set")
    await desk.rules.set({"languages": []}, who="me")
    assert await desk.held() == {}
    assert len(desk.reloads) == 3


async def remember(desk, channel, number):
    """A client has fetched the number, and more than a day has passed."""
    await desk.ledger._state.execute(
        "INSERT INTO number (number, channel_id, source, tvg_id, name_key, path_id, assigned_at, first_served_at)"
        " VALUES (?, ?, 'm3u', '', '', '', 0, ?)",
        (str(number), channel.id, desk.clock.now().timestamp()),
    )
    desk.clock.advance(90_000)


async def test_acts_that_come_at_once_lose_nothing(desk):
    one = desk.lineup.channels[0].channel.id
    wishes = ({"name": "First"}, {"group": "Mine"}, {"order": 3})
    await asyncio.gather(*(desk.channels.set(one, wish, who="me") for wish in wishes))
    assert await overrides(desk) == {one: ChannelOverride(name="First", group="Mine", order=3)}
