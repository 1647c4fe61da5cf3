"""The rules and the operator's word in the real program: what is offered, and why."""

from tests.tools.operator import asked, attempt, command, lineup


async def why(server, channel):
    return await asked(server, "channel-why", channel=channel)


async def test_rules_choose_and_say_why(boot, provider):
    url = provider.playlist("news one", "news two", "shop tv", "film")
    server = await boot(env={"IPTV_TUNERR_M3U_URL": url})
    before = await lineup(server)
    assert len(before) == 4

    said = await command(server, "rules", "preview", "exclude_regex=shop|film")
    assert "shop tv" in said
    assert await lineup(server) == before, "a preview publishes nothing"
    await command(server, "rules", "set", "exclude_regex=shop|film")
    assert await lineup(server) == {name: before[name] for name in ("news one", "news two")}
    inside, outside = await why(server, "news two"), await why(server, "shop tv")
    assert (inside["kept"], inside["place"]) == (True, 2)
    assert inside["reason"] == "kept: 2nd in the order of the sources"
    assert (outside["kept"], outside["stage"]) == (False, "expression")
    assert outside["reason"] == "left out: exclude regex `shop|film` matches its name or tvg-id"

    await command(server, "channel", "enable", "shop tv")
    assert await lineup(server) == {name: before[name] for name in ("news one", "news two", "shop tv")}
    assert (await why(server, "shop tv"))["reason"].startswith("kept: 3rd, you put it in; otherwise left out: exclude")
    await command(server, "channel", "disable", "news one")
    assert [*await lineup(server)] == ["news two", "shop tv"]
    assert (await why(server, "news one"))["reason"] == "left out: you took it out"
    await command(server, "undo")
    await command(server, "undo")
    assert [*await lineup(server)] == ["news one", "news two"]

    await command(server, "rules", "set", "exclude_regex=.")
    assert await lineup(server) == before, "a rule that would leave nothing keeps everything"
    said = await command(server, "rules", "preview")
    assert "it would leave nothing, so it was not applied" in said
    assert "it would leave nothing" in server.log

    status, said = await attempt(server, "rules", "set", "exclude_regex=(")
    assert status != 0
    assert "exclude_regex" in said
    await command(server, "rules", "set", "exclude_regex=")
    assert await lineup(server) == before
    assert await asked(server, "rules-show") == {}


async def test_group_picks(boot, provider):
    url = provider.playlist("one", "two")
    text = provider.documents["/playlist.m3u"][2].decode()
    provider.publish("/playlist.m3u", text.replace('group-title="Test"', 'group-title="UK | News"', 1))
    server = await boot(env={"IPTV_TUNERR_M3U_URL": url})
    rows = await asked(server, "groups")
    assert {row["title"]: (row["channels"], row["chosen"]) for row in rows} == {"UK | News": (1, 1), "Test": (1, 1)}
    picked = next(row["id"] for row in rows if row["title"] == "UK | News")
    await command(server, "rules", "set", f'programming={{"selected_categories": ["{picked}"]}}')
    assert [*await lineup(server)] == ["one"]
    assert (await why(server, "two"))["reason"] == "left out: group 'Test' is not among the chosen groups"


async def test_choices_move_to_another_folder(boot, provider, tmp_path):
    provider.playlist("one", "two", "three", "four")
    first = await boot(folder="first")
    await command(first, "source", "add", "m3u", "home", "--url", provider.base + "/playlist.m3u")
    server = await boot_again(boot, first, "first")
    await command(server, "channel", "set", "two", "--number", "7.1", "--name", "My Two")
    await command(server, "channel", "set", "four", "--number", "40")
    await command(server, "channel", "disable", "three")
    await command(server, "rules", "set", "exclude_regex=nothing")
    wanted = await lineup(server)
    assert wanted == {"one": "1", "My Two": "7.1", "four": "40"}
    file = tmp_path / "choices.toml"
    await command(server, "source", "export", str(file), "--with-secrets")
    assert file.stat().st_mode & 0o777 == 0o600

    other = await boot(folder="second")
    said = await command(other, "source", "import", str(file), "--dry-run")
    assert "My Two" in said or "added" in said
    await command(other, "source", "import", str(file))
    moved = await boot_again(boot, other, "second")
    assert await lineup(moved) == wanted
    assert await asked(moved, "rules-show") == {"exclude_regex": "nothing"}
    assert "Nothing would change." in await command(moved, "source", "import", str(file), "--dry-run")


async def boot_again(boot, server, folder):
    """The program with its own source, ready."""
    assert server.stop() == 0
    return await boot(folder=folder)
