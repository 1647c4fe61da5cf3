import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.errors import UpstreamError
from tunerr.gateway.readers.decrypt import SegmentDecryptor, sequence_iv
from tunerr.gateway.readers.follow import Follower, poll_seconds
from tunerr.gateway.readers.guarded_playlist import rewrite, single_variant
from tunerr.gateway.readers.playlist import Key, Master, Media, Segment, Variant, parse

BASE = "http://h/a/b.m3u8?t=1"


def media(*names, first=10, ended=False, target=2.0):
    segments = tuple(Segment(first + index, f"http://h/{name}", 2.0) for index, name in enumerate(names))
    return Media(target, segments, ended, mapped=False)


def taken(follower, playlist, now=0.0):
    return [segment.url.rpartition("/")[2] for segment in follower.fresh(playlist, now)]


def window(start, length=5, offset=0):
    return media(*(f"s{number}.ts" for number in range(start, start + length)), first=start + offset)


def test_parse_media():
    found = parse(
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-PROGRAM-DATE-TIME:nonsense\n"
        '#EXT-X-KEY:METHOD=AES-128,URI="k?a=1,2",IV=0x0A\n#EXTINF:4,\n#EXT-X-BYTERANGE:100@5\na.ts\n'
        "#EXTINF:4,\n#EXT-X-BYTERANGE:50\na.ts\n#EXT-X-KEY:METHOD=NONE\n#EXT-X-GAP\n#EXTINF:3.5,\n/b.ts\n#EXT-X-ENDLIST\n",
        BASE,
    )
    key = Key("http://h/a/k?a=1,2", (10).to_bytes(16, "big"))
    assert found == Media(
        4.0,
        (
            Segment(7, "http://h/a/a.ts", 4.0, key, (5, 100)),
            Segment(8, "http://h/a/a.ts", 4.0, key, (105, 50)),
            Segment(9, "http://h/b.ts", 3.5, gap=True),
        ),
        ended=True,
        mapped=False,
    )


def test_parse_master_ranks_variants_and_finds_their_audio():
    found = parse(
        "#EXTM3U\n"
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="g",NAME="a",LANGUAGE="en",URI="en.m3u8"\n'
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="g",NAME="b",DEFAULT=YES,LANGUAGE="de",URI="de.m3u8"\n'
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="inband",NAME="b"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=9000,CODECS="mp4a.40.2",AUDIO="g"\nde.m3u8\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=100,AUDIO="g"\nlow.m3u8\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=200,AUDIO="inband"\nhttps://x/high.m3u8\n',
        BASE,
    )
    assert isinstance(found, Master)
    assert [(one.url, one.audio_url, one.audio_language) for one in found.variants] == [
        ("https://x/high.m3u8", "", ""),
        ("http://h/a/low.m3u8", "http://h/a/de.m3u8", "de"),
        ("http://h/a/de.m3u8", "", ""),
    ]


@pytest.mark.parametrize(
    "text", ["", "<html>", "#EXTM3U\n", "#EXTM3U\n#EXTINF:1,\na.ts", "#EXTM3U\n#EXT-X-KEY:\n#EXTINF:z\na"]
)
def test_parse_refuses(text):
    with pytest.raises(UpstreamError) as caught:
        parse(text, BASE)
    assert caught.value.reason == "garbage"


LINE = st.sampled_from(
    ["#EXTM3U", "#EXTINF:2,", "#EXTINF:x", "#EXT-X-KEY:", "#EXT-X-KEY:METHOD=AES-128", "#EXT-X-BYTERANGE:1@", "a.ts",
     "#EXT-X-MAP:", "#EXT-X-MAP:URI=", "#EXT-X-STREAM-INF:", "#EXT-X-MEDIA:TYPE=AUDIO", "#EXT-X-GAP", "http://[", "",
     "#EXT-X-TARGETDURATION:1e9", "#EXT-X-MEDIA-SEQUENCE:-3", '#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0xZZ', "//["]
)  # fmt: skip


@settings(derandomize=True, max_examples=400, deadline=None)
@given(st.lists(st.one_of(LINE, st.text(max_size=20)), max_size=12))
def test_no_playlist_raises_anything_but_upstream_errors(lines):
    text = "\n".join(["#EXTM3U", "#EXT-X-VERSION:3", *lines])
    try:
        found = parse(text, BASE)
    except UpstreamError:
        return
    if isinstance(found, Media):
        follower = Follower(now=0.0)
        assert follower.fresh(found, 0.0) is not None
        assert found.ended or follower.fresh(found, 1.0) == ()


def test_a_sliding_window():
    follower = Follower(now=0.0)
    assert taken(follower, window(10)) == ["s12.ts", "s13.ts", "s14.ts"]
    assert taken(follower, window(10)) == []
    assert taken(follower, window(12)) == ["s15.ts", "s16.ts"]
    assert taken(follower, window(11)) == []  # a cache that lags
    assert taken(follower, window(30)) == [f"s{number}.ts" for number in range(30, 35)]


def test_a_recording_is_taken_from_its_start():
    assert taken(Follower(now=0.0), media("a", "b", "c", "d", ended=True)) == ["a", "b", "c", "d"]


def test_a_restarted_encoder():
    follower = Follower(now=0.0)
    taken(follower, window(100))
    assert taken(follower, window(0, 2)) == ["s0.ts", "s1.ts"]
    assert taken(follower, window(0, 3)) == ["s2.ts"]


def test_a_window_without_sequence_numbers():
    follower = Follower(now=0.0)
    taken(follower, media("a", "b", "c", "d", first=0))
    assert taken(follower, media("b", "c", "d", "e", first=0)) == ["e"]
    assert taken(follower, media("d", "e", "f", "g", first=0)) == ["f", "g"]
    assert taken(follower, media("w", "x", "y", "z", first=0)) == ["x", "y", "z"]


def test_new_tokens_are_no_new_segments():
    follower = Follower(now=0.0)
    taken(follower, media("a.ts?t=1", "b.ts?t=1", "c.ts?t=1"))
    assert taken(follower, media("a.ts?t=2", "b.ts?t=2", "c.ts?t=2")) == []


def test_segments_told_apart_by_their_query():
    follower = Follower(now=0.0)
    taken(follower, media("s?n=1", "s?n=2", "s?n=3", first=0))
    assert taken(follower, media("s?n=2", "s?n=3", "s?n=4", first=0)) == ["s?n=4"]


@pytest.mark.parametrize(("target", "bound"), [(2.0, 12.0), (10.0, 30.0)])
def test_stall(target, bound):
    follower = Follower(now=0.0)
    follower.fresh(media("a", target=target), 5.0)
    follower.fresh(media("a", target=target), 6.0)
    assert not follower.stalled(5.0 + bound)
    assert follower.stalled(5.1 + bound)


@pytest.mark.parametrize(("target", "seconds"), [(0, 3), (1, 1), (6, 3), (60, 10)])
def test_poll(target, seconds):
    assert poll_seconds(target) == seconds


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 8), st.booleans()), max_size=20))
def test_nothing_is_handed_out_twice_in_a_row(looks):
    follower = Follower(now=0.0)
    for start, length, numbered in looks:
        playlist = window(start, length, 0 if numbered else -start)
        follower.fresh(playlist, 0.0)
        assert follower.fresh(playlist, 0.0) == ()


def test_decrypt_known_answer():
    # NIST SP 800-38A, F.2.1, with one block of padding encrypted after it.
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    cipher = bytes.fromhex("7649abac8119b246cee98e9b12e9197d8964e0b149c10b7b682e6e39aaeb731c")
    decryptor = SegmentDecryptor(key=key, iv=bytes(range(16)))
    clear = b"".join(decryptor.update(cipher[index : index + 5]) for index in range(0, 32, 5)) + decryptor.finish()
    assert clear == bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")
    with pytest.raises(UpstreamError, match="wrong key"):
        SegmentDecryptor(key=bytes(16), iv=bytes(16)).finish()
    with pytest.raises(UpstreamError, match="no AES-128 key"):
        SegmentDecryptor(key=b"short", iv=bytes(16))
    assert sequence_iv(258) == bytes(14) + b"\x01\x02"


def test_rewrite_leaves_no_foreign_address():
    text = (
        '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x1\n#EXT-X-MAP:URI="http://evil/m"\n#EXTINF:1,\nseg.ts?x\n'
        '#EXT-X-PART:URI="p"\n#EXT-X-RENDITION-REPORT:URI="q"\n'
    )
    seen = []
    out = rewrite(text, BASE, lambda url: seen.append(url) or f"n{len(seen)}")
    assert seen == ["http://h/a/k", "http://evil/m", "http://h/a/seg.ts?x"]
    assert out == '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="n1",IV=0x1\n#EXT-X-MAP:URI="n2"\n#EXTINF:1,\nn3\n'


@pytest.mark.parametrize(
    ("given", "passed_on"),
    [
        ("METHOD=AES-128,URI=http://evil/k", 'METHOD=AES-128,URI="name"'),
        (r'METHOD=AES-128,URI="k\",IV=0x1,URI=http://evil/k', 'METHOD=AES-128,URI="name",IV=0x1,URI="name"'),
        (r'X="\",URI="http://evil/k,Y="', 'URI="name"'),
        ('METHOD=NONE\\,URI="http://evil/k"', 'URI="name"'),
        ('URI="m",BYTERANGE="700@0"', 'URI="name",BYTERANGE="700@0"'),
    ],
)
def test_rewrite_writes_attributes_anew(given, passed_on):
    """ffmpeg reads addresses without quotes as well, and knows escapes."""
    out = rewrite(f"#EXTM3U\n#EXT-X-KEY:{given}\n#EXT-X-MAP:{given}\n", BASE, lambda _: "name")
    assert out == f"#EXTM3U\n#EXT-X-KEY:{passed_on}\n#EXT-X-MAP:{passed_on}\n"


@pytest.mark.parametrize("language", ['en",URI="http://evil/', "en\\", "en\n#EXT"])
def test_a_language_brings_no_address_along(language):
    variant = Variant("http://h/v", 1, audio_only=False, audio_url="http://h/a", audio_language=language)
    assert "LANGUAGE" not in single_variant(variant, lambda _: "name")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("#EXTINF:1,\na\n" * 50_001, "more than 50,000 lines #EXTINF"),
        ('#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a"\nv\n' * 501, "more than 500 lines #EXT-X-STREAM-INF"),
        ('#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",URI="x"\n' * 501, "more than 500 lines #EXT-X-MEDIA"),
    ],
)
def test_a_playlist_without_end_is_refused(rows, words):
    with pytest.raises(UpstreamError, match=words):
        parse(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n{rows}", BASE)
