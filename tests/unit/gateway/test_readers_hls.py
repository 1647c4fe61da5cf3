import asyncio
import contextlib
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from tests.tools.hls_origin import (
    HlsOrigin,
    decoded,
    hls,
    make_demuxed,
    make_fmp4,
    make_packed,
    make_segments,
    serving,
)
from tests.tools.media import TONE, ffmpeg, make_ts
from tests.tools.until import until
from tests.unit.gateway.readers_rig import ffmpegs_of, http_clients, opener, read, stream
from tunerr.errors import UpstreamError
from tunerr.gateway.readers import follow
from tunerr.gateway.readers import hls as reader
from tunerr.gateway.readers.guarded_playlist import GuardedPlaylist
from tunerr.gateway.readers.hls import HlsUpstream
from tunerr.gateway.readers.media_playlist import read_page
from tunerr.gateway.readers.opener import StreamOpener
from tunerr.gateway.readers.origin import Origin
from tunerr.gateway.readers.playlist import Variant
from tunerr.model.url import Zone
from tunerr.support.clock import SystemClock

KEYS = (bytes(range(16)), bytes(range(16, 32)))


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """The bounds themselves are proved in test_readers_follow.py."""
    monkeypatch.setattr(follow, "poll_seconds", lambda _, again: 0.05 if again else 0.1)
    bounds = {"STALL_LEAST": 1.0, "STALL_TARGETS": 1.0, "START_SECONDS": 3.0, "MOST_LEAD": 2.0, "PATIENCE_LEAST": 1.0}
    for name, seconds in bounds.items():
        monkeypatch.setattr(follow, f"_{name}", seconds)


@pytest.fixture(scope="session")
def media(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hls")
    source = make_ts(folder / "source.ts", seconds=8)
    make_demuxed(source, folder / "demuxed")
    make_fmp4(source, folder / "fmp4")
    make_packed(folder / "packed")
    return folder, make_segments(source, folder / "segments")


@pytest.fixture(scope="session")
def segments(media):
    return media[1]


@pytest.fixture(scope="session")
def lower(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lower")
    picture = ("-f", "lavfi", "-i", "testsrc2=s=160x90:r=25", *TONE, "-t", 8, "-c:v", "libx264", "-g", 25)
    ffmpeg(*picture, "-preset", "ultrafast", "-bf", 0, "-pix_fmt", "yuv420p", "-c:a", "aac", folder / "source.ts")
    return make_segments(folder / "source.ts", folder / "segments")


async def plays(data, seconds):
    errors, played = await decoded(data)
    assert errors == ""
    assert played == pytest.approx(seconds, abs=0.3)


async def test_a_live_window_becomes_one_stream_through_master_and_redirect(segments):
    async with hls(HlsOrigin(segments, every=0.3, window=4)) as origin:
        data = await read(f"{origin.base}/moved")
    assert data == b"".join(segments)
    await plays(data, 8)
    assert origin.hits["/m/master.m3u8"] == 1
    assert not any(path.startswith(("/never", "/low")) for path in origin.hits)
    assert all(count == 1 for path, count in origin.hits.items() if "/seg" in path)


async def test_it_starts_at_the_third_last_segment_with_a_burst(segments):
    async with hls(HlsOrigin(segments, at_start=6, window=6, every=30)) as origin:
        wanted = b"".join(segments[3:6])
        assert await read(f"{origin.base}/live/index.m3u8", limit=len(wanted)) == wanted


@pytest.mark.parametrize("explicit_iv", [True, False])
async def test_aes_128_with_rotation(segments, explicit_iv):
    async with hls(HlsOrigin(segments, keys=KEYS, explicit_iv=explicit_iv)) as origin:
        data = await read(f"{origin.base}/live/index.m3u8")
    assert data == b"".join(segments)
    assert [origin.hits["/keys/0"], origin.hits["/keys/1"]] == [1, 1]


async def test_a_wrong_key_is_an_error_and_no_garbage(segments):
    async with hls(HlsOrigin(segments, keys=KEYS)) as origin:
        origin.body = lambda number: segments[number][: 188 * 16]
        with pytest.raises(UpstreamError) as caught:
            await read(f"{origin.base}/live/index.m3u8")
    assert caught.value.reason == "garbage"


@pytest.mark.parametrize("ranges", [True, False])
async def test_byte_ranges(segments, ranges):
    async with hls(HlsOrigin(segments, one_file=True, ranges=ranges)) as origin:
        assert await read(f"{origin.base}/live/index.m3u8") == b"".join(segments)
    assert origin.ranges_asked[0] == f"bytes=0-{len(segments[0]) - 1}"


async def watch(url, data, **options):
    """Append what comes to `data` until the stream ends or fails; the upstream, and the reason."""
    async with opener() as opened, opened.open(stream(url, **options)) as upstream:
        try:
            async for chunk in upstream.chunks():
                data += chunk
        except UpstreamError as error:
            return upstream, error.reason
    return upstream, "ended"


def switched(data, segments, lower):
    """After how many segments `data` went on with those of `lower`; None when it is anything else."""
    joints = range(len(segments) + 1)
    return next((joint for joint in joints if data == b"".join(segments[:joint] + lower[joint:])), None)


async def test_a_missing_segment_and_a_gap_are_skipped(segments):
    data = bytearray()
    async with hls(HlsOrigin(segments, gone={2}, gaps={4})) as origin:
        upstream, reason = await watch(f"{origin.base}/live/index.m3u8", data)
    assert (upstream.skipped, reason) == (1, "ended")
    assert data == b"".join(segment for index, segment in enumerate(segments) if index not in (2, 4))
    assert origin.hits["/live/seg2.ts"] == 2
    assert origin.hits["/live/seg4.ts"] == 0


async def test_a_segment_that_comes_late_is_not_lost(segments):
    async with hls(HlsOrigin(segments, gone={2}, every=0.1)) as origin:
        reading = asyncio.ensure_future(read(f"{origin.base}/live/index.m3u8"))
        await until(lambda: origin.hits["/live/seg2.ts"])
        origin.gone.clear()
        assert await reading == b"".join(segments)


@pytest.mark.parametrize("what", ["gone", "pages"])
async def test_two_missing_segments_in_a_row_are_a_failure(segments, what):
    async with hls(HlsOrigin(segments, every=30, **{what: {0, 1, 2}})) as origin:
        with pytest.raises(UpstreamError) as caught:
            await read(f"{origin.base}/live/index.m3u8")
    assert (caught.value.status, caught.value.reason) == ((404, "status") if what == "gone" else (None, "html"))


async def test_a_key_that_can_not_be_had_is_a_failure_of_that_name(segments):
    async with hls(HlsOrigin(segments, keys=KEYS)) as origin:
        origin.keys = ()
        origin.extra = '#EXT-X-KEY:METHOD=AES-128,URI="nowhere"'
        with pytest.raises(UpstreamError) as caught:
            await read(f"{origin.base}/live/index.m3u8")
    assert (caught.value.reason, caught.value.status) == ("key", 404)
    assert origin.hits["/live/nowhere"] == 2


async def test_a_window_that_stops_is_a_stall(segments):
    data = bytearray()
    async with hls(HlsOrigin(segments, ends=False)) as origin:
        _, reason = await watch(f"{origin.base}/live/index.m3u8", data)
    assert reason == "stalled"
    assert data == b"".join(segments)


@pytest.mark.parametrize("fault", ["down", "stuck", "stops"])
async def test_a_variant_that_fails_is_replaced_by_the_next_lower_one(segments, lower, fault):
    data = bytearray()
    async with hls(HlsOrigin(segments, lower, every=0.2)) as origin:
        if fault == "stops":
            origin.stops["live"] = 5
        watching = asyncio.ensure_future(watch(f"{origin.base}/m/master.m3u8", data))
        await until(lambda: origin.hits["/live/seg3.ts"])
        if fault != "stops":
            getattr(origin, fault).add("live")
        upstream, reason = await watching
    assert (upstream.fallen, upstream.skipped, reason) == (1, 0, "ended")
    assert 3 <= switched(bytes(data), segments, lower) <= 7
    await plays(bytes(data), 8)
    assert origin.hits["/m/master.m3u8"] >= 2  # asked for again: addresses of variants expire


async def test_a_recording_without_segments_has_ended():
    async with hls(HlsOrigin([])) as origin:
        with pytest.raises(UpstreamError) as caught:
            await read(f"{origin.base}/live/index.m3u8")
    assert caught.value.reason == "ended"


@pytest.mark.parametrize("aired", [None, datetime(2026, 11, 22, 12, tzinfo=UTC)])
async def test_a_live_stream_that_has_ended_is_not_played_again(segments, aired):
    async with hls(HlsOrigin(segments, aired=aired, every=0.01)) as origin:
        assert await read(f"{origin.base}/live/index.m3u8") == b"".join(segments)
        asked = origin.hits.total()
        with pytest.raises(UpstreamError) as caught:
            await read(f"{origin.base}/live/index.m3u8")
    assert (caught.value.reason, origin.hits.total() - asked) == ("ended", 1)


@pytest.mark.parametrize("facts", [{"first_sequence": 0}, {"first_sequence": 1}, {"extra": "#EXT-X-PLAYLIST-TYPE:VOD"}])
async def test_a_recording_is_played_as_often_as_it_is_opened(segments, facts):
    async with hls(HlsOrigin(segments, at_start=8, window=8, **facts)) as origin:
        for _ in range(2):
            assert await read(f"{origin.base}/live/index.m3u8") == b"".join(segments)


async def test_a_variant_that_is_not_there_at_the_start(segments, lower):
    data = bytearray()
    async with hls(HlsOrigin(segments, lower, down={"live"})) as origin:
        upstream, reason = await watch(f"{origin.base}/m/master.m3u8", data)
    assert (bytes(data), upstream.fallen, reason) == (b"".join(lower), 1, "ended")


async def test_when_all_variants_fail_the_stream_has_failed(segments, lower):
    data = bytearray()
    async with hls(HlsOrigin(segments, lower, every=0.2)) as origin:
        watching = asyncio.ensure_future(watch(f"{origin.base}/m/master.m3u8", data))
        await until(lambda: origin.hits["/live/seg3.ts"])
        origin.down |= {"live", "low"}
        upstream, reason = await watching
    assert (upstream.fallen, reason) == (1, "status")
    assert switched(bytes(data), segments, []) is not None


async def test_it_starts_after_a_moment_and_tells_the_time(segments):
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    async with (
        hls(HlsOrigin(segments, aired=noon, at_start=8, first_sequence=1)) as origin,
        http_clients() as clients,
        AsyncExitStack() as stack,
    ):
        one, get = stream(f"{origin.base}/live/index.m3u8"), Origin(clients)
        upstream = HlsUpstream(stream=one, origin=get, clock=SystemClock(), after=noon + timedelta(seconds=2))
        answer = await stack.enter_async_context(get.get(one.url, one.zone))
        await upstream.open(await read_page(answer, one.zone), stack)
        told = []
        data = b""
        async for chunk in upstream.chunks():
            data += chunk
            told.append(upstream.program_time)
    assert data == b"".join(segments[2:])
    assert told[0] is None
    assert told[-1] == noon + timedelta(seconds=7)
    assert upstream.program_time == noon + timedelta(seconds=8)
    assert list(filter(None, told)) == sorted(filter(None, told))


async def test_a_reader_that_is_slow_is_no_stall(segments, monkeypatch):
    monkeypatch.setattr(reader, "_AHEAD_BYTES", 1000)
    data = b""
    async with (
        hls(HlsOrigin(segments, every=0.3)) as origin,
        opener() as opened,
        opened.open(stream(f"{origin.base}/live/index.m3u8")) as upstream,
    ):
        await asyncio.sleep(1.6)  # a stall takes 1
        origin.failing = 1
        async for chunk in upstream.chunks():
            data += chunk
    assert data == b"".join(segments)


async def test_a_dead_token_leads_back_to_the_streams_own_url(segments):
    async with hls(HlsOrigin(segments, token="one")) as origin, opener() as opened:
        data = b""
        async with opened.open(stream(f"{origin.base}/m/master.m3u8")) as upstream:
            origin.token = "two"
            async for chunk in upstream.chunks():
                data += chunk
    assert data == b"".join(segments)
    assert origin.hits["/m/master.m3u8"] == 2


@pytest.mark.parametrize(
    "line",
    [
        '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://key",KEYFORMAT="com.apple.streamingkeydelivery"',
        '#EXT-X-KEY:METHOD=AES-128,URI="k",KEYFORMAT="urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"',
    ],
)
async def test_protected_content_is_refused_by_that_word(segments, line):
    async with hls(HlsOrigin(segments, extra=line)) as origin:
        with pytest.raises(UpstreamError, match="DRM") as caught:
            await read(f"{origin.base}/live/index.m3u8")
    assert caught.value.reason == "drm"


async def test_a_playlist_may_not_name_a_file(segments):
    async with hls(HlsOrigin(segments, extra="#EXTINF:1,\nfile:///etc/passwd", at_start=1, every=30)) as origin:
        with pytest.raises(UpstreamError) as caught:
            await read(f"{origin.base}/live/index.m3u8")
    assert caught.value.reason == "refused"


async def test_a_stream_of_an_internet_document_may_not_be_on_this_machine(segments):
    async with hls(HlsOrigin(segments)) as origin, opener() as opened:
        with pytest.raises(UpstreamError) as caught:
            async with opened.open(stream(f"{origin.base}/live/index.m3u8", Zone.INTERNET)):
                pass
    assert caught.value.reason == "refused"
    assert not origin.hits


@pytest.mark.parametrize("mapped", [False, True])
async def test_a_playlist_from_the_internet_may_not_name_this_machine(segments, mapped):
    async def index(_request):
        text = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n{line}#EXTINF:1,\n{origin.base}/live/seg0.ts\n#EXT-X-ENDLIST\n"
        return web.Response(text=text)

    def zone_of(address):
        return Zone.INTERNET if str(address) == "127.0.0.2" else Zone.LOOPBACK

    app = web.Application()
    app.router.add_get("/index.m3u8", index)
    async with (
        hls(HlsOrigin(segments)) as origin,
        serving(app, "127.0.0.2") as far,
        http_clients(zone_of=zone_of) as clients,
    ):
        line = f'#EXT-X-MAP:URI="{origin.base}/live/seg1.ts"\n' if mapped else ""
        opened = StreamOpener(clients=clients, ffmpeg=lambda: "ffmpeg", clock=SystemClock())
        with pytest.raises(UpstreamError) as caught:
            async with opened.open(stream(f"{far}/index.m3u8")):
                pass
    assert caught.value.reason == "refused"
    assert not origin.hits


@pytest.mark.parametrize("allow_lan", [True, False])
@pytest.mark.parametrize("by", ["redirect", "playlist"])
async def test_what_an_internet_stream_names_in_the_lan(segments, by, allow_lan):
    async with hls(HlsOrigin(segments)) as origin:
        near = f"{origin.base}/live"

        async def answer(_):
            if by == "redirect":
                raise web.HTTPFound(f"{near}/index.m3u8")
            head = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n"
            return web.Response(text=f"{head}#EXTINF:1,\n{near}/seg0.ts\n#EXTINF:1,\n{near}/seg1.ts\n#EXT-X-ENDLIST\n")

        def zone_of(address):
            return Zone.INTERNET if str(address) == "127.0.0.2" else Zone.PRIVATE

        app = web.Application()
        app.router.add_get("/index.m3u8", answer)
        async with serving(app, "127.0.0.2") as far, http_clients(zone_of=zone_of) as clients:
            opened = StreamOpener(clients=clients, ffmpeg=lambda: "ffmpeg", clock=SystemClock())
            one = stream(f"{far}/index.m3u8", Zone.INTERNET, allow_lan=allow_lan)
            if allow_lan:
                async with opened.open(one) as upstream:
                    assert [chunk async for chunk in upstream.chunks()]
                return
            with pytest.raises(UpstreamError) as caught:
                async with opened.open(one):
                    pass
        assert caught.value.reason == "refused"
        assert not origin.hits


async def test_the_streams_headers_go_with_every_request(segments):
    async with (
        hls(HlsOrigin(segments)) as origin,
        opener(headers=(("User-Agent", "all"), ("X", "1"))) as opened,
    ):
        one = stream(f"{origin.base}/live/index.m3u8", headers=(("user-agent", "one"),))
        async with opened.open(one) as upstream:
            assert [chunk async for chunk in upstream.chunks()]
    assert len(origin.headers) > 1
    assert all(sent["User-Agent"] == "one" and sent["X"] == "1" for sent in origin.headers)


@pytest.mark.parametrize("path", ["demuxed/master.m3u8", "fmp4/index.m3u8"])
async def test_demuxed_audio_and_fmp4_go_through_ffmpeg_and_our_own_requests(media, path):
    async with hls(HlsOrigin([], static=media[0])) as origin:
        data = await read(f"{origin.base}/static/{path}")
    await plays(data, 8)
    assert sum(count for name, count in origin.hits.items() if name.endswith((".ts", ".m4s"))) >= 8
    assert ffmpegs_of("/master.m3u8", "pipe:1") == []


async def test_a_radio_of_bare_aac_goes_through_ffmpeg(media):
    async with hls(HlsOrigin([], static=media[0])) as origin:
        await plays(await read(f"{origin.base}/static/packed/index.m3u8"), 6)


@pytest.mark.parametrize(
    ("path", "status"), [("edge", 403), ("moved", 407), ("edge", 410), ("moved", 509), ("edge", 404), ("edge", 502)]
)
async def test_a_refusal_leads_back_to_the_streams_own_url(segments, path, status):
    data = bytearray()
    async with hls(HlsOrigin(segments, every=0.15)) as origin:
        watching = asyncio.ensure_future(watch(f"{origin.base}/{path}", data))
        await until(lambda: origin.hits["/live/seg2.ts"])
        origin.status = status
        upstream, reason = await watching
    assert (upstream.skipped, reason) == (0, "ended")
    assert data == b"".join(segments)
    assert origin.hits[f"/{path}"] >= 2


async def test_a_refusal_of_the_streams_own_url_is_the_end(segments):
    data = bytearray()
    async with hls(HlsOrigin(segments, every=0.2)) as origin:
        watching = asyncio.ensure_future(watch(f"{origin.base}/live/index.m3u8", data))
        await until(lambda: origin.hits["/live/seg2.ts"])
        origin.status = 403
        _, reason = await watching
    assert reason == "status"
    assert origin.hits["/live/index.m3u8"] <= 4


async def test_a_playlist_that_hangs_is_a_stall(segments):
    data = bytearray()
    async with hls(HlsOrigin(segments, every=0.2)) as origin:
        watching = asyncio.ensure_future(watch(f"{origin.base}/edge", data))
        await until(lambda: origin.hits["/live/seg2.ts"])
        origin.hangs = True
        _, reason = await watching
    assert reason == "stalled"
    assert origin.hits["/edge"] == 1


@pytest.mark.parametrize("fault", ["failing", "garbled", "empty"])
async def test_a_playlist_that_is_broken_for_a_while(segments, fault):
    async with hls(HlsOrigin(segments, window=8, **{fault: 2})) as origin:
        data = await read(f"{origin.base}/live/index.m3u8")
    assert data in [b"".join(segments[start:]) for start in range(6)]
    assert getattr(origin, fault) == 0


async def test_what_is_read_ahead_is_bounded(segments, monkeypatch):
    monkeypatch.setattr(reader, "_AHEAD_BYTES", 1000)
    async with (
        hls(HlsOrigin(segments, at_start=8, first_sequence=1)) as origin,
        opener() as opened,
        opened.open(stream(f"{origin.base}/live/index.m3u8")) as upstream,
    ):
        await asyncio.sleep(0.3)
        assert sum(count for path, count in origin.hits.items() if "/seg" in path) == 1
        assert b"".join([chunk async for chunk in upstream.chunks()]) == b"".join(segments)


async def test_giving_up_while_connecting_leaves_nothing(media):
    async with hls(HlsOrigin([], static=media[0])) as origin:
        tasks = asyncio.all_tasks()
        for seconds in (0.01, 0.03, 0.06, 0.1, 0.15):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await read(f"{origin.base}/static/demuxed/master.m3u8")
        assert ffmpegs_of("/master.m3u8", "pipe:1") == []
        await until(lambda: len(asyncio.all_tasks()) <= len(tasks) + 1, deadline=2)


async def test_the_loopback_server_is_gone_wherever_its_start_is_cancelled():
    async def serve(clients):
        variant = Variant("http://127.0.0.1:9/index.m3u8", 1, audio_only=False)
        async with GuardedPlaylist(origin=Origin(clients), variant=variant, zone=Zone.LOOPBACK):
            await asyncio.Event().wait()

    def sockets():
        count = 0
        for link in Path("/proc/self/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # the descriptor that lists the folder
                count += str(link.readlink()).startswith("socket:")
        return count

    async with http_clients() as clients:
        before = sockets()
        for steps in range(12):
            serving = asyncio.get_running_loop().create_task(serve(clients))
            for _ in range(steps):
                await asyncio.sleep(0)
            serving.cancel()
            await asyncio.wait({serving})
            assert sockets() == before, f"cancelled after {steps} steps"


async def test_the_loopback_server_answers_nobody_else(media):
    async with (
        hls(HlsOrigin([], static=media[0])) as origin,
        http_clients() as clients,
        aiohttp.ClientSession() as client,
    ):
        variant = Variant(f"{origin.base}/static/fmp4/index.m3u8", 1, audio_only=False)
        async with GuardedPlaylist(origin=Origin(clients), variant=variant, zone=Zone.LOOPBACK) as guarded:
            url = guarded.source.url
            assert url.startswith("http://127.0.0.1:")
            async with client.get(url) as answer:
                master = await answer.text()
            async with client.get(url.replace("master", master.split()[-1])) as answer:
                assert answer.status == 404
            async with client.get(url.rpartition("/")[0] + "x/master.m3u8") as answer:
                assert answer.status == 404
        assert origin.base not in master
        with pytest.raises(aiohttp.ClientConnectorError):
            await client.get(url)


async def test_a_refused_part_is_told_instead_of_ffmpegs_words(media, tmp_path):
    playlist = (media[0] / "fmp4" / "index.m3u8").read_text()
    (tmp_path / "index.m3u8").write_text(playlist.replace("init.mp4", "http://169.254.169.254/init.mp4"))
    async with hls(HlsOrigin([], static=tmp_path)) as origin:
        with pytest.raises(UpstreamError) as caught:
            await read(f"{origin.base}/static/index.m3u8")
    assert caught.value.reason == "refused"


async def test_leaving_early_ends_ffmpeg_and_its_server(media):
    async with hls(HlsOrigin([], static=media[0])) as origin:
        assert len(await read(f"{origin.base}/static/demuxed/master.m3u8", limit=1000)) >= 1000
    await until(lambda: not ffmpegs_of("/master.m3u8", "pipe:1"), deadline=2)


async def test_without_ffmpeg_the_error_says_so(media):
    def disabled():
        raise UpstreamError("ffmpeg is switched off.", reason="x", hint="Remove IPTV_TUNERR_FFMPEG_DISABLED.")

    async with hls(HlsOrigin([], static=media[0])) as origin:
        with pytest.raises(UpstreamError, match="switched off") as caught:
            await read(f"{origin.base}/static/fmp4/index.m3u8", ffmpeg=disabled)
    assert caught.value.reason == "ffmpeg"
