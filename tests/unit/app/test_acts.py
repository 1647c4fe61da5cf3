"""Commands over a real control socket to real acts, state.db and catalog."""

import asyncio
import contextlib
import io
import json
import stat
import tempfile
import tomllib
from pathlib import Path

import aiohttp
import pytest

from tests.tools.clock import ManualClock
from tests.unit.actions.choices_rig import rig
from tunerr.actions.audit import Audit
from tunerr.actions.operators import OneTimeCode, Operators
from tunerr.app.acts import (
    channel_acts,
    deck_acts,
    identity_acts,
    refresh_acts,
    rules_acts,
    source_acts,
    undo_acts,
)
from tunerr.app.control import control_application, start_control
from tunerr.cli.commands import COMMANDS
from tunerr.cli.main import dispatch

URL = "http://m.example/get.php?password=hunter2"


class Others:
    """Stands for the parts that answer acts of others; remembers what they were asked."""

    def __init__(self):
        self.asked = []

    def __getattr__(self, name):
        async def answer(*arguments):
            self.asked.append((name, *arguments))
            return "Done so." if name in {"refresh", "accept", "roll_back"} else [{"what": name, "n": 1}]

        return answer


class Server:
    def __init__(self, folder, desk, others, capsys):
        self.folder, self.desk, self.others, self._capsys = folder, desk, others, capsys

    async def __call__(self, *arguments, code=0):
        """Run a command; what it printed on standard output, or on standard error when it failed."""
        found = await asyncio.to_thread(dispatch, [*arguments, "--data-dir", str(self.folder)])
        out, err = self._capsys.readouterr()
        # The server logs into the same process's standard output.
        out = "".join(row for row in out.splitlines(keepends=True) if "operator act" not in row)
        assert found == code, (out, err)
        return out if code == 0 else err


@pytest.fixture
async def server(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    others, code = Others(), OneTimeCode()
    with tempfile.TemporaryDirectory() as short:
        folder = Path(short)
        async with rig(tmp_path) as desk:
            audit = Audit(state=desk.choices._state, clock=ManualClock())
            operators = Operators(
                state=desk.choices._state, clock=ManualClock(), audit=audit, user="admin", fixed_password=None
            )
            acts = {
                **source_acts(desk.sources, desk.transfer),
                **refresh_acts(
                    refresh=others.refresh,
                    accept=others.accept,
                    history=others.history,
                    diff=others.diff,
                    roll_back=others.roll_back,
                ),
                **channel_acts(desk.channels, desk.finder),
                **identity_acts(desk.identity, desk.finder, suggestions=others.suggestions, explain=others.explain),
                **rules_acts(desk.rules),
                **undo_acts(desk.undoing),
                **deck_acts(operators, audit, renew_code=code.renew, url=lambda: "http://deck/"),
            }
            runner = await start_control(control_application(acts), folder / "tunerr.sock")
            try:
                yield Server(folder, desk, others, capsys)
            finally:
                operators.close()
                await runner.cleanup()


async def test_a_source_s_life(server):
    said = await server(
        "source", "add", "m3u", "home", "--url", URL, "--interval", "6h", "--header", "Referer: http://r"
    )
    assert said == "Source home (m3u) was added.\n"
    await server("source", "edit", "home", "--priority", "3", "--no-allow-lan", "--reset", "interval")
    shown = json.loads(await server("source", "show", "home", "--json"))
    assert shown == {
        "id": "home",
        "type": "m3u",
        "priority": 3,
        "headers": {"Referer": "<secret>"},
        "url": "<secret> http://m.example/get.php?…",
    }
    await server("source", "disable", "home")
    table = (await server("source", "list")).splitlines()
    assert table[0].split() == ["id", "type", "origin", "enabled", "priority", "location", "name"]
    assert table[1].split() == ["home", "m3u", "operator", "no", "3", "http://m.example/get.php?…"]
    await server("source", "enable", "home")
    await server("source", "reorder", "m3u", "home")
    assert [row["id"] for row in json.loads(await server("source", "list", "--json"))] == ["m3u", "home"]
    await server("source", "remove", "home")
    assert "There is no source 'home'" in await server("source", "show", "home", code=1)


async def test_a_panel_s_password_comes_by_standard_input(server, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("hunter2\n"))
    panel = ("source", "add", "xtream", "--host", "http://p:8080", "--host", "http://q", "--user", "alice")
    assert await server(*panel, "--password-stdin") == "Source panel (xtream) was added.\n"
    text = json.loads((await server.desk.held())["source", "panel"])
    assert text["hosts"] == ["http://p:8080", "http://q"]
    assert (text["username"], text["password"]) == ("alice", "hunter2")
    assert "password: it is missing" in await server(*panel, code=1)


async def test_a_password_on_the_command_line_is_taken_with_a_word(server, capsys):
    arguments = ["source", "add", "xtream", "--host", "http://p", "--user", "u", "--password", "p"]
    assert await asyncio.to_thread(dispatch, [*arguments, "--data-dir", str(server.folder)]) == 0
    assert "--password-stdin keeps it out" in capsys.readouterr().err


async def test_a_path_is_that_of_the_caller(server, tmp_path):
    await server("source", "add", "m3u", "--url", "my list.m3u")
    text = json.loads((await server.desk.held())["source", "playlist"])
    assert text["url"] == (tmp_path / "my list.m3u").as_uri()


async def test_channels_are_found_changed_and_given_back(server):
    assert "BBC Two" in await server("channel", "list")
    assert [row["group"] for row in json.loads(await server("channel", "find", "arena", "--json"))] == [
        "Sport",
        "Extra",
    ]
    await server("channel", "set", "BBC Two", "--number", "12", "--guide-id", "two.uk", "--name", "Second")
    (row,) = json.loads(await server("channel", "list", "--changed", "--json"))
    assert row["changes"] == {"name": "Second", "number": "12", "guide_id": "two.uk"}
    refused = ("--guide-refused", "A.uk", "--guide-refused", "b.uk", "--guide-shift", "+1")
    await server("channel", "set", "1", *refused)
    (row, _) = json.loads(await server("channel", "list", "--changed", "--json"))
    assert row["changes"] == {"guide_refused": ["a.uk", "b.uk"], "guide_shift": "+1"}
    await server("channel", "clear", "1")
    shown = await server("channel", "show", "5.1")
    assert "http://one/…/2.ts" in shown
    assert "secret" not in shown
    assert "Near to it: BBC Two" in await server("channel", "set", "BBC Twwo", "--name", "x", code=1)
    await server("channel", "clear", "5.1", "name", "number")
    assert await server("channel", "disable", "1", "--group", "Sport") == "Out of the lineup: BBC One, Arena.\n"
    await server("channel", "enable", "BBC One")
    keys = [json.loads(await server("channel", "show", one, "--json"))["streams"][0]["stream"] for one in ("1", "5.1")]
    await server("channel", "merge", "1", "5.1")
    await server("channel", "split", "1", keys[0])
    await server("channel", "pin", "5.1", keys[1])
    assert len(await server.desk.choices.all("identity")) == 3


async def test_rules_are_set_as_text_or_json(server):
    assert await server("rules", "set", "take=100", 'languages=["en"]', "recipe=balanced") == (
        "Rules of the lineup were changed: languages, recipe, take.\n"
    )
    await server("rules", "set", "take=")
    assert (await server("rules", "show")).splitlines() == ["languages  en", "recipe     balanced"]
    assert "is no rule" in await server("rules", "set", "take", code=1)
    assert "zap can't be set" in await server("rules", "set", "zap=1", code=1)


async def test_undo_and_redo(server):
    await server("channel", "set", "1", "--name", "First")
    assert await server("undo") == "Act 1 was taken back: BBC One: name set.\n"
    assert "nothing to undo" in await server("undo", code=1)
    assert await server("undo", "--redo") == "Act 3: Did again: BBC One: name set.\n"
    assert len(await server.desk.held()) == 1
    await server("undo", "3")
    rows = json.loads(await server("undo", "--list", "--json"))
    assert [(row["id"], row["act"], row["who"]) for row in rows][:2] == [
        (4, "undo", "command line"),
        (3, "redo", "command line"),
    ]
    assert "taken back already" in await server("undo", "3", code=1)


async def test_export_and_import(server, tmp_path):
    await server("source", "add", "m3u", "home", "--url", URL)
    assert "hunter2" not in await server("source", "export")
    file = tmp_path / "choices.toml"
    file.write_text("older")
    file.chmod(0o644)
    assert "secrets included" in await server("source", "export", str(file), "--with-secrets")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert tomllib.loads(file.read_text())["source"]["home"]["url"] == URL
    assert "can't be written" in await server("source", "export", "no/such/folder.toml", code=1)
    assert "can't be written" in await server("source", "export", ".", code=1)
    assert [one.name for one in tmp_path.iterdir() if "choices" in one.name] == ["choices.toml"]
    assert await server("source", "import", str(file), "--dry-run") == "Nothing would change.\n"
    assert json.loads(await server("source", "import", str(file), "--dry-run", "--json")) == []
    await server("source", "remove", "home")
    assert "added" in await server("source", "import", str(file), "--dry-run")
    assert await server.desk.held() == {}
    assert "1 added" in await server("source", "import", str(file))
    assert list(await server.desk.held()) == [("source", "home")]
    assert "can't be read" in await server("source", "import", "nowhere.toml", code=1)


async def test_what_others_answer_is_asked_and_printed(server):
    for arguments in (
        "source refresh", "source refresh m3u", "source accept m3u", "source history m3u", "source diff m3u",
        "source diff m3u --old 1 --new 3", "source roll-back m3u --to 2", "channel suggestions", "channel identity 1",
    ):  # fmt: skip
        await server(*arguments.split())
    who = "command line"
    assert server.others.asked == [
        ("refresh", who, None),
        ("refresh", who, "m3u"),
        ("accept", who, "m3u"),
        ("history", "m3u"),
        ("diff", "m3u", None, None),
        ("diff", "m3u", 1, 3),
        ("roll_back", who, "m3u", 2),
        ("suggestions",),
        ("explain", server.desk.lineup.channels[0].channel.id),
    ]
    assert (await server("source", "history", "m3u")).splitlines() == ["what     n", "history  1"]
    assert "http://deck/setup" in await server("deck", "code")


@pytest.mark.parametrize("command", ["source", "channel", "rules"])
async def test_every_command_in_the_table_exists(command, capsys):
    for act in COMMANDS[command].acts:
        assert await asyncio.to_thread(dispatch, [command, act, "--help"]) == 0
        assert act in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("source-add", b'{"source": 1, "definition": {}}', "needs source: a text"),
        ("source-add", b"{}", "needs definition: an object"),
        ("source-enable", b'{"source": "m3u", "on": "yes"}', "needs on: true or false"),
        ("channel-enable", b'{"channels": [1]}', "needs channels: a list of texts"),
        ("undo", b'{"act": 1.5}', "needs act: a whole number"),
        ("undo", b'{"act": true}', "needs act: a whole number"),
        ("undo", b'{"act": 9223372036854775808}', "needs act: a whole number"),
        ("undo", b"[]", "no JSON object"),
        ("undo", b"{", "no JSON"),
        ("zap", b"{}", "does not know that act"),
    ],
)
async def test_the_socket_refuses_what_is_no_act(server, name, body, said):
    async with client(server) as session, session.post(f"http://tunerr/act/{name}", data=body) as response:
        assert response.status == 409
        assert said in (await response.json())["error"]


async def test_a_large_import_fits(server):
    rows = "".join(f'[channel.dna-{number:016x}]\nname = "{"x" * 60}"\n' for number in range(20_000))
    Path("large.toml").write_text(rows)
    assert len(json.loads(await server("source", "import", "large.toml", "--dry-run", "--json"))) == 20_000


@contextlib.asynccontextmanager
async def client(server):
    connector = aiohttp.UnixConnector(path=str(server.folder / "tunerr.sock"))
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session
