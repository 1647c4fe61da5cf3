import asyncio
import contextlib
import json
import socket
import tempfile
from pathlib import Path

import pytest
from aiohttp import web

from tunerr.cli.main import dispatch
from tunerr.cli.output import show


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with tempfile.TemporaryDirectory() as short:  # socket paths are limited to 107 bytes
        yield Path(short)


@contextlib.asynccontextmanager
async def server(path, status, answer):
    """A control socket that records requests and gives one answer."""
    seen = []

    async def act(request):
        seen.append((request.match_info["name"], await request.json()))
        return web.json_response(answer, status=status)

    app = web.Application()
    app.router.add_post("/act/{name}", act)
    runner = web.AppRunner(app)
    await runner.setup()
    path.parent.mkdir(exist_ok=True)
    await web.UnixSite(runner, str(path)).start()
    try:
        yield seen
    finally:
        await runner.cleanup()


async def test_acts_reach_the_server_and_its_message_is_printed(folder, capsys):
    async with server(folder / "tunerr.sock", 200, {"message": "Code: 123456"}) as seen:
        for arguments in (
            ["deck", "code"],
            ["source", "accept", "m3u-2"],
            ["source", "refresh", "xmltv"],
            ["source", "refresh"],
        ):
            assert await asyncio.to_thread(dispatch, [*arguments, "-data-dir", str(folder)]) == 0
    assert seen == [
        ("deck-code", {}),
        ("accept-refresh", {"source": "m3u-2"}),
        ("refresh", {"source": "xmltv"}),
        ("refresh", {}),
    ]
    assert capsys.readouterr().out.splitlines() == ["Code: 123456"] * 4


async def test_data_is_printed_as_a_table_or_as_json(folder, capsys):
    data = [
        {"id": "a\x1b[2J", "on": True, "streams": ["x", "y"]},
        {"id": "b", "on": False, "more": {"n": 1}, "no": None},
    ]
    async with server(folder / "tunerr.sock", 200, {"data": data}):
        assert await asyncio.to_thread(dispatch, ["source", "list", "--data-dir", str(folder)]) == 0
        assert await asyncio.to_thread(dispatch, ["source", "list", "--json", "--data-dir", str(folder)]) == 0
    out = capsys.readouterr().out
    table, _, printed = out.partition("\n[")
    assert table.splitlines() == [
        "id     on   streams  more      no",
        "a [2J  yes  x, y",
        'b      no            {"n": 1}',
    ]
    assert json.loads(f"[{printed}") == data


async def test_one_thing_is_printed_by_its_fields(folder, capsys):
    data = {"id": "a", "stages": [{"stage": "dedupe", "left_out": 2}], "empty": []}
    async with server(folder / "tunerr.sock", 200, {"data": data}):
        assert await asyncio.to_thread(dispatch, ["channel", "why", "5", "--data-dir", str(folder)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "id      a", "stages:", "stage   left_out", "dedupe  2", "empty",
    ]  # fmt: skip


async def test_nothing_is_said_to_be_nothing_and_a_message_may_be_json(folder, capsys):
    async with server(folder / "tunerr.sock", 200, {"data": []}):
        assert await asyncio.to_thread(dispatch, ["channel", "suggestions", "--data-dir", str(folder)]) == 0
    async with server(folder / "tunerr.sock", 200, {"message": "Done."}):
        assert await asyncio.to_thread(dispatch, ["undo", "--json", "--data-dir", str(folder)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("There is nothing to show.\n")
    assert json.loads(out.partition("\n")[2]) == {"message": "Done."}


def test_on_a_terminal_a_table_takes_names_as_they_are(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    show([{"name": "[red]BBC[/red]", "id": 1}], as_json=False)
    assert "[red]BBC[/red]" in capsys.readouterr().out


async def test_a_refusal_is_message_hint_and_1(folder, capsys):
    async with server(folder / "tunerr.sock", 409, {"error": "Nothing waits.", "hint": "Refresh first."}):
        assert await asyncio.to_thread(dispatch, ["source", "accept", "m3u", "--data-dir", str(folder)]) == 1
    assert capsys.readouterr().err.splitlines() == ["Nothing waits.", "Refresh first."]


def test_without_a_server_the_folder_is_named(folder, capsys):
    assert dispatch(["deck", "code", "--data-dir", str(folder)]) == 1
    err = capsys.readouterr().err
    assert f"No server is running on the data folder {folder}." in err
    assert "iptv-tunerr run" in err


def test_a_socket_that_a_killed_server_left_is_no_server(folder, capsys):
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(folder / "tunerr.sock"))
    assert dispatch(["deck", "code", "--data-dir", str(folder)]) == 1
    assert "No server is running" in capsys.readouterr().err


async def test_a_data_folder_may_lie_deep(monkeypatch, tmp_path, capsys):
    deep = tmp_path / ("d" * 120)
    deep.mkdir()
    monkeypatch.chdir(deep)
    async with server(Path("tunerr.sock"), 200, {"message": "reached"}):  # relative: too long otherwise
        assert await asyncio.to_thread(dispatch, ["deck", "code", "--data-dir", str(deep)]) == 0
    assert capsys.readouterr().out == "reached\n"


async def test_an_answer_that_is_none_is_explained(folder, capsys):
    async with server(folder / "tunerr.sock", 500, ["odd"]):
        assert await asyncio.to_thread(dispatch, ["deck", "code", "--data-dir", str(folder)]) == 1
    assert "status 500" in capsys.readouterr().err
