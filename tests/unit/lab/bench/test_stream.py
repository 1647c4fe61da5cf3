import json

from tests.tools.clients import client, run
from tests.tools.packet_walk import walk
from tunerr.lab.bench.stream import BURST, BURST_SECONDS, MEGABITS, StampedStream, padded, stamps
from tunerr.lab.bench.walk import first_kinds, packets_of
from tunerr.lab.media import Broadcast

TURN = 2250  # bursts in the 24 s of the clip


def body(stream, first, last):
    return b"".join(stream.burst(number, 1_000 + number) for number in range(first, last))


async def test_ffmpeg_reads_and_decodes_it_without_a_complaint(stream, tmp_path):
    file = tmp_path / "stream.ts"
    file.write_bytes(body(stream, 0, 400))
    asked = ("-v", "error", "-show_entries", "stream=codec_name", "-of", "json", file)
    probed = await run(client("ffprobe"), *asked)
    assert (probed.status, probed.err) == (0, "")
    assert {each["codec_name"] for each in json.loads(probed.out)["streams"]} == {"h264", "aac"}
    decoded = await run(client("ffmpeg"), "-v", "error", "-i", file, "-f", "null", "-")
    assert (decoded.status, decoded.err) == (0, "")


def test_it_is_one_stream_over_the_end_of_the_clip(stream):
    data = body(stream, TURN - 200, TURN + 200)
    seen = walk(data)
    assert (seen.continuity, seen.dts_back, seen.pcr_back, seen.strays, seen.nulls) == ((), (), 0, (), 0)
    assert abs(seen.seconds - 400 * BURST_SECONDS) < 0.2
    assert abs(len(data) * 8 / 1e6 / (400 * BURST_SECONDS) - MEGABITS) < 0.01


def test_stamps_tell_the_source_and_the_time_of_sending(clip):
    data = StampedStream(clip, "b").burst(7, 123_456_789_012)
    assert len(data) == BURST * 188
    assert len(stamps(data)) >= 4
    assert set(stamps(data)) == {("b", 123_456_789_012)}


def test_every_burst_has_stamps(stream):
    assert all(stamps(stream.burst(number, number)) for number in range(TURN))


def test_an_access_point_is_where_it_is_said_to_be(stream):
    for number in range(300):
        kinds = set()
        for packet in packets_of(stream.burst(number, 0)):
            kinds.update(first_kinds(packet, 1))
        assert stream.is_key(number) is ("access point" in kinds), number
    assert sum(stream.is_key(number) for number in range(TURN)) == 24


def test_the_second_source_has_other_timestamps_and_the_same_pace(clip):
    shifted = walk(body(StampedStream(clip, "b", 90_000 * 3600), 0, 100))
    plain = walk(body(StampedStream(clip, "b"), 0, 100))
    assert shifted.seconds == plain.seconds
    assert body(StampedStream(clip, "b", 90_000), 0, 4) != body(StampedStream(clip, "b"), 0, 4)


def test_the_clip_can_be_broadcast_too(clip):
    full, _ = padded(clip, "a")
    data = Broadcast(full).packets(590, 660).tobytes()
    seen = walk(data)
    assert (seen.continuity, seen.dts_back, seen.pcr_back, seen.strays) == ((), (), 0, ())
    assert len(data) * 8 / 1e6 / (70 / 25) == MEGABITS
