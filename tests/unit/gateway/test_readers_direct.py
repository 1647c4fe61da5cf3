import asyncio
import socket
import time
from contextlib import asynccontextmanager

import pytest

from tests.tools.hls_origin import decoded
from tests.tools.media import make_ts
from tests.tools.until import until
from tests.unit.gateway.readers_rig import ffmpegs_of, http_clients, opener, stream
from tunerr.errors import TunerrError, UpstreamError
from tunerr.gateway.readers.direct import direct_input
from tunerr.gateway.readers.ffmpeg_input import FfmpegInput, command_line
from tunerr.model.url import Zone


@pytest.fixture(scope="session")
def source(tmp_path_factory):
    return make_ts(tmp_path_factory.mktemp("direct") / "a.ts", seconds=8)


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@asynccontextmanager
async def sending(source, *output):
    """ffmpeg sends `source` in real time; killed at the end."""
    process = await asyncio.create_subprocess_exec(
        *("ffmpeg", "-nostdin", "-v", "quiet", "-re", "-stream_loop", "-1", "-i", str(source), "-c", "copy", *output)
    )
    try:
        yield
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def seconds_of(url, seconds):
    """What comes in `seconds`; the opener waits for the sender to be there."""
    data = b""
    last = []

    async def attempt():
        nonlocal data
        async with opener() as opened, opened.open(stream(url)) as upstream:
            async with asyncio.timeout(seconds):
                async for chunk in upstream.chunks():
                    data += chunk
        return True

    async def tried():
        try:
            return await attempt()
        except TimeoutError:
            return True
        except UpstreamError as error:
            last.append(str(error))
            return False

    await until(tried, deadline=10, every=0.2, what=last)
    return data


CASES = {
    "rtmp": (("-f", "flv", "-listen", "1", "rtmp://127.0.0.1:{port}/live/app"), "rtmp://127.0.0.1:{port}/live/app"),
    "udp": (("-f", "mpegts", "udp://127.0.0.1:{port}?pkt_size=1316"), "udp://@127.0.0.1:{port}?fifo_size=1"),
    "any": (("-f", "mpegts", "udp://127.0.0.1:{port}?pkt_size=1316"), "udp://@:{port}"),
    "multicast": (
        ("-f", "mpegts", "udp://239.9.9.9:{port}?pkt_size=1316&localaddr=127.0.0.1&ttl=0"),
        "udp://@239.9.9.9:{port}?localaddr=127.0.0.1",
    ),
    "rtp": (("-f", "rtp_mpegts", "rtp://127.0.0.1:{port}"), "rtp://127.0.0.1:{port}"),
    "srt": (("-f", "mpegts", "srt://127.0.0.1:{port}?mode=listener"), "srt://127.0.0.1:{port}"),
}


@pytest.mark.parametrize("case", CASES)
async def test_it_plays(source, case):
    output, url = CASES[case]
    port = free_port(socket.SOCK_STREAM if case == "rtmp" else socket.SOCK_DGRAM)
    async with sending(source, *(part.format(port=port) for part in output)):
        data = await seconds_of(url.format(port=port), 2)
        assert ffmpegs_of(f":{port}", "pipe:1") == []
    # A live tap begins and ends in the middle of a picture; what lies between has to be whole.
    errors, seconds = await decoded(data[: len(data) // 188 * 188])
    assert seconds > 0.8
    if case == "rtmp":  # joined at a key frame: nothing at all to complain of before the cut
        assert errors.count("\n") <= 2, errors


async def test_ffmpegs_last_words_are_told_without_credentials():
    async with opener() as opened:
        with pytest.raises(UpstreamError, match="refused") as caught:
            async with opened.open(stream(f"rtmp://127.0.0.1:{free_port()}/live/secret/x")):
                pass
    assert caught.value.reason == "ffmpeg"
    assert "secret" not in str(caught.value)


async def test_a_missing_ffmpeg():
    def missing():
        raise TunerrError("There is no ffmpeg on this machine.")

    async with opener(ffmpeg=missing) as opened:
        with pytest.raises(UpstreamError, match="no ffmpeg") as caught:
            async with opened.open(stream("rtmp://127.0.0.1/live/x")):
                pass
    assert caught.value.reason == "ffmpeg"


@pytest.mark.parametrize(
    ("url", "zone", "reason"),
    [
        ("rtmp://127.0.0.1/live/x", Zone.INTERNET, "refused"),
        ("rtsp://192.168.1.1/x", Zone.INTERNET, "refused"),
        ("udp://@:5000", Zone.INTERNET, "refused"),
        ("udp://@239.1.1.1:5000", Zone.INTERNET, "refused"),
        ("srt://169.254.169.254:80", Zone.LOOPBACK, "refused"),
        ("udp://239.1.1.1", Zone.LOOPBACK, "garbage"),
        ("rtmp:///live", Zone.LOOPBACK, "garbage"),
        ("rtmp://host:99999/live", Zone.LOOPBACK, "garbage"),
    ],
)
async def test_what_is_not_opened(url, zone, reason):
    async with http_clients() as clients:
        with pytest.raises(UpstreamError) as caught:
            await direct_input(stream(url, zone), clients)
    assert caught.value.reason == reason


async def test_an_internet_playlist_may_name_the_lan_where_that_is_allowed():
    async with http_clients() as clients:
        found = [
            await direct_input(stream(url, Zone.INTERNET, allow_lan=True), clients)
            for url in ("rtsp://192.168.1.1/x", "udp://@239.1.1.1:5000", "udp://@:5000")
        ]
        with pytest.raises(UpstreamError, match="on this machine"):
            await direct_input(stream("rtmp://127.0.0.1/live/x", Zone.INTERNET, allow_lan=True), clients)
    assert "udp" in found[0].protocols


@pytest.mark.parametrize(
    ("url", "opened"),
    [
        (
            "UDP://@239.1.1.1:5000?localaddr=10.0.0.1&fifo_size=9&x=file",
            "udp://239.1.1.1:5000?localaddr=10.0.0.1&fifo_size=28672&overrun_nonfatal=1",
        ),
        ("udp://@239.1.1.1:5000?localaddr=evil%26x", "udp://239.1.1.1:5000?fifo_size=28672&overrun_nonfatal=1"),
        ("rtp://239.1.1.1:5000", "rtp://239.1.1.1:5000?"),
        (
            "srt://127.0.0.1:9?streamid=a&mode=listener&local_addr=0.0.0.0",
            "srt://127.0.0.1:9?streamid=a&mode=caller&connect_timeout=8000",
        ),
        ("rtmp://u:p@127.0.0.1/live/x?y=1", "rtmp://u:p@127.0.0.1:1935/live/x?y=1"),
        ("rtsp://u:p@localhost/x", "rtsp://u:p@localhost:554/x"),
        ("rtmps://localhost/live/x", "rtmps://localhost:443/live/x"),
    ],
)
async def test_what_ffmpeg_gets(url, opened):
    async with http_clients() as clients:
        assert (await direct_input(stream(url), clients)).url == opened


@pytest.mark.parametrize(
    ("path", "application"), [("live/x", "live"), ("live", "live"), ("a/b/x", "a/b"), ("a/mp4:b/x", "a")]
)
async def test_rtmp_keeps_its_virtual_host(path, application):
    async with http_clients() as clients:
        source = await direct_input(stream(f"rtmp://localhost:1/{path}"), clients)
    assert source.options == {"rtmp_tcurl": f"rtmp://localhost:1/{application}"}


@pytest.mark.parametrize(
    ("address", "zone", "udp"), [("192.168.1.1", Zone.PRIVATE, True), ("8.8.8.8", Zone.INTERNET, False)]
)
async def test_rtsp_over_udp_is_for_the_lan(address, zone, udp):
    async with http_clients() as clients:
        source = await direct_input(stream(f"rtsp://{address}/x", zone), clients)
    assert ("udp" in source.protocols) is udp
    assert source.options == ({"rtsp_flags": "prefer_tcp"} if udp else {"rtsp_transport": "tcp"})


async def test_leaving_a_silent_stream_is_quick():
    port = free_port(socket.SOCK_DGRAM)
    async with opener() as opened:
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5), opened.open(stream(f"udp://127.0.0.1:{port}")):
                pass
        assert time.monotonic() - began < 1.5
    assert ffmpegs_of(f":{port}", "pipe:1") == []


def test_the_command_line_never_opens_files():
    for raw in (True, False):
        line = command_line("ffmpeg", FfmpegInput("udp://1.2.3.4:5", ("udp",), raw=raw))
        assert line[:5] == ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error"]
        assert line[line.index("-protocol_whitelist") + 1] == "udp"
        assert line.index("-protocol_whitelist") < line.index("-i")
        assert line[-1] == "pipe:1"
