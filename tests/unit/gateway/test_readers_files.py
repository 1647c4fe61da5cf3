import asyncio
import time
from itertools import pairwise

import pytest

from tests.tools.clock import ManualClock
from tests.tools.media import make_ts
from tests.unit.gateway.readers_rig import opener, stream
from tests.unit.gateway.rig import decoding_errors
from tunerr.errors import UpstreamError
from tunerr.gateway.inspector import TsInspector
from tunerr.gateway.packetizer import Packetizer
from tunerr.gateway.real_time import Pace
from tunerr.gateway.splicer import Splicer
from tunerr.model.url import Zone


@pytest.fixture(scope="session")
def file(tmp_path_factory):
    return make_ts(tmp_path_factory.mktemp("files") / "ä b.ts", seconds=1)


async def taken(url, seconds):
    """Pieces that come in `seconds`, with their times."""
    pieces = []
    async with opener() as opened, opened.open(stream(url)) as upstream:
        assert upstream.program_time is None
        began = time.monotonic()
        try:
            async with asyncio.timeout(seconds):
                async for chunk in upstream.chunks():
                    pieces.append((time.monotonic() - began, chunk))  # noqa: PERF401 - what came in time counts
        except TimeoutError:
            pass
    return pieces


async def test_a_file_is_played_in_real_time_again_and_again(file):
    pieces = await taken(file.as_uri(), 2.5)
    data = b"".join(chunk for _, chunk in pieces)
    pace = Pace()
    for _ in pace.feed(data):
        pass
    assert pace.seconds == pytest.approx(2.8, abs=0.25)
    assert max(later[0] - earlier[0] for earlier, later in pairwise(pieces)) < 0.3
    inspector, splicer, packetizer = TsInspector(clock=ManualClock()), Splicer(), Packetizer()
    out = [piece for run in inspector.feed(packetizer.feed(data)) for piece in splicer.feed(run)]
    out += splicer.finish()
    assert inspector.continuity_errors == 0
    errors, _ = decoding_errors(b"".join(piece.data for piece in out))
    assert errors == ""


@pytest.mark.parametrize("zone", [Zone.PRIVATE, Zone.INTERNET])
async def test_only_the_operator_names_files(file, zone):
    async with opener() as opened:
        with pytest.raises(UpstreamError, match="from elsewhere") as caught:
            async with opened.open(stream(file.as_uri(), zone, allow_lan=True)):
                pass
    assert caught.value.reason == "refused"


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda folder: folder / "nothing.ts", "unreachable"),
        (lambda folder: folder, "unreachable"),
        (lambda folder: written(folder / "a.mp4", b"\0\0\0\x20ftypisom" + bytes(2000)), "unsupported"),
        (lambda folder: written(folder / "a.ts", b""), "unsupported"),
    ],
)
async def test_what_is_no_transport_stream_file(tmp_path, make, reason):
    async with opener() as opened:
        with pytest.raises(UpstreamError) as caught:
            async with opened.open(stream(make(tmp_path).as_uri())):
                pass
    assert caught.value.reason == reason
    assert str(tmp_path) not in str(caught.value)


async def test_a_file_without_a_clock_does_not_spin(tmp_path):
    path = written(tmp_path / "a.ts", (b"\x47\x01\x00\x10" + bytes(184)) * 100)
    with pytest.raises(UpstreamError, match="no clock") as caught:
        await taken(path.as_uri(), 5)
    assert caught.value.reason == "garbage"


def written(path, data):
    path.write_bytes(data)
    return path
