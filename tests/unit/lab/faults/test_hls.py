"""Live playlists, on invented time."""

import re

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from tests.unit.lab.media.ts_reading import continuity_errors, pcr_times, pid_of, split
from tunerr.lab.faults import Shape
from tunerr.lab.faults import vocabulary as v
from tunerr.lab.faults.hls import LiveHls
from tunerr.lab.faults.state import Armed
from tunerr.lab.media import Broadcast

START = 1_795_000_000.0
FIRST = 897_500_000 - 5


@pytest.fixture
async def clip(library):
    return await library.clip("h264")


def live(clip, **shape):
    return LiveHls("h", (Broadcast(clip),), Shape(**shape))


def struck(clip, fault, **shape):
    channel = live(clip, **shape)
    armed = Armed(fault, 0.0, 1, 0)
    channel.strike(armed, START)
    return channel, armed


def listed(channel, after=0.0):
    """Media sequence and the numbers in the URIs."""
    text = channel.media(folder="", now=START + after, query="")
    numbered = re.findall(r"^(\d+)\.ts", text, re.MULTILINE)
    return int(re.search(r"MEDIA-SEQUENCE:(\d+)", text)[1]), [int(each) for each in numbered]


def numbers(first, count=5):
    return first, [*range(first, first + count)]


def test_the_window_slides(clip):
    channel = live(clip)
    assert listed(channel) == numbers(FIRST)
    assert listed(channel, 1.9) == numbers(FIRST)
    assert listed(channel, 2.0) == numbers(FIRST + 1)
    text = channel.media(folder="0/", now=START, query="?token=t0")
    assert "#EXT-X-TARGETDURATION:2\n" in text
    assert "#EXT-X-PROGRAM-DATE-TIME:2026-11-18T" in text
    assert f"0/{FIRST}.ts?token=t0\n" in text
    assert "ENDLIST" not in text


@pytest.mark.parametrize("seconds", [2, 10])
def test_segments_are_cut_at_access_points_and_follow_one_another(clip, seconds):
    channel = live(clip, seconds=seconds)
    first = listed(channel)[0]
    one, two = (channel.segment(0, number, START) for number in (first, first + 1))
    for data in (one, two):
        heads = [pid_of(packet) for packet in split(data)[:3]]
        assert heads == [0, 0x1000, 0x100]
        assert split(data)[2][5] & 0x40
    assert continuity_errors(one + two) == 0
    times = pcr_times(one + two)
    assert times[-1] - times[0] == pytest.approx(2 * seconds - 0.04, abs=0.001)


def test_segments_come_and_go(clip):
    channel = live(clip)
    assert channel.segment(0, FIRST + 5, START) is None
    assert channel.segment(0, FIRST + 5, START + 2) is not None
    assert channel.segment(0, FIRST, START + 20) is not None
    assert channel.segment(0, FIRST, START + 40) is None


def test_keys_rotate(clip):
    channel = live(clip, key_every=2)
    text = channel.media(folder="", now=START, query="")
    keys = [int(each) for each in re.findall(r'METHOD=AES-128,URI="(\d+)\.key"', text)]
    assert keys == sorted({number // 2 for number in range(FIRST, FIRST + 5)})
    assert len({channel.key(number) for number in keys}) == 3
    plain = live(clip).segment(0, FIRST, START)
    cipher = Cipher(algorithms.AES(channel.key(FIRST // 2)), modes.CBC(FIRST.to_bytes(16))).decryptor()
    padded = cipher.update(channel.segment(0, FIRST, START)) + cipher.finalize()
    unpadder = PKCS7(128).unpadder()
    assert unpadder.update(padded) + unpadder.finalize() == plain


def test_discontinuities(clip):
    channel = live(clip, discontinuity_every=3)
    text = channel.media(folder="", now=START, query="")
    at = next(number for number in range(FIRST, FIRST + 5) if number % 3 == 0)
    assert re.search(rf"DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:.*\n#EXTINF:2.000,\n{at}.ts", text)
    before, after = (pcr_times(channel.segment(0, number, START + 4))[0] for number in (at - 1, at))
    assert abs(after - before) > 3000
    count = int(re.search(r"DISCONTINUITY-SEQUENCE:(\d+)", text)[1])
    later = int(re.search(r"DISCONTINUITY-SEQUENCE:(\d+)", channel.media(folder="", now=START + 6, query=""))[1])
    assert later - count == 1


def test_it_stops(clip):
    channel, armed = struck(clip, v.PlaylistStops())
    assert listed(channel, 30) == listed(channel)
    armed.disarmed = True
    assert listed(channel, 30) == numbers(FIRST + 15)
    channel, _ = struck(clip, v.PlaylistStops(seconds=10.0))
    assert [listed(channel, at)[0] - FIRST for at in (0, 9, 10)] == [0, 0, 5]


def test_it_ends(clip):
    channel, _ = struck(clip, v.PlaylistEnds())
    assert channel.media(folder="", now=START + 20, query="").endswith("#EXT-X-ENDLIST\n")
    assert listed(channel, 20) == numbers(FIRST)


def test_it_goes_back(clip):
    channel, _ = struck(clip, v.PlaylistGoesBack(segments=3, seconds=4.0))
    assert [listed(channel, at)[0] - FIRST for at in (0, 2, 4)] == [-3, -2, 2]


def test_it_skips(clip):
    channel, _ = struck(clip, v.PlaylistSkips(segments=3))
    assert listed(channel, 8)[0] == FIRST + 8
    newest = [[number - FIRST for number in listed(channel, at)[1]] for at in (0, 6, 8, 10, 16, 40)]
    assert newest[:2] == [[0, 1, 2, 3, 4]] * 2
    assert newest[2:4] == [[8], [8, 9]], "5, 6 and 7 were never listed"
    assert newest[4:] == [[8, 9, 10, 11, 12], [20, 21, 22, 23, 24]]


def test_it_repeats(clip):
    channel, _ = struck(clip, v.PlaylistRepeats(seconds=8.0))
    assert listed(channel, 6) == (FIRST + 3, [FIRST + 3, FIRST + 4, FIRST + 4, FIRST + 4, FIRST + 4])
    assert listed(channel, 8) == numbers(FIRST + 4)


def test_it_is_empty(clip):
    channel, _ = struck(clip, v.PlaylistEmpty(seconds=2.0))
    assert listed(channel)[1] == []
    assert listed(channel, 2) == numbers(FIRST + 1)
