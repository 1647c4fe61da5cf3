import pytest

from tests.tools.clock import ManualClock
from tests.tools.media import ffmpeg
from tunerr.gateway.inspector import TsInspector


def signatures(data, size=188 * 97):
    """Of all whole groups in order."""
    inspector, found = TsInspector(clock=ManualClock()), []
    for at in range(0, len(data), size):
        inspector.feed(data[at : at + size])
        signs = inspector.signs
        if signs.gops > len(found):
            assert signs.gops == len(found) + 1
            found.append(signs.gop)
    return found


@pytest.mark.parametrize("name", ["h264", "hevc", "mpeg2", "refresh"])
def test_groups_of_a_program_differ_and_come_again_in_a_loop_however_it_is_muxed(samples, tmp_path, name):
    clip, loop = tmp_path / "clip.ts", tmp_path / "loop.ts"
    once = signatures(samples[name], 188 * 20)
    assert len(set(once)) == len(once) > 5
    twice = signatures(samples[name] * 2, 188 * 31)
    assert twice == [*once, twice[len(once)], *once]
    clip.write_bytes(samples[name])
    ffmpeg("-stream_loop", 2, "-i", clip, "-map", "0", "-c", "copy", "-f", "mpegts", "-pcr_period", 60, loop)
    remuxed = signatures(loop.read_bytes(), 188 * 20)
    assert len(remuxed) > 2.5 * len(once)
    assert len(set(remuxed)) <= len(once) + 2  # ffmpeg loses a picture at a seam


def test_a_still_picture_that_is_encoded_again_and_again_is_not_a_loop_by_itself(tmp_path):
    path = tmp_path / "still.ts"
    ffmpeg("-f", "lavfi", "-i", "color=gray:s=320x180:r=25,noise=alls=3:allf=t", "-t", 4, "-c:v", "libx264",
           "-preset", "ultrafast", "-g", 12, "-f", "mpegts", path)  # fmt: skip
    found = signatures(path.read_bytes(), 188 * 20)
    assert len(set(found)) == len(found) > 4


def test_no_group_before_two_access_points(samples):
    assert signatures(samples["h264"][: 188 * 100]) == []
    assert signatures(samples["radio"]) == []
