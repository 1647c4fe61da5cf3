"""The loops, judged by ffmpeg and ffprobe and by a plain reading of their packets."""

import subprocess
from itertools import pairwise

import pytest

from tests.unit.lab.media.ts_reading import continuity_errors, pcr_times, table_gaps
from tunerr.lab.media import FORMATS, Broadcast, MediaLibrary, default_folder
from tunerr.support.ffmpeg import locate_ffmpeg

# Formats that differ from h264 in their bit rate or multiplex only: their seams are judged, not all of it.
LIKE_H264 = {
    *("h264-b", "h264-low", "blocked", "programs"),
    *("no-rai", "long-pmt", "pcr-pid", "packets-192", "packets-204"),
}


def first_key(broadcast, near):
    return next(slot for slot in range(near, near + broadcast.clip.slots + 1) if broadcast.is_key(slot))


def packets_of(path):
    command = ["ffprobe", "-v", "error", "-show_entries", "packet=stream_index,dts", "-of", "csv=p=0", path]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    rows = [line.split(",")[:2] for line in done.stdout.splitlines() if line]
    return [(int(stream), int(dts)) for stream, dts in rows if dts != "N/A"]


def decode(path):
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", path, "-map", "0", "-f", "null", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return [line for line in done.stderr.splitlines() if line.strip()]


@pytest.mark.parametrize("name", FORMATS)
async def test_three_turns_are_one_stream(name, tmp_path):
    clip = await MediaLibrary(default_folder(), locate_ffmpeg()).clip(name)
    broadcast = Broadcast(clip, 123_456)
    turns, margin = (3, 0) if name not in LIKE_H264 else (1, 50)
    first = first_key(broadcast, 1_000_000_007 * clip.slots + clip.slots // 2 - 2 * margin)
    packets = broadcast.packets(first, first + turns * clip.slots + margin)
    path = tmp_path / "loop.ts"
    path.write_bytes(clip.framed(packets))

    complaints = decode(path)
    if name == "open-gop":  # see FORMATS: of the first group only
        complaints = [line for line in complaints if "mmco" not in line]
    assert complaints == []
    seen = {}
    for stream, dts in packets_of(path):
        seen.setdefault(stream, []).append(dts)
    assert len(seen) == sum(2 if encoding.video else 1 for encoding, _ in FORMATS[name].programs)
    for stamps in seen.values():
        steps = {after - before for before, after in pairwise(stamps)}
        assert len(steps) == 1, "a regular stream has one distance between its frames, at the seams too"
        assert steps.pop() > 0

    data = packets.tobytes()
    assert continuity_errors(data) == 0
    gaps = [after - before for before, after in pairwise(pcr_times(data))]
    assert min(gaps) > 0
    assert max(gaps) <= 0.1
    assert table_gaps(data) <= 0.25
