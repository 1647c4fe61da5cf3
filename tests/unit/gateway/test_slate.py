import asyncio
import subprocess
import time
from itertools import pairwise

import orjson
import pytest
from structlog.testing import capture_logs

from tests.tools.clock import ManualClock
from tests.tools.until import until
from tests.unit.gateway.readers_rig import ffmpegs_of
from tunerr.errors import TunerrError
from tunerr.gateway.inspector import TsInspector
from tunerr.gateway.psi import ElementaryStream, Kind, Layout
from tunerr.gateway.real_time import Pace, announced
from tunerr.gateway.slate import SlateMaker, play
from tunerr.gateway.splicer import Splicer
from tunerr.support.tasks import Supervisor

_TONE = ("-f", "lavfi", "-i", "sine=r=44100")
_MPEG2 = ("-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-g", "12", "-bf", "2", "-b:v", "1M", "-aspect", "16:9")
_H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-pix_fmt", "yuv420p")
_HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-pix_fmt", "yuv420p10le")
# name: what it is made of, and what ffprobe has to say of the card
CASES = {
    "h264": (
        ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=30000/1001", *_TONE, *_H264, "-c:a", "aac", "-ac", "1"),
        [("h264", 320, 180, "30000/1001"), ("aac", "44100", 1)],
    ),
    "mpeg2": (
        ("-f", "lavfi", "-i", "testsrc2=s=352x288:r=25", *_TONE, *_MPEG2, "-c:a", "mp2", "-ac", "2"),
        [("mpeg2video", 352, 288, "25/1"), ("mp2", "44100", 2)],
    ),
    "hevc": (
        ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=50", *_TONE, *_HEVC, "-c:a", "ac3", "-ac", "6", "-ar", "48000"),
        [("hevc", 320, 180, "50/1"), ("ac3", "48000", 6)],
    ),
    "radio": ((*_TONE, "-c:a", "mp2", "-ac", "2"), [("mp2", "44100", 2)]),
}


@pytest.fixture(scope="session")
def media(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slate")

    def made(name):
        path = folder / f"{name}.ts"
        if not path.exists():
            command = ["ffmpeg", "-v", "error", "-nostdin", *CASES[name][0], "-t", "1.5", "-f", "mpegts", str(path)]
            subprocess.run(command, check=True, timeout=60)
        return path.read_bytes()

    return made


@pytest.fixture
async def tasks():
    supervisor = Supervisor()
    yield supervisor
    await supervisor.aclose()


@pytest.fixture
def maker(tasks):
    return SlateMaker(ffmpeg=lambda: "ffmpeg", tasks=tasks)


def layout_of(data):
    inspector = TsInspector(clock=ManualClock())
    inspector.feed(data)
    return inspector.layout


async def card_of(maker, data, key="one"):
    maker.prepare(key, layout_of(data), data)
    return await until(lambda: maker.card(key), deadline=20)


def probed(data, *arguments):
    done = subprocess.run(
        ["ffprobe", "-v", "error", *arguments, "-of", "json", "-f", "mpegts", "-"],
        input=data, capture_output=True, check=True, timeout=30,
    )  # fmt: skip
    assert done.stderr == b""
    return orjson.loads(done.stdout)


def form(data):
    rows = []
    for row in probed(data, "-show_streams")["streams"]:
        if row["codec_type"] == "video":
            rows.append((row["codec_name"], row["width"], row["height"], row["r_frame_rate"]))
        else:
            rows.append((row["codec_name"], row["sample_rate"], row["channels"]))
    return rows


def complaints(data):
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-f", "mpegts", "-i", "pipe:0", "-f", "null", "-"],
        input=data, capture_output=True, check=True, timeout=30,
    )  # fmt: skip
    return done.stderr.decode()


def shown(pieces):
    """What viewers get: the pieces through inspector and splicer."""
    inspector, splicer = TsInspector(clock=ManualClock()), Splicer()
    out = [piece for data in pieces for run in inspector.feed(data) for piece in splicer.feed(run)]
    out += splicer.finish()
    return inspector, splicer, b"".join(piece.data for piece in out)


class TestCards:
    @pytest.mark.parametrize("name", CASES)
    async def test_a_card_has_the_form_of_its_stream(self, maker, media, name):
        data = media(name)
        card = await card_of(maker, data)
        assert form(card) == form(data) == CASES[name][1]
        assert complaints(card) == ""
        assert _length(card) == pytest.approx(1, abs=0.1)

    async def test_a_card_is_one_group_of_pictures(self, maker, media):
        card = await card_of(maker, media("h264"))
        rows = probed(card, "-show_packets", "-select_streams", "v")["packets"]
        keys = [index for index, row in enumerate(rows) if row["flags"].startswith("K")]
        assert (keys, len(rows)) == ([0], 30)
        assert all(row["pts"] == row["dts"] for row in rows), "no B-frames"

    async def test_its_picture_is_that_of_the_stream_dimmed_under_white_letters(self, maker, media, tmp_path):
        card = await card_of(maker, media("h264"))
        command = ["ffmpeg", "-v", "error", "-f", "mpegts", "-i", "-", "-frames:v", "1"]
        done = subprocess.run(
            [*command, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], input=card, capture_output=True, check=True
        )
        pixels = done.stdout
        red, green, _ = pixels[3 * (320 * 150 + 20) :][:3]
        assert red > 60 > green, "the left of the test picture is red"
        middle = pixels[3 * 320 * 80 : 3 * 320 * 100]
        assert sum(middle[at] > 200 and middle[at + 1] > 200 for at in range(0, len(middle), 3)) > 100

    async def test_sound_of_an_unknown_codec_is_left_out(self, maker, media):
        data = media("h264")
        layout = layout_of(data)
        video = layout.first(Kind.VIDEO)
        odd = ElementaryStream(layout.first(Kind.AUDIO).pid, 0x06, Kind.AUDIO, "dts")
        absent = ElementaryStream(99, 0x0F, Kind.AUDIO, "aac")
        maker.prepare("one", Layout(1, layout.pmt_pid, video.pid, (video, odd, absent)), data)
        card = await until(lambda: maker.card("one"), deadline=20)
        assert [row[0] for row in form(card)] == ["h264"]


class TestMaking:
    async def test_one_at_a_time_and_once_for_each_key(self, tasks, media):
        started = []
        maker = SlateMaker(ffmpeg=lambda: started.append(len(ffmpegs_of("gblur"))) or "ffmpeg", tasks=tasks)
        data = media("h264")
        for key in ("one", "two", "one"):
            maker.prepare(key, layout_of(data), data)
        assert maker.card("one") is None
        await until(lambda: maker.card("one") and maker.card("two"), deadline=20)
        maker.prepare("one", layout_of(data), data)
        assert started == [0, 0]
        assert tasks.names == ()

    async def test_another_layout_is_another_card(self, maker, media):
        await card_of(maker, media("h264"))
        maker.prepare("one", layout_of(media("radio")), media("radio"))
        assert maker.card("one") is None
        card = await until(lambda: maker.card("one"), deadline=20)
        assert form(card) == CASES["radio"][1]

    @pytest.mark.parametrize("bad", ["nothing", "garbage", "no ffmpeg"])
    async def test_a_failure_is_told_once(self, tasks, media, bad):
        def missing():
            raise TunerrError("There is no ffmpeg.")

        maker = SlateMaker(ffmpeg=missing if bad == "no ffmpeg" else lambda: "ffmpeg", tasks=tasks)
        data = media("h264")
        layout = layout_of(data)
        if bad == "nothing":
            data = b""
        elif bad == "garbage":  # packets whose payload is noise
            data = b"".join(data[at : at + 20] + bytes(168) for at in range(0, len(data), 188))
        with capture_logs() as logs:
            maker.prepare("one", layout, data)
            await until(lambda: not tasks.names, deadline=20)
            maker.prepare("one", layout, data)
        assert maker.card("one") is None
        assert [row["event"] for row in logs] == ["no card could be made"]

    async def test_a_cancelled_making_leaves_no_process(self, maker, tasks, media):
        maker.prepare("one", layout_of(media("h264")), media("h264"))
        await until(lambda: ffmpegs_of("gblur"))
        await tasks.aclose()
        assert ffmpegs_of("gblur") == []

    async def test_the_oldest_cards_are_forgotten(self, maker):
        for number in range(40):
            maker.prepare(str(number), Layout(1, 2, 3, ()), b"")
        assert len(maker._cards) == 32


class TestPlaying:
    async def test_it_runs_in_real_time_in_small_pieces(self, maker, media):
        card = await card_of(maker, media("h264"))
        began = time.monotonic()
        pieces = []
        async with asyncio.timeout(5):
            async for piece in play(card):
                pieces.append((time.monotonic() - began, piece))
                if pieces[-1][0] > 1.2:
                    break
        early = [piece for at, piece in pieces if at < 0.03]
        assert _length(b"".join(early)) == pytest.approx(0.3, abs=0.1)
        assert _length(b"".join(piece for _, piece in pieces)) == pytest.approx(1.5, abs=0.15)
        gaps = [later - at for (at, _), (later, _) in pairwise(pieces)]
        assert max(gaps) < 0.2

    @pytest.mark.parametrize("name", ["h264", "mpeg2", "radio"])
    async def test_rounds_make_one_faultless_stream(self, maker, media, name):
        card = await card_of(maker, media(name))
        inspector, splicer, out = shown([announced(card, set()) for _ in range(12)])
        assert inspector.continuity_errors == 0
        # A round of sound is up to a frame longer than one of pictures.
        assert splicer.facts.units_dropped <= 12
        assert complaints(out) == ""
        for stream in ("v", "a") if name != "radio" else ("a",):
            stamps = [int(row["dts"]) for row in probed(out, "-show_packets", "-select_streams", stream)["packets"]]
            assert stamps == sorted(set(stamps))
            assert (stamps[-1] - stamps[0]) / 90_000 == pytest.approx(12, abs=0.2)


def _length(data):
    pace = Pace()
    for _ in pace.feed(data):
        pass
    return pace.seconds
