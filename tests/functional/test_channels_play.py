"""Every form of channel plays in real players for ten seconds without one error line."""

import asyncio
import contextlib
import socket

import pytest

from tests.tools.clients import client, play, probe, run
from tests.tools.server import free_port
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
    await until(lambda: _idle(demo), what="the tuner free after the player has gone")


async def _idle(server):
    return await server.tuners_in_use() == 0


@pytest.mark.client
async def test_vlc_plays(demo, tmp_path):
    """S20: VLC saves what it plays; ffprobe must find both streams in it."""
    url = (await demo.json("/lineup.json"))[0]["URL"]
    saved = tmp_path / "vlc.ts"
    vlc = client("cvlc")
    # VLC refuses to run as root; in containers there is often nobody else.
    command = f"exec {vlc} --play-and-exit --run-time=4 --sout '#std{{access=file,mux=ts,dst={saved}}}' {url}"
    tmp_path.chmod(0o777)
    for parent in tmp_path.parents:
        if parent.stat().st_uid == 0 and parent != parent.parent and "pytest" in parent.name:
            parent.chmod(0o755)
    user = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", f"HOME={tmp_path}")
    await run(*(user if _is_root() else ()), "sh", "-c", command, deadline=60)
    assert await probe(str(saved)) == {"video": "h264", "audio": "aac"}
    await until(lambda: _idle(demo), what="the tuner free after VLC has gone")


def _is_root():
    import os  # noqa: PLC0415 - only here

    return os.geteuid() == 0


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
    url = f"rtmp://127.0.0.1:{free_port()}/live/stream"
    provider.publish("/playlist.m3u", f"#EXTM3U\n#EXTINF:-1 tvg-id=rtmp.test,Rtmp\n{url}\n")
    server = await boot(env={"IPTV_TUNERR_M3U_URL": provider.base + "/playlist.m3u"})
    channel = (await server.json("/lineup.json"))[0]["URL"]
    # ffmpeg serves one RTMP client and ends with it: one play for all that is to be seen.
    async with sender("-f", "flv", "-listen", "1", url):
        assert await play(channel, SECONDS) == []
