import asyncio
import json
import os
import tempfile
from pathlib import Path

import pytest
from aiohttp import web

from tests.tools.world import serving
from tests.unit.cli.test_control import server as control
from tunerr.cli.main import dispatch


@pytest.fixture(autouse=True)
def no_settings(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("IPTV_TUNERR_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("IPTV_TUNERR_DATA_DIR", str(tmp_path))  # where no server runs


@pytest.fixture
def account(monkeypatch):
    monkeypatch.setenv("IPTV_TUNERR_PROVIDER_USER", "alice")
    monkeypatch.setenv("IPTV_TUNERR_PROVIDER_PASS", "hunter2")


async def panel(request):
    if (request.query["username"], request.query["password"]) != ("alice", "hunter2"):
        return web.json_response({"user_info": {"auth": 0}})
    if request.path == "/player_api.php":
        return web.json_response({"user_info": {"auth": 1, "status": "Active"}})
    return web.Response(text="#EXTM3U\n#EXTINF:-1,One\nhttp://tv.example/1\n")


async def run(*arguments):
    return await asyncio.to_thread(dispatch, ["probe", *arguments])


@pytest.mark.usefixtures("account")
async def test_the_table_has_the_ranked_ones_first_and_no_secret(capsys):
    async with serving(panel) as port:
        code = await run("-urls", f"http://127.0.0.1:1,http://127.0.0.1:{port}", "-timeout", "5s")
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].split() == ["RANK", "NAME", "HOST", "STATUS", "LATENCY"]
    assert lines[1].split()[:4] == ["1", f"127.0.0.1:{port}", f"127.0.0.1:{port}", "ok"]
    assert lines[2].split()[:5] == ["-", "127.0.0.1:1", "127.0.0.1:1", "error", "(refused)"]
    assert "127.0.0.1:1 refused the connection. Check the port, and whether the server is running." in lines
    assert lines[-1] == f"Next: Use 127.0.0.1:{port}."
    assert "alice" not in out
    assert "hunter2" not in out


async def test_json_of_the_settings_sources(capsys, monkeypatch, account):
    async with serving(panel) as port:
        monkeypatch.setenv("IPTV_TUNERR_PROVIDER_URL", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("IPTV_TUNERR_M3U_URL_2", "http://127.0.0.1:1/list.m3u")
        assert await run("--json") == 0
    out = capsys.readouterr().out
    document = json.loads(out)
    assert document["advice"] == f"Use 127.0.0.1:{port}."
    facts = [(row["name"], row["status"], row["cause"], row["rank"]) for row in document["targets"]]
    assert facts == [("xtream", "ok", "ok", 1), ("m3u-2", "error", "refused", None)]
    assert [one["question"] for one in document["targets"][0]["attempts"]] == ["player_api.php", "get.php m3u_plus ts"]
    assert "hunter2" not in out


async def test_an_account_in_the_url_needs_no_settings(capsys):
    async with serving(panel) as port:
        url = f"http://127.0.0.1:{port}/get.php?username=alice&password=wrong1&type=m3u_plus"
        assert await run("-urls", url) == 0
    out = capsys.readouterr().out
    assert "error (wrong_credentials)" in out
    assert "wrong1" not in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "There is no URL to probe."),
        (["-urls", "http://127.0.0.1:1"], "no user name and password"),
        (["-urls", "list.m3u"], "Only http and https"),
        (["-urls", "http://127.0.0.1:1/list.m3u", "-timeout", "soon"], "no duration"),
    ],
)
def test_nothing_to_ask_is_1(arguments, said, capsys):
    assert dispatch(["probe", *arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


@pytest.fixture
def folder(monkeypatch):
    with tempfile.TemporaryDirectory() as short:  # socket paths are limited to 107 bytes
        monkeypatch.setenv("IPTV_TUNERR_DATA_DIR", short)
        yield Path(short)


async def picky(request):
    if not request.headers["User-Agent"].startswith("Lavf"):
        return web.Response(status=403)
    return await panel(request)


@pytest.mark.usefixtures("account")
async def test_the_running_server_hears_which_user_agent_works(capsys, folder):
    async with serving(picky) as port, control(folder / "tunerr.sock", 200, {"message": "1 remembered."}) as seen:
        assert await run("-urls", f"http://127.0.0.1:{port}", "-timeout", "10s") == 0
    assert seen == [("agents-learn", {"agents": {"127.0.0.1": "Lavf/60.16.100"}, "usual": []})]
    assert capsys.readouterr().out.splitlines()[-1] == "The running server remembers the User-Agent."


@pytest.mark.usefixtures("account")
async def test_a_host_that_is_well_is_told_as_well(capsys, folder):
    async with serving(panel) as port, control(folder / "tunerr.sock", 409, {"error": "Not now."}) as seen:
        assert await run("-urls", f"http://127.0.0.1:{port}", "-timeout", "10s") == 0
    assert seen == [("agents-learn", {"agents": {}, "usual": ["127.0.0.1"]})]
    assert capsys.readouterr().out.splitlines()[-1] == "The running server did not take note: Not now."


async def test_the_running_server_asks_its_own_sources(capsys, folder):
    row = {"name": "home", "site": "panel.example:8080", "status": "ok", "cause": "ok", "rank": 1, "latency_ms": 12}
    row |= {"sentence": "It works.", "advice": "", "user_agent": "Lavf/60.16.100", "attempts": []}
    answer = {"data": {"advice": "Use panel.example:8080.", "targets": [row]}}
    async with control(folder / "tunerr.sock", 200, answer) as seen:
        assert await run("--timeout", "90s") == 0
    assert seen == [("probe", {"seconds": 90})]
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["1", "home", "panel.example:8080", "ok", "12", "ms"]
    assert lines[3:] == [
        "home: panel.example:8080 works with the User-Agent 'Lavf/60.16.100'.",
        "Next: Use panel.example:8080.",
    ]
