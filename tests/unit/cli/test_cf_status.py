import asyncio
import json
import tempfile
from pathlib import Path

import pytest

from tests.unit.cli.test_control import server
from tunerr.cli.main import dispatch

AGENTS = [
    {"host": "a.example", "user_agent": "VLC/3", "from": "probe"},
    {"host": "b.example", "user_agent": "Mine/1", "from": "setting"},
]


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("IPTV_TUNERR_HOST_UA", raising=False)
    with tempfile.TemporaryDirectory() as short:  # socket paths are limited to 107 bytes
        monkeypatch.setenv("IPTV_TUNERR_DATA_DIR", short)
        yield Path(short)


@pytest.fixture
def jar(tmp_path):
    path = tmp_path / "cookies.txt"
    rows = [("a.example", "cf_clearance"), ("c.example", "cf_clearance"), ("d.example", "session")]
    lines = [f"{host}\tFALSE\t/\tFALSE\t4102444800\t{name}\thunter2" for host, name in rows]
    path.write_text("\n".join(["# Netscape HTTP Cookie File", *lines, ""]))
    return str(path)


async def run(*arguments):
    return await asyncio.to_thread(dispatch, ["cf-status", *arguments])


async def test_cookies_and_agents_of_each_host(folder, jar, capsys):
    async with server(folder / "tunerr.sock", 200, {"data": AGENTS}) as seen:
        assert await run("-jar", jar, "--json") == 0
        whole = json.loads(capsys.readouterr().out)
        assert await run("-jar", jar, "-learned", "--json") == 0
        learned = json.loads(capsys.readouterr().out)
        assert await run("-jar", jar) == 0
    assert seen == [("agents", {})] * 3
    until = "until 2100-01-01 00:00 UTC"
    assert whole == [
        {"host": "a.example", "clearance": until, "user_agent": "VLC/3", "from": "probe"},
        {"host": "b.example", "clearance": "", "user_agent": "Mine/1", "from": "setting"},
        {"host": "c.example", "clearance": until, "user_agent": "", "from": ""},
    ]
    assert learned == whole[:1]
    out = capsys.readouterr().out
    assert "hunter2" not in out
    assert "IPTV_TUNERR_HOST_UA=c.example=" in out


async def test_without_a_server_it_says_what_is_not_shown(folder, monkeypatch, capsys):
    monkeypatch.setenv("IPTV_TUNERR_HOST_UA", "B.example=Mine/1")
    assert await run("--json") == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == [{"host": "b.example", "clearance": "", "user_agent": "Mine/1", "from": "setting"}]
    assert str(folder) in err
    assert "not shown" in err
    monkeypatch.delenv("IPTV_TUNERR_HOST_UA")
    assert await run() == 0
    assert capsys.readouterr().out == "There is nothing to show.\n"
