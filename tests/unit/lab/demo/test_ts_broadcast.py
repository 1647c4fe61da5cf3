import asyncio
from itertools import pairwise

import pytest

from tests.tools.until import until
from tests.unit.lab.demo.ts_facts import PACKET, ts_facts
from tunerr.errors import TunerrError
from tunerr.lab.demo import ts_broadcast
from tunerr.lab.demo.channels import CHANNELS
from tunerr.lab.demo.ts_broadcast import TsBroadcast
from tunerr.support.tasks import Supervisor

ONE = CHANNELS[0]
TALK = (
    "import sys,time\nwhile True:\n sys.stdout.buffer.write(bytes([0x47])*188*5); sys.stdout.flush(); time.sleep(0.01)"
)


async def read(response, seconds):
    """Bytes that arrive until the stream's own clock has advanced by `seconds`, cut to whole packets."""
    data = b""
    while True:
        data += await response.content.readany()
        whole = data[: len(data) - len(data) % PACKET]
        pcrs = ts_facts(whole).pcrs
        if pcrs and pcrs[-1] - pcrs[0] >= seconds:
            return whole


@pytest.mark.parametrize("slug", ["one", "classic", "radio"])
async def test_the_stream_keeps_the_rules_of_a_good_stream(demo, http, slug):
    started = asyncio.get_running_loop().time()
    async with http.get(demo.playlist_url.replace("playlist.m3u", f"ts/{slug}.ts")) as response:
        assert (response.status, response.content_type) == (200, "video/mp2t")
        data = await read(response, 3.5)
    assert asyncio.get_running_loop().time() - started > 1.0, "it is paced, not dumped"
    facts = ts_facts(data)
    assert facts.continuity_errors == 0
    assert max(later - earlier for earlier, later in pairwise(facts.pcrs)) <= 0.1
    assert max(later - earlier for earlier, later in pairwise(facts.tables)) <= 0.5
    assert facts.access_points[0] - facts.pcrs[0] < 0.1
    assert max(later - earlier for earlier, later in pairwise(facts.access_points)) <= 1.04


async def test_two_viewers_share_one_encoder_which_ends_when_both_have_left(demo, http):
    url = demo.playlist_url.replace("playlist.m3u", "ts/one.ts")

    async def facts():
        async with http.get(demo.playlist_url.replace("playlist.m3u", "status.json")) as response:
            return (await response.json())["channels"][0]

    first, second = await http.get(url), await http.get(url)
    await first.content.readany()
    await second.content.readexactly(PACKET)
    now = await facts()
    assert (now["connections"], now["encoders_started"], now["encoding"]) == (2, 1, True)
    first.close()
    assert (await until(lambda: left_with(facts, 1)))["encoding"] is True
    second.close()
    assert (await until(lambda: left_with(facts, 0)))["encoding"] is False


async def left_with(facts, connections):
    now = await facts()
    return now if now["connections"] == connections else None


@pytest.fixture
async def tasks():
    supervisor = Supervisor()
    yield supervisor
    await supervisor.aclose()


async def test_a_viewer_that_does_not_read_is_let_go_and_the_others_go_on(tasks, monkeypatch):
    monkeypatch.setattr(ts_broadcast, "_QUEUE_CHUNKS", 3)
    broadcast = TsBroadcast(channel=ONE, command=lambda _: ["python3", "-c", TALK], tasks=tasks)
    sleeper, reader = broadcast.watch(), broadcast.watch()
    await anext(sleeper)
    await anext(reader)
    while broadcast.facts().connections == 2:
        await anext(reader)
    assert len([chunk async for chunk in sleeper]) <= 3
    assert await anext(reader)
    await reader.aclose()
    assert broadcast.facts().encoding is False


async def test_too_many_viewers_are_refused(tasks, monkeypatch):
    monkeypatch.setattr(ts_broadcast, "MAX_VIEWERS", 1)
    broadcast = TsBroadcast(channel=ONE, command=lambda _: ["python3", "-c", TALK], tasks=tasks)
    viewer = broadcast.watch()
    await anext(viewer)
    with pytest.raises(TunerrError, match="Tunerr One has 1 viewers"):
        await anext(broadcast.watch())
    await viewer.aclose()


async def test_an_encoder_that_fails_ends_its_viewers_and_the_next_one_starts_it_again(tasks, capsys):
    commands = [["python3", "-c", "raise SystemExit('no such font')"], ["python3", "-c", TALK]]
    broadcast = TsBroadcast(channel=ONE, command=lambda _: commands.pop(0), tasks=tasks)
    assert [chunk async for chunk in broadcast.watch()] == []
    output = capsys.readouterr().out
    assert "demo encoder ended by itself" in output
    assert "no such font" in output
    again = broadcast.watch()
    assert len(await anext(again)) % PACKET == 0
    await again.aclose()
