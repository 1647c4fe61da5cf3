"""ffprobe and ffmpeg: what media servers are built on."""

import asyncio

import pytest

from tests.tools.clients import client, play, probe, run, version
from tests.tools.household import CHANNELS, HLS, TS, TUNERS

SECONDS = 4


@pytest.mark.client("ffprobe", "asks for the streams of a TS and of an HLS channel")
async def test_S20_ffprobe_finds_the_streams(house, urls, saw):
    for name in (TS, HLS):
        assert await probe(urls[name]) == {"video": "h264", "audio": "aac"}
    freed = await house.idle()
    saw(await version(client("ffprobe"), "-version"), f"h264 and aac both times, tuner free after {freed:.1f} s")


@pytest.mark.client("ffmpeg", "decodes 4 s of each of four channels at once: H.264, MPEG-2, HLS, encrypted HLS")
async def test_S20_ffmpeg_decodes_four_channels(house, urls, saw):
    complaints = await asyncio.gather(*(play(urls[name], SECONDS) for name in CHANNELS[:TUNERS]))
    assert complaints == [[]] * TUNERS
    freed = await house.idle()
    saw(await version(client("ffmpeg"), "-version"), f"no error line, tuners free after {freed:.1f} s")


@pytest.mark.client("ffmpeg", "copies 4 s of a TS and of an HLS channel into a file")
async def test_S20_ffmpeg_records(house, urls, saw, tmp_path):
    sizes = []
    for name in (TS, HLS):
        saved = tmp_path / f"{name}.ts"
        copy = ("-t", SECONDS, "-c", "copy", "-f", "mpegts", saved)
        result = await run(client("ffmpeg"), "-nostdin", "-v", "error", "-i", urls[name], *copy, deadline=40)
        assert (result.status, result.err) == (0, "")
        assert await probe(str(saved)) == {"video": "h264", "audio": "aac"}
        sizes.append(saved.stat().st_size)
    freed = await house.idle()
    saw(
        await version(client("ffmpeg"), "-version"),
        f"h264 and aac, {sizes[0]:,} and {sizes[1]:,} bytes, no error line, tuner free after {freed:.1f} s",
    )
