"""Every form of channel plays in real players for ten seconds without one error line."""

import asyncio
import contextlib
import socket

import pytest

from tests.tools.clients import client, play, probe
from tests.tools.server import free_port, listens
from tests.tools.until import until

SECONDS = 10
DEMO = {
    0: {"video": "h264", "audio": "aac"},
    1: {"video": "mpeg2video", "audio": "ac3"},
    2: {"video": "h264", "audio": "aac"},
    3: {"video": "h264", "audio": "aac"},
    4: {"video": "h264", "audio": "aac"},
    5: None,  # radio: audio alone
}


@pytest.mark.client
@pytest.mark.parametrize("index", DEMO)
async def test_each_demo_channel_plays(demo, index):
    row = (await demo.json("/lineup.json"))[index]
    codecs = await probe(row["URL"])
    if DEMO[index] is None:
        assert set(codecs) == {"audio"}
    else:
        assert codecs == DEMO[index]
    assert await play(row["URL"], SECONDS) == []
    await demo.idle()


@contextlib.asynccontextmanager
async def sender(*output):
    """A real ffmpeg that sends a picture and a tone to `output` in real time."""
    process = await asyncio.create_subprocess_exec(
        client("ffmpeg"), "-nostdin", "-v", "error", "-re",
        "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-f", "lavfi", "-i", "sine=frequency=300",
        "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25", "-c:a", "aac", *output,
        stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@pytest.mark.client
async def test_a_udp_channel_plays(boot, provider):
    port = free_port(socket.SOCK_DGRAM)
    url = f"udp://127.0.0.1:{port}"
    provider.publish("/playlist.m3u", f"#EXTM3U\n#EXTINF:-1 tvg-id=udp.test,Udp\n{url}\n")
    async with sender("-f", "mpegts", f"{url}?pkt_size=1316"):
        server = await boot(env={"IPTV_TUNERR_M3U_URL": provider.base + "/playlist.m3u"})
        channel = (await server.json("/lineup.json"))[0]["URL"]
        assert await probe(channel) == {"video": "h264", "audio": "aac"}
        assert await play(channel, SECONDS) == []


@pytest.mark.client
async def test_an_rtmp_channel_plays(boot, provider):
    port = free_port()
    url = f"rtmp://127.0.0.1:{port}/live/stream"
    provider.publish("/playlist.m3u", f"#EXTM3U\n#EXTINF:-1 tvg-id=rtmp.test,Rtmp\n{url}\n")
    server = await boot(env={"IPTV_TUNERR_M3U_URL": provider.base + "/playlist.m3u"})
    channel = (await server.json("/lineup.json"))[0]["URL"]
    # ffmpeg serves one RTMP client and ends with it: one play for all that is to be seen.
    async with sender("-f", "flv", "-listen", "1", url):
        await until(lambda: listens(port), deadline=90, what="the sender")
        assert await play(channel, SECONDS) == []
