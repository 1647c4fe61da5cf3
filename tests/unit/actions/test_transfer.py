import asyncio
import tempfile
import tomllib
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.clock import ManualClock
from tunerr.actions.transfer import Transfer
from tunerr.errors import ActionRefused
from tunerr.lineup.override_document import define_override
from tunerr.providers.definition import define
from tunerr.providers.secrets import PLACEHOLDER
from tunerr.storage.choices import Choices
from tunerr.storage.connection import open_server

KINDS = ("source", "channel", "identity", "lineup")
CIRCLE = """
[[identity]]
id = "a"
ruling = "merge"
channels = ["dna-0000000000000001", "dna-0000000000000002"]
[[identity]]
id = "b"
ruling = "merge"
channels = ["dna-0000000000000002", "dna-0000000000000001"]
"""
M3U = {"type": "m3u", "url": "http://m.example/get.php?password=hunter2"}
PANEL = {"type": "xtream", "hosts": ["http://p.example"], "username": "alice", "password": "hunter2"}


async def refused(act, said):
    with pytest.raises(ActionRefused, match=said) as caught:
        await act
    assert "hunter2" not in str(caught.value)
    return str(caught.value)


async def fill(desk):
    await desk.sources.add("home", PANEL, who="me")
    await desk.channels.set("BBC One", {"name": "First", "number": "7"}, who="me")
    await desk.identity.merge(["BBC One", "BBC Two"], who="me")
    await desk.rules.set({"take": 5}, who="me")


async def test_all_choices_are_one_readable_text(desk):
    await fill(desk)
    one = desk.lineup.channels[0].channel.id
    text = await desk.transfer.exported(secrets=True)
    assert f'# BBC One\n[channel.{one}]\nname = "First"\nnumber = "7"\n' in text
    read = tomllib.loads(text)
    assert read["source"] == {"home": PANEL}
    assert read["rules"] == {"take": 5}
    assert read["identity"][0]["channels"] == [row.channel.id for row in desk.lineup.channels]


async def test_without_secrets_it_is_no_secret_and_comes_back_where_they_are_known(desk):
    await fill(desk)
    text = await desk.transfer.exported(secrets=False)
    assert "hunter2" not in text
    assert "alice" not in text
    assert await desk.transfer.compared(text, replace=True) == []
    elsewhere = text.replace('hosts = [\n    "http://p.example",\n]', 'hosts = ["http://new.example"]')
    await refused(desk.transfer.compared(elsewhere, replace=False), "username: <secret>")  # no password goes there
    await desk.sources.remove("home", who="me")
    assert PLACEHOLDER in await refused(desk.transfer.imported(text, replace=False, who="me"), "username: <secret>")


async def test_an_import_is_one_act_and_one_undo(desk, tmp_path):
    await fill(desk)
    text, held = await desk.transfer.exported(secrets=True), await desk.held()
    acts = len(await desk.undoing.listed())
    for _ in range(acts):
        await desk.undoing.undo(who="me")
    reloads = len(desk.reloads)
    said = await desk.transfer.imported(text, replace=False, who="me")
    assert said == "Choices imported: 4 added. `iptv-tunerr undo` takes it back."
    assert await desk.held() == held
    assert await desk.said() == ("me", "import", "choices", "Choices imported: 4 added.")
    assert len(desk.reloads) == reloads + 1
    await refused(desk.transfer.imported(text, replace=True, who="me"), "as the file says already")
    await desk.undoing.undo(who="me")
    assert await desk.held() == {}


async def test_what_a_file_does_not_name_stays_unless_it_replaces_all(desk):
    await fill(desk)
    text = '[source.other]\ntype = "xmltv"\nurl = "/guide.xml"\n'
    rows = await desk.transfer.compared(text, replace=False)
    assert [(row["change"], row["key"]) for row in rows] == [("added", "other")]
    rows = await desk.transfer.compared(text, replace=True)
    assert [row["change"] for row in rows] == ["removed", "added", "removed", "removed", "removed"]
    assert len(await desk.held()) == 4
    await desk.transfer.imported(text, replace=True, who="me")
    assert list(await desk.held()) == [("source", "other")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[source.home", r"no TOML: .*\(at "),
        ("[sauce.home]", "unknown section 'sauce'"),
        ("source = 1", "source is no table"),
        ("[source]\nhome = 1", "source.home is no table"),
        ("identity = 1", "identity is no list"),
        ("[[identity]]\nruling = 'merge'", "needs an id of its own"),
        ("[[identity]]\nid = 'a'\nruling = 'x'\n[[identity]]\nid = 'a'", "needs an id of its own"),
        (CIRCLE, "one channel already"),
        ("[[identity]]\nid = 'a'\nruling = 'x'", "This is no ruling"),
        ("[rules]\nzap = 1", "rule zap can't be set"),
        (f"[rules]\ntake = {'[' * 300}{']' * 300}", "a value that no rule can have"),
        (f"a = {'[' * 100_000}", "no TOML"),
        (f"a = {'9' * 5000}", "no TOML"),
        ("[source.home]\ntype = 'm3u'\nurl = 'http://u:hunter2@x'\nzap = 1", "zap: there is no such field"),
        ("[source.home]\ntype = 'm3u'\nurl = 2026-01-01", "url: "),
        ("[source.m3u]\ntype = 'm3u'\nurl = 'http://x'", "in use by IPTV_TUNERR_M3U_URL"),
        ("[channel.bbc]\nname = 'x'", "'bbc' is no id of a channel"),
        ("[channel.dna-0000000000000001]\nnumber = 5.1", "number: "),
        (
            "[channel.dna-0000000000000001]\nnumber = 5\n[channel.dna-0000000000000002]\nnumber = '5'",
            "Number 5 is given to 2 channels",
        ),
    ],
)
async def test_nonsense_changes_nothing(desk, text, said):
    await refused(desk.transfer.imported(text, replace=False, who="me"), said)
    assert await desk.held() == {}
    assert desk.reloads == []


async def test_a_file_may_say_that_a_channel_is_as_its_provider_has_it(desk):
    await desk.channels.set("BBC One", {"name": "First"}, who="me")
    await desk.transfer.imported(f"[channel.{desk.lineup.channels[0].channel.id}]", replace=False, who="me")
    assert await desk.held() == {}


async def test_a_name_can_not_leave_its_comment(desk):
    names = {"dna-00000000000000aa": "Evil\n[source.x]\ntype = 'm3u'"}

    async def named(_ids):
        return names

    desk.transfer._names = named
    await desk.choices.put([("channel", next(iter(names)), '{"name":"A"}')], who="me", act="x", subject="x")
    assert list(tomllib.loads(await desk.transfer.exported(secrets=True))) == ["channel"]


text = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12).filter(str.strip)
sources = st.dictionaries(
    st.sampled_from(["a", "b", "home-2"]),
    st.builds(
        lambda base, more: base | more,
        st.sampled_from([M3U, PANEL | {"guide": False}, {"type": "xmltv", "url": "/g.xml"}]),
        st.fixed_dictionaries({}, optional={"name": text, "priority": st.integers(-5, 5), "enabled": st.booleans()}),
    ),
    max_size=3,
)
channels = st.dictionaries(
    st.integers(0, 2**64 - 1).map("dna-{:016x}".format),
    st.fixed_dictionaries(
        {}, optional={"name": text, "group": text, "order": st.integers(0, 9), "enabled": st.booleans()}
    ).filter(bool),
    max_size=4,
)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(sources, channels)
def test_export_and_import_is_the_identity(sources, channels):
    asyncio.run(round_trip(sources, channels))


async def round_trip(sources, channels):
    with tempfile.TemporaryDirectory() as folder:
        state = await open_server(Path(folder, "state.db"), kind="state")
        choices = Choices(state=state, clock=ManualClock())
        transfer = Transfer(
            choices=choices,
            environment=(),
            names=nothing,
            reload=nothing,
        )
        wanted = {("source", name): define(name, document).document() for name, document in sources.items()}
        wanted |= {("channel", name): define_override(name, document).document() for name, document in channels.items()}
        rows = [(*place, orjson.dumps(document).decode()) for place, document in wanted.items()]
        try:
            await choices.put(rows, who="me", act="set", subject="all")
            assert await transfer.compared(await transfer.exported(secrets=False), replace=True) == []
            text = await transfer.exported(secrets=True)
            await choices.undo(who="me") if rows else None
            if wanted:
                await transfer.imported(text, replace=False, who="me")
            held = {(kind, key): orjson.loads(one) for kind in KINDS for key, one in (await choices.all(kind)).items()}
            assert held == wanted
        finally:
            await state.close()


async def nothing(*_):
    return {}
