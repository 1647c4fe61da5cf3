import asyncio
import json
import os

import pytest
from aiohttp import web

from tests.tools.world import serving
from tunerr.cli.main import dispatch

ROWS = [
    ("One", "one.us", "News"),
    ("Two", "two.us", "News"),
    ("Three", "three.us", ""),
    ("Nameless", "", "News"),
    ("Blue", "blue.us", "XXX"),
    ("Old [closed]", "old.us", "News"),
]


@pytest.fixture(autouse=True)
def no_settings(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("IPTV_TUNERR_"):
            monkeypatch.delenv(name)


async def lists(request):
    if request.path != "/free.m3u":
        return web.Response(status=404)
    rows = (
        f'#EXTINF:-1 tvg-id="{tvg}" group-title="{group}",{name}\nhttp://tv.example/{place}.ts\n'
        for place, (name, tvg, group) in enumerate(ROWS)
    )
    return web.Response(text="#EXTM3U\n" + "".join(rows) + "#EXTINF:-1,Local\nvideo.ts\n")


@pytest.fixture
async def port(monkeypatch):
    async with serving(lists) as found:
        monkeypatch.setenv("IPTV_TUNERR_FREE_SOURCE", f"http://127.0.0.1:{found}/free.m3u?key=hunter2")
        monkeypatch.setenv("IPTV_TUNERR_FREE_SOURCE_2", f"http://127.0.0.1:{found}/gone.m3u")
        yield found


async def run(*arguments):
    return await asyncio.to_thread(dispatch, ["free-sources", *arguments])


@pytest.mark.usefixtures("port")
async def test_each_source_is_counted_and_an_ill_one_says_why(capsys):
    assert await run("--json") == 0
    out = capsys.readouterr().out
    document = json.loads(out)
    first, second = document["sources"]
    assert (first.pop("source"), first.pop("problem")) == ("free", "")
    assert first == {
        "entries": 6,
        "channels": 3,
        "groups": 2,
        "no_tvg_id": 1,
        "adult": 1,
        "closed": 1,
        "unusable": 1,
    }
    assert document["total"] == 3
    assert (second["source"], second["channels"]) == ("free-2", 0)
    assert "404" in second["problem"]
    assert "hunter2" not in out


@pytest.mark.usefixtures("port")
async def test_groups_the_largest_first(capsys):
    assert await run("-by-group", "-limit", "2") == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [["source", "group", "channels"], ["free", "News", "2"], ["free", "(no", "group)", "1"]]


@pytest.mark.usefixtures("port")
async def test_whether_a_tvg_id_is_needed(capsys, monkeypatch):
    assert await run("-no-require-tvgid", "--json") == 0
    assert json.loads(capsys.readouterr().out)["total"] == 4
    monkeypatch.setenv("IPTV_TUNERR_FREE_SOURCE_REQUIRE_TVG_ID", "off")
    assert await run("--json") == 0
    assert json.loads(capsys.readouterr().out)["total"] == 4
    assert await run("-require-tvgid", "--json") == 0
    assert json.loads(capsys.readouterr().out)["total"] == 3


async def test_without_a_free_source_it_says_how_to_set_one(capsys):
    assert await run() == 1
    assert "IPTV_TUNERR_FREE_SOURCE" in capsys.readouterr().err
