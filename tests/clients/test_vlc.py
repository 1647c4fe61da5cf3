"""VLC, as an ordinary user."""

import asyncio
import re

import pytest

from tests.tools.clients import client, probe, version
from tests.tools.household import AC3, CHANNELS, HLS, TS, TUNERS
from tests.tools.ordinary import ordinary_home, ordinary_user, vlc
from tests.tools.recording import Recording, record
from tests.tools.until import until

SECONDS = 4


async def save(url, home):
    """What VLC says while it saves `SECONDS` of a stream, and the file."""
    saved = home / "vlc.ts"
    keeping = (f"--run-time={SECONDS}", "--sout", f"#std{{access=file,mux=ts,dst={saved}}}")
    result = await vlc(home, *keeping, url)
    return result.out + result.err, saved


async def said(home):
    """The version that VLC tells."""
    return await version(*ordinary_user(), client("cvlc"), "--version", env={"HOME": str(home)})


@pytest.mark.client("VLC", "saves 4 s of a TS and of an HLS channel")
async def test_S20_vlc_saves(house, urls, saw):
    with ordinary_home() as home:
        sizes = []
        for name in (TS, HLS):
            told, saved = await save(urls[name], home)
            assert await probe(str(saved)) == {"video": "h264", "audio": "aac"}, told[-3000:]
            sizes.append(saved.stat().st_size)
        freed = await house.idle()
        saw(
            await said(home),
            f"h264 and aac, {sizes[0]:,} and {sizes[1]:,} bytes, tuner free after {freed:.1f} s",
        )


async def refusals(server):
    """How many tunes were refused because all tuners were in use."""
    found = re.search(
        rb'^iptv_tunerr_tunes_total\{result="805"\} (\S+)', (await server.get("/metrics")).data, re.MULTILINE
    )
    return float(found[1]) if found else 0.0


@pytest.mark.client("VLC", "is refused while all tuners are in use, asks again as HTTP/1.0 when one is free")
async def test_S20_vlc_asks_again_as_http_1_0(house, urls, saw, tmp_path):
    others = [Recording(tmp_path / f"{name}.ts") for name in CHANNELS[:TUNERS]]
    watching = [asyncio.create_task(record(urls[each.path.stem], each.path, seconds=60, into=each)) for each in others]

    async def full():
        return await house.tuners_in_use() == TUNERS

    async def refused():
        return await refusals(house) > before

    await until(full, deadline=10, what="all tuners in use")
    before = await refusals(house)
    with ordinary_home() as home:
        saving = asyncio.create_task(save(urls[AC3], home))
        try:
            await until(refused, what="VLC refused")
        finally:
            for other in others:
                other.leave()
            await asyncio.gather(*watching)
        told, saved = await saving
        asked = re.findall(r"^(?:GET /auto/\S+ |HTTP/1.1 503)(?:HTTP/1..)?", told, re.MULTILINE)
        assert [line.split()[-1] for line in asked] == ["HTTP/1.1", "503", "HTTP/1.0"], told[-4000:]
        assert await probe(str(saved)) == {"video": "h264", "audio": "ac3"}, told[-4000:]
        freed = await house.idle()
        saw(await said(home), f"503, then h264 and ac3, tuner free after {freed:.1f} s")
