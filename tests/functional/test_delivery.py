"""How one channel reaches many viewers, and what is open when."""

import asyncio
from pathlib import Path

import pytest

from tests.tools.packet_walk import walk
from tests.tools.recording import MEDIA_SERVER, record
from tests.tools.stream_facts import judge
from tests.tools.until import until

HERD = 50
FREED = 0.3  # seconds in which the provider notices a closed socket


pytestmark = pytest.mark.asyncio(loop_scope="module")
CHANNELS, TUNERS = ("one", "two", "three", "four"), 2


@pytest.fixture
def tuner(shared):
    """The program with four channels and two tuners."""
    server, _ = shared
    server.urls = [row["URL"] for row in server.rows]
    return server


@pytest.fixture
def provider(shared):
    return shared[1]


async def freed(server, provider):
    """Wait until no tuner is in use; by then no upstream may be open."""

    async def idle():
        return await server.tuners_in_use() == 0

    await until(idle, deadline=20, every=0.01, what="tuners free")
    await until(lambda: provider.open_streams == 0, deadline=FREED, what="upstreams closed when the tuner is free")


async def test_a_cold_herd_plays_from_one_upstream(tuner, provider, tmp_path):
    seen = await asyncio.gather(*(record(tuner.urls[0], tmp_path / f"{n}.ts", seconds=6) for n in range(HERD)))
    print(f"first bytes after {min(r.first_byte for r in seen):.2f} to {max(r.first_byte for r in seen):.2f} s")
    assert {(row.status, row.end) for row in seen} == {(200, "left")}
    assert provider.opened_streams == 1
    assert max(row.longest_gap for row in seen) < 1.5
    for row in seen:
        facts = walk(row.path.read_bytes())
        assert facts.first == ("PAT", "PMT", "access point")
        assert facts.continuity == ()
        assert facts.seconds > 4
    assert (await judge(seen[0].path, vlc=True)).breaches() == ()
    await freed(tuner, provider)


async def test_two_channels_of_one_media_server_play_and_a_third_is_refused(tuner, provider, tmp_path):
    """Behind Plex every viewer has one address and one User-Agent: nobody's tuner is taken over."""

    async def watch(index, seconds):
        return await record(tuner.urls[index], tmp_path / f"{index}.ts", seconds=seconds, agent=MEDIA_SERVER)

    async def third():
        await until(lambda: provider.open_streams == 2, deadline=20)
        return await watch(2, 10)

    first, second, refused = await asyncio.gather(watch(0, 12), watch(1, 12), third())
    assert (refused.status, refused.error, refused.end) == (503, 805, "refused")
    assert refused.answered < 4
    for seen in (first, second):
        assert (seen.status, seen.end) == (200, "left")
        facts = await judge(seen.path)
        assert facts.breaches() == ()
        assert facts.walk.seconds > 5
    assert provider.opened_streams == 2
    await freed(tuner, provider)


async def test_S19_a_viewer_that_takes_a_kilobyte_a_second_harms_nobody(tuner, provider, tmp_path):
    def memory():
        lines = Path(f"/proc/{tuner.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

    async def measured():
        await asyncio.sleep(8)
        before = memory()
        await asyncio.sleep(11)
        return memory() - before

    quick, slow, grown = await asyncio.gather(
        record(tuner.urls[0], tmp_path / "quick.ts", seconds=20),
        record(tuner.urls[0], tmp_path / "slow.ts", seconds=20, rate=1000),
        measured(),
    )
    assert (quick.status, quick.end, slow.status) == (200, "left", 200)
    assert quick.longest_gap < 1.5
    assert (await judge(quick.path)).breaches() == ()
    assert grown < 10
    await freed(tuner, provider)


@pytest.mark.parametrize(
    "asked",
    [{"version": "1.0"}, {"headers": ("Range: bytes=0-", "Accept-Encoding: gzip")}, {"agent": MEDIA_SERVER}],
    ids=["http-1.0", "range", "media-server"],
)
async def test_however_it_is_asked_for_the_stream_is_strict(tuner, provider, tmp_path, asked):
    seen = await record(tuner.urls[0], tmp_path / "asked.ts", seconds=8, **asked)
    assert (seen.status, seen.end) == (200, "left")
    assert not {"content-range", "content-encoding", "content-length"} & set(seen.headers)
    assert (await judge(seen.path, vlc=True)).breaches() == ()
    await freed(tuner, provider)


async def test_the_last_of_three_overlapping_requests_plays_on(tuner, provider, tmp_path):
    """Kodi asks whether the stream is there, then for its type, then for the stream."""

    async def after(delay, seconds, **how):
        await asyncio.sleep(delay)
        return await record(tuner.urls[0], tmp_path / f"{delay}.ts", seconds=seconds, **how)

    first, second, last = await asyncio.gather(after(0, 2), after(1, 2, reset=True), after(1.5, 8))
    assert {(row.status, row.end) for row in (first, second, last)} == {(200, "left")}
    assert last.longest_gap < 1.5
    assert (await judge(last.path)).breaches() == ()
    assert provider.opened_streams == 1
    await freed(tuner, provider)


@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
async def test_zapping_never_has_two_upstreams_open_on_one_tuner(boot, provider, tmp_path, reset):
    playlist = provider.playlist("one", "two", path="/zapped.m3u")
    server = await boot(env={"IPTV_TUNERR_M3U_URL": playlist, "IPTV_TUNERR_TUNER_COUNT": "1"})
    urls = [row["URL"] for row in await server.json("/lineup.json")]
    most = 0
    for turn in range(8):
        seen = await record(urls[turn % 2], tmp_path / "zap.ts", seconds=1.5, reset=reset)
        assert (seen.status, seen.end) == (200, "left"), f"turn {turn}: {seen.headers}"
        most = max(most, provider.most_open)
    assert most == 1
    await freed(server, provider)
