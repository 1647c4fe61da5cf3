import asyncio
import json
import time
from pathlib import Path

import pytest

from tests.tools.clients import client, play, run
from tests.tools.until import until
from tunerr.errors import TunerrError
from tunerr.lab.demo import DemoProvider
from tunerr.lab.demo.channels import CHANNELS
from tunerr.support.clock import SystemClock

CODECS = {
    "one": {"video": "h264", "audio": "aac"},
    "classic": {"video": "mpeg2video", "audio": "ac3"},
    "science": {"video": "h264", "audio": "aac"},
    "vault": {"video": "h264", "audio": "aac"},
    "nature": {"video": "h264", "audio": "aac"},
    "radio": {"audio": "aac"},
}


def url_of(provider, channel):
    return provider.playlist_url.removesuffix("/playlist.m3u") + channel.path


def encoders():
    """Ids of the ffmpeg processes that run our demo's command lines as children of this process."""
    mine = Path("/proc/self/task").glob("*/children")
    children = {pid for path in mine for pid in path.read_text().split()}
    return {pid for pid in children if b"lavfi" in cmdline(pid)}


def cmdline(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.slug)
async def test_each_channel_plays_without_an_error_line(demo, channel):
    # For HLS long enough to pass what was there at the start, and the first change of the key.
    assert await play(url_of(demo, channel), 12 if channel.form.is_hls else 5) == []


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.slug)
async def test_each_channel_is_what_its_caption_says(demo, channel):
    shown = await run(
        client("ffprobe"), "-v", "error", "-analyzeduration", "1000000", "-show_streams", "-of", "json",
        url_of(demo, channel),
    )  # fmt: skip
    streams = json.loads(shown.out)["streams"]
    largest = {stream["codec_type"]: stream for stream in sorted(streams, key=lambda stream: stream.get("width", 0))}
    assert {kind: stream["codec_name"] for kind, stream in largest.items()} == CODECS[channel.slug]
    if video := largest.get("video"):
        assert (video["width"], video["height"], video["r_frame_rate"]) == (640, 360, "25/1")
    assert sum(stream["codec_type"] == "video" for stream in streams) == {"science": 2, "radio": 0}.get(channel.slug, 1)


async def test_the_ffmpeg_of_the_package_encodes_every_channel_too(tmp_path):
    package = pytest.importorskip("imageio_ffmpeg", reason="the extra [ffmpeg] is not installed")
    provider = DemoProvider(ffmpeg=package.get_ffmpeg_exe, work_dir=tmp_path, clock=SystemClock())
    await provider.start()
    errors = await asyncio.gather(*(play(url_of(provider, channel), 3) for channel in CHANNELS))
    assert errors == [[]] * len(CHANNELS)
    await provider.aclose()


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.slug)
async def test_the_first_bytes_come_soon(demo, http, channel):
    started = time.monotonic()
    async with http.get(url_of(demo, channel)) as response:
        assert response.status == 200
        assert await response.content.read(100)
    assert time.monotonic() - started < 5  # 0.2 s and 1.3 s on an idle machine


async def test_looking_around_starts_no_encoder(demo, http):
    base = demo.playlist_url.removesuffix("/playlist.m3u")
    for path in ["/playlist.m3u", "/guide.xml", "/status.json", *(channel.path for channel in CHANNELS)]:
        async with http.head(base + path) as response:
            assert (response.status, await response.read()) == (200, b""), path
    async with http.get(f"{base}/status.json") as response:
        assert {channel["encoders_started"] for channel in (await response.json())["channels"]} == {0}


@pytest.mark.parametrize(
    "path",
    [
        "/", "/ts/none.ts", "/ts/science.ts", "/hls/one/master.m3u8", "/hls/science/key.info", "/hls/science/v0_1.ts",
        "/hls/vault/..%2f..%2fplaylist.m3u", "/hls/vault/../../../../etc/passwd", "/hls/vault/%2e%2e/x.key",
    ],
)  # fmt: skip
async def test_an_unknown_path_is_not_found(demo, path):
    port = int(demo.playlist_url.split(":")[2].split("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert (await reader.read()).startswith(b"HTTP/1.1 404")
    writer.close()
    await writer.wait_closed()


async def test_a_file_that_is_gone_is_not_found_while_the_channel_runs(demo, http):
    science = url_of(demo, CHANNELS[2])
    async with http.get(science) as response:
        assert response.content_type == "application/vnd.apple.mpegurl"
    for name in ("v0_1.ts", "v9.m3u8"):
        async with http.get(science.replace("master.m3u8", name)) as response:
            assert response.status == 404


async def test_the_playlist_names_this_provider(demo, http):
    async with http.get(demo.playlist_url) as response:
        text = await response.text()
    assert all(url_of(demo, channel) in text for channel in CHANNELS)
    assert demo.guide_url in text


async def test_without_ffmpeg_a_viewer_reads_why(tmp_path, http):
    def missing():
        raise TunerrError("There is no ffmpeg on this machine.")

    provider = DemoProvider(ffmpeg=missing, work_dir=tmp_path, clock=SystemClock())
    await provider.start()
    for channel in CHANNELS:
        async with http.get(url_of(provider, channel)) as response:
            assert response.status == 503
            assert "log" in await response.text()
    await provider.aclose()


async def test_a_taken_port_is_named(demo, tmp_path):
    port = int(demo.playlist_url.split(":")[2].split("/")[0])
    other = DemoProvider(ffmpeg=lambda: "ffmpeg", work_dir=tmp_path, clock=SystemClock())
    with pytest.raises(TunerrError, match=f"127.0.0.1:{port}"):
        await other.start(port)


async def test_closing_leaves_no_process_and_no_file(tmp_path, http):
    provider = DemoProvider(ffmpeg=lambda: client("ffmpeg"), work_dir=tmp_path, clock=SystemClock())
    await provider.start()
    watching = await http.get(url_of(provider, CHANNELS[0]))
    await watching.content.readany()
    async with http.get(url_of(provider, CHANNELS[2])) as response:
        await response.read()
    assert len(encoders()) == 2
    assert list(tmp_path.iterdir())
    started = time.monotonic()
    await provider.aclose()
    assert time.monotonic() - started < 3
    await until(lambda: not encoders(), deadline=3)
    assert list(tmp_path.iterdir()) == []
    watching.close()
    await provider.aclose()
