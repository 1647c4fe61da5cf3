import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.errors import UpstreamError
from tunerr.gateway.readers.decrypt import SegmentDecryptor, sequence_iv
from tunerr.gateway.readers.follow import Follower
from tunerr.gateway.readers.guarded_playlist import rewrite, single_variant
from tunerr.gateway.readers.playlist import Key, Master, Media, Segment, Variant, parse

BASE = "http://h/a/b.m3u8?t=1"


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


def test_parse_times():
    found = parse(
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\na.ts\n#EXT-X-PROGRAM-DATE-TIME:2026-01-01T01:00:00.500+01:00\n"
        "#EXTINF:4,title\nb.ts\n#EXTINF:nonsense,\nc.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:3.5\nd.ts\n"
        "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:01:00\n#EXTINF:1e300,\ne.ts\n",
        BASE,
    )
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert [one.duration for one in found.segments] == [0.0 if one is None else one for one in (4, 4, None, 3.5, None)]
    assert [one.aired and (one.aired - start).total_seconds() for one in found.segments] == [None, 0.5, 4.5, None, 60]
    assert found.segments[1].ends == start + timedelta(seconds=4.5)
    assert found.longest == 4.0


@pytest.mark.parametrize(
    ("tags", "over"),
    [
        ("#EXT-X-MEDIA-SEQUENCE:2\n#EXT-X-ENDLIST\n", True),
        ("#EXT-X-MEDIA-SEQUENCE:2\n", False),
        ("#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-ENDLIST\n", False),
        ("#EXT-X-ENDLIST\n", False),
        ("#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-MEDIA-SEQUENCE:2\n#EXT-X-ENDLIST\n", False),
        ("#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-MEDIA-SEQUENCE:2\n#EXT-X-ENDLIST\n", False),
    ],
)
def test_an_ended_window_is_no_recording(tags, over):
    assert parse(f"#EXTM3U\n#EXT-X-TARGETDURATION:4\n{tags}#EXTINF:4,\na.ts\n", BASE).over is over
    assert parse(f"#EXTM3U\n#EXT-X-TARGETDURATION:4\n{tags}", BASE).over is False


def test_longest_is_that_of_the_newest_segments():
    rows = "#EXTINF:60,\nold.ts\n" + "#EXTINF:3,\nnew.ts\n" * 8
    assert parse(f"#EXTM3U\n#EXT-X-TARGETDURATION:60\n{rows}", BASE).longest == 3.0
    assert parse("#EXTM3U\n#EXT-X-TARGETDURATION:6\n", BASE).longest == 6.0


@pytest.mark.parametrize(
    ("name", "filler"),
    [
        ("black.ts", True),
        ("blank_0001.ts?x=1", True),
        ("x/BLACK-screen.ts", True),
        ("blackpool.ts", False),
        ("orphan-black-1.ts", False),
        ("black/1.ts", False),
        ("1.ts?black", False),
        pytest.param(f"black{'1' * 60}.ts", True, id="many digits"),
        pytest.param(f"black{'1' * 60}x.ts", False, id="many digits that could be split in many ways"),
    ],
)
def test_filler_is_known_by_its_name(name, filler):
    assert Segment(0, f"http://h/{name}", 1.0).filler is filler


def test_only_variants_that_can_stand_in_are_on_the_ladder():
    def variant(url, bandwidth, **options):
        return Variant(url, bandwidth, **{"audio_only": False, **options})

    rows = (
        variant("best", 9, codecs="avc1.640028,mp4a.40.2"),
        variant("twin", 9, codecs="mp4a.40.2, avc1.4d401f"),
        variant("other codec", 8, codecs="hvc1.1,mp4a.40.2"),
        variant("says none", 7),
        variant("other audio", 6, audio_url="a"),
        variant("no picture", 5, audio_only=True),
    )
    assert [one.url for one in Master(rows).ladder] == ["best", "twin", "says none"]


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
    "text", ["", "<html>", "#EXTM3U\n", "#EXTM3U\n#EXTINF:1,\na.ts", "#EXTM3U\n#EXTINF:1\n#EXT-X-BYTERANGE:z\na"]
)
def test_parse_refuses(text):
    with pytest.raises(UpstreamError) as caught:
        parse(text, BASE)
    assert caught.value.reason == "garbage"


LINE = st.sampled_from(
    ["#EXTM3U", "#EXTINF:2,", "#EXTINF:x", "#EXT-X-KEY:", "#EXT-X-KEY:METHOD=AES-128", "#EXT-X-BYTERANGE:1@", "a.ts",
     "#EXT-X-MAP:", "#EXT-X-MAP:URI=", "#EXT-X-STREAM-INF:", "#EXT-X-MEDIA:TYPE=AUDIO", "#EXT-X-GAP", "http://[", "",
     "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z", "#EXT-X-PROGRAM-DATE-TIME:9999-12-31T23:59:59", "#EXTINF:nan,",
     "#EXTINF:1e300,", "#EXTINF:-1", "#EXT-X-DISCONTINUITY", "#EXT-X-ENDLIST", "#EXTINF:4\nb.ts",
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
        follower = Follower(now=0.0, after=datetime(2026, 1, 1, tzinfo=UTC))
        follower.look(found, 0.0)
        while follower.next:
            follower.done(0.0)
        assert follower.pause > 0
    else:
        assert found.ladder[0] == found.variants[0]


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


def test_rewrite_takes_time_by_the_length_of_an_attribute_and_not_by_its_square():
    began = time.process_time()
    rewrite(f"#EXTM3U\n#EXT-X-KEY:{'A' * 60_000}\n", BASE, lambda _: "name")
    assert time.process_time() - began < 2, "it took a minute and a half"


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
        (f"#EXT-X-KEY:{'A' * 65_536}\n#EXTINF:1,\na\n", "a line that is too long"),
    ],
)
def test_what_would_hold_the_loop_is_refused(rows, words):
    with pytest.raises(UpstreamError, match=words):
        parse(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n{rows}", BASE)
