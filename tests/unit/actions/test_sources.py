import orjson
import pytest

from tunerr.errors import ActionRefused
from tunerr.providers.secrets import PLACEHOLDER

M3U = {"type": "m3u", "url": "http://m.example/get.php?password=hunter2"}
PANEL = {"type": "xtream", "hosts": ["http://p.example"], "username": "alice", "password": "hunter2"}


async def refused(act, said):
    with pytest.raises(ActionRefused, match=said) as caught:
        await act
    assert "hunter2" not in str(caught.value)
    return caught.value.hint


async def test_a_source_is_added_shown_and_journaled_without_its_secret(desk):
    assert await desk.sources.add("home", PANEL, who="me") == "Source home (xtream) was added."
    assert await desk.said() == ("me", "source-add", "home", "Source home (xtream) was added.")
    assert orjson.loads((await desk.held())["source", "home"]) == PANEL
    shown = await desk.sources.shown("home")
    assert shown == {"id": "home", **PANEL, "username": PLACEHOLDER, "password": PLACEHOLDER}
    assert "hunter2" not in str(await desk.sources.listed())
    assert desk.reloads == [0]


async def test_a_name_is_found_that_no_setting_will_take(desk):
    for _ in range(2):
        await desk.sources.add(None, M3U, who="me")
        await desk.sources.add(None, PANEL, who="me")
    assert [name for _, name in await desk.held()] == ["panel", "panel-2", "playlist", "playlist-2"]


async def test_ids_in_use_are_refused(desk):
    await desk.sources.add("home", PANEL, who="me")
    await refused(desk.sources.add("home", M3U, who="me"), "There is a source home already")
    await refused(desk.sources.add("m3u", M3U, who="me"), "in use by IPTV_TUNERR_M3U_URL")
    assert await refused(desk.sources.add("home-guide", M3U, who="me"), "home-guide is in use by source home")
    await refused(desk.sources.add("Bad id", M3U, who="me"), "can't name a source")
    assert len(desk.reloads) == 1


async def test_edit_changes_fields_and_takes_them_back(desk):
    await desk.sources.add("home", M3U, who="me")
    changes = {"interval": "6h", "country": "NL"}
    assert await desk.sources.edit("home", changes, who="me") == "Source home was changed: country, interval."
    assert (await desk.sources.shown("home"))["country"] == "nl"
    await desk.sources.edit("home", {"country": None}, who="me")
    assert "country" not in await desk.sources.shown("home")
    await refused(desk.sources.edit("home", {"interval": "6h"}, who="me"), "Nothing of source home would change")
    await refused(desk.sources.edit("home", {"url": None}, who="me"), "url: it is missing")


async def test_a_panel_s_guide_must_not_meet_another_source(desk):
    await desk.sources.add("home", {**PANEL, "guide": False}, who="me")
    await desk.sources.add("home-guide", M3U, who="me")
    await refused(desk.sources.edit("home", {"guide": None}, who="me"), "home-guide is in use")


async def test_the_environment_s_sources_can_only_be_looked_at(desk):
    hint = await refused(desk.sources.edit("m3u", {"priority": 1}, who="me"), "environment: IPTV_TUNERR_M3U_URL")
    assert hint == "Change it there."
    await refused(desk.sources.remove("m3u", who="me"), "environment")
    await refused(desk.sources.enable("m3u", False, who="me"), "environment")
    assert (await desk.sources.shown("m3u"))["setting"] == "IPTV_TUNERR_M3U_URL"
    assert "t0p" not in str(await desk.sources.listed())


async def test_an_unknown_source_is_named_with_the_nearest(desk):
    await desk.sources.add("home", M3U, who="me")
    assert await refused(desk.sources.shown("hmoe"), "no source 'hmoe'") == "Did you mean home?"
    assert await refused(desk.sources.remove("zzz", who="me"), "no source") == "The sources are: home, m3u."


async def test_on_and_off(desk):
    await desk.sources.add("home", M3U, who="me")
    await desk.sources.enable("home", False, who="me")
    assert [row["enabled"] for row in await desk.sources.listed() if row["id"] == "home"] == [False]
    await refused(desk.sources.enable("home", False, who="me"), "off already")
    await desk.sources.enable("home", True, who="me")
    assert orjson.loads((await desk.held())["source", "home"]) == M3U


async def test_removed_and_brought_back(desk):
    await desk.sources.add("home", PANEL, who="me")
    await desk.sources.remove("home", who="me")
    assert await desk.held() == {}
    assert await desk.undoing.undo(who="me") == "Act 2 was taken back: Source home was removed."
    assert orjson.loads((await desk.held())["source", "home"]) == PANEL
    assert len(desk.reloads) == 3


async def test_one_that_can_t_be_read_can_be_removed(desk):
    await desk.choices.put([("source", "odd", '{"type": "satellite"}')], who="me", act="x", subject="x")
    await desk.sources.remove("odd", who="me")
    assert await desk.held() == {}


async def test_the_order_is_kept_as_priorities_around_the_environment(desk):
    for name in "abcd":
        await desk.sources.add(name, M3U, who="me")
    await desk.sources.reorder(["c", "a", "m3u", "b", "d"], who="me")
    rows = [(row["id"], row["priority"]) for row in await desk.sources.listed()]
    assert rows == [("c", 2), ("a", 1), ("m3u", 0), ("b", -1), ("d", -2)]
    assert (await desk.said())[3] == "The order is now c, a, m3u, b, d."
    await desk.sources.reorder(["d", "c"], who="me")
    assert [row["id"] for row in await desk.sources.listed()][:2] == ["d", "a"]  # those not named keep theirs
    await refused(desk.sources.reorder(["a", "a"], who="me"), "once")
    await refused(desk.sources.reorder([], who="me"), "once")
    await refused(desk.sources.reorder(["a", "nope"], who="me"), "no source")
