import pytest

from tunerr.model.stream_test import Finding
from tunerr.model.url import SecretUrl
from tunerr.providers.validation.judge import PASSED, judge_body, judge_status

URL = SecretUrl("http://cdn.example/live/user/pass/7.m3u8?token=1")
TS = (b"\x47" + b"\xff" * 187) * 22
MEDIA = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nseg-100.ts\n#EXTINF:6,\nseg-101.ts\n"
MASTER = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow/index.m3u8?t=1\n#EXT-X-STREAM-INF:BANDWIDTH=2\nhigh.m3u8\n"


def body(head, content_type="", url=URL, *, cut=False):
    return judge_body(head.encode() if isinstance(head, str) else head, content_type, url, cut=cut)


class TestStatus:
    @pytest.mark.parametrize("status", [200, 206])
    def test_the_body_has_the_say(self, status):
        assert judge_status(status, {}) is None

    @pytest.mark.parametrize(
        ("status", "finding"),
        [
            (204, Finding.EMPTY), (301, Finding.REFUSED), (401, Finding.REFUSED), (403, Finding.REFUSED),
            (404, Finding.GONE), (410, Finding.GONE), (416, Finding.NO_RANGE), (418, Finding.REFUSED),
            (423, Finding.ACCOUNT_FULL), (429, Finding.SLOW_DOWN), (458, Finding.ACCOUNT_FULL),
            (500, Finding.FAULT), (503, Finding.FAULT), (509, Finding.ACCOUNT_FULL), (521, Finding.FAULT),
            (884, Finding.REFUSED),
        ],
    )  # fmt: skip
    def test_or_not(self, status, finding):
        verdict = judge_status(status, {})
        assert verdict.finding is finding
        assert f"(HTTP {status})" in verdict.words

    @pytest.mark.parametrize(
        ("said", "seconds"), [("120", 120), ("99999999", 3600), ("soon", 60), (None, 60), ("Wed, 21 Oct", 60)]
    )
    def test_slow_down_says_how_long(self, said, seconds):
        assert judge_status(429, {"Retry-After": said} if said else {}).hold == seconds

    def test_only_then_is_a_host_left_alone(self):
        assert judge_status(503, {"Retry-After": "120"}).hold == 0

    def test_tuners_that_are_in_use_are_no_fault(self):
        said = judge_status(503, {"X-HDHomeRun-Error": "805 All Tuners In Use"})
        assert said.finding is Finding.ACCOUNT_FULL


class TestBody:
    @pytest.mark.parametrize(
        "head",
        [
            TS, TS[:188], b"\0" * 7 + TS, b"ID3\x04" + b"\0" * 90, b"\xff\xf1\x50\x80" + b"\0" * 90,
            b"\xff\xfb\x90" + b"\0" * 90, b"\0\0\0\x18ftypmp42" + b"\0" * 90, b"\0\0\x01\xba" + b"\0" * 90,
            b"FLV\x01\x05" + b"\0" * 90, b"\x1a\x45\xdf\xa3" + b"\0" * 90, b"OggS" + b"\0" * 90,
        ],
    )  # fmt: skip
    def test_media(self, head):
        assert body(head) == PASSED

    @pytest.mark.parametrize(
        ("head", "content_type", "finding"),
        [
            (b"", "video/mp2t", Finding.EMPTY),
            ("<html><body>Your account has expired</body></html>", "video/mp2t", Finding.TEXT),
            ("<!DOCTYPE html>", "", Finding.TEXT),
            ('{"error": "limit"}', "video/mp2t", Finding.TEXT),
            ("Too many connections", "", Finding.TEXT),
            (b"\x89PNG\r\n\x1a\n" + b"\0" * 90, "image/png", Finding.NO_MEDIA),
            (b"\x1f\x8b\x08" + b"\0" * 90, "video/mp2t", Finding.NO_MEDIA),
        ],
    )
    def test_anything_else(self, head, content_type, finding):
        assert body(head, content_type).finding is finding


class TestPlaylists:
    def test_one_with_media(self):
        assert body(MEDIA) == PASSED
        assert body("\ufeff" + MEDIA) == PASSED
        assert body(MEDIA.replace("\n", "\r\n"), cut=True) == PASSED

    @pytest.mark.parametrize("text", ["#EXTM3U", "#EXTM3U\n#EXT-X-TARGETDURATION:6\n\n#EXT-X-ENDLIST\n"])
    def test_one_without(self, text):
        assert body(text).finding is Finding.EMPTY_PLAYLIST

    def test_of_one_that_is_cut_before_its_media_nothing_is_known(self):
        assert body("#EXTM3U\n" + "#EXT-X-DATERANGE:ID=1\n" * 180, cut=True) == PASSED

    def test_one_that_does_not_begin_as_one(self):
        assert body("#EXTINF:6,\nseg.ts\n", "application/vnd.apple.mpegurl").finding is Finding.TEXT

    def test_a_master_leads_to_its_first_variant(self):
        assert body(MASTER).reveal() == "http://cdn.example/live/user/pass/low/index.m3u8?t=1"

    def test_a_variant_whose_name_is_cut_off_is_not_asked(self):
        assert body("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://cdn.example/lo", cut=True) == PASSED

    def test_a_variant_that_is_no_address(self):
        text = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://[bad/x\n"
        assert body(text).finding is Finding.EMPTY_PLAYLIST


class TestFiller:
    @pytest.mark.parametrize(
        "name",
        [
            "black.ts",
            "blank.ts",
            "black_001.ts",
            "BLANK-12.ts",
            "black_screen.mp4",
            "offline-black.ts",
            "blackvideo2.ts",
        ],
    )
    def test_a_playlist_that_shows_nothing(self, name):
        text = f"#EXTM3U\n#EXTINF:6,\n/f/{name}?t=1\n#EXTINF:6,\n{name}\n"
        assert body(text).finding is Finding.FILLER

    @pytest.mark.parametrize(
        "name", ["blackhawks.ts", "black/seg1.ts", "orange-is-the-new-black-and-white.ts", "seg1.ts"]
    )
    def test_channels_with_such_a_name(self, name):
        assert body(f"#EXTM3U\n#EXTINF:6,\n{name}\n") == PASSED

    def test_a_black_pause_in_a_programme(self):
        assert body("#EXTM3U\n#EXTINF:6,\nseg1.ts\n#EXTINF:6,\nblack.ts\n") == PASSED

    def test_a_redirect_to_a_file(self):
        assert body(TS, url=SecretUrl("http://panel.example/filler/blank.ts")).finding is Finding.FILLER
