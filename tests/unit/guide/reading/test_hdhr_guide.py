import gzip
import json

import pytest
from lxml import etree

from tests.unit.guide.documents import problems, seconds
from tunerr.errors import NotAGuide, Truncated
from tunerr.guide.reading import hdhr_guide

ROWS = [
    {
        "GuideNumber": "5.1",
        "GuideName": "KXAS & Co",
        "Affiliate": "NBC",
        "ImageURL": "http://img/kxas.png",
        "Guide": [
            {
                "StartTime": seconds(0),
                "EndTime": seconds(1),
                "Title": "Law <&> Order",
                "EpisodeNumber": "S02E05",
                "EpisodeTitle": "Pilot",
                "Synopsis": "Somebody\ndid it.",
                "OriginalAirdate": seconds(-5000),
                "ImageURL": "http://img/law.jpg",
                "SeriesID": "C1",
                "Filter": ["Movies", "Drama"],
            },
            {"StartTime": seconds(1), "EndTime": seconds(2), "Title": "News", "OriginalAirdate": seconds(-12)},
            {"StartTime": "soon", "EndTime": seconds(3), "Title": "Broken"},
            {"StartTime": seconds(2), "EndTime": 1 << 60, "Title": "Endless"},
        ],
    },
    {"GuideNumber": "7", "GuideName": "Empty"},
    {"GuideName": "No number"},
    "nonsense",
]


def converted(path):
    assert hdhr_guide.is_json(path)
    answer = hdhr_guide.run({"path": str(path)})
    assert answer == {"bytes": path.stat().st_size}
    assert not hdhr_guide.is_json(path)
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    return etree.parse(path).getroot()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_guide_of_a_device_becomes_xmltv(tmp_path, pack):
    path = tmp_path / "guide"
    path.write_bytes(pack(b"\xef\xbb\xbf " + json.dumps(ROWS).encode()))
    root = converted(path)
    assert problems(path) == []
    assert [[one.get("id"), *(name.text for name in one.iter("display-name"))] for one in root.iter("channel")] == [
        ["5.1", "KXAS & Co", "NBC", "5.1"],
        ["7", "Empty", "7"],
    ]
    assert root.find("channel/icon").get("src") == "http://img/kxas.png"
    law, news = root.iter("programme")
    assert (law.get("channel"), law.get("start"), law.get("stop")) == (
        "5.1",
        "20260823120000 +0000",
        "20260823130000 +0000",
    )
    texts = [(child.tag, child.text) for child in law if child.text]
    assert texts == [
        ("title", "Law <&> Order"),
        ("sub-title", "Pilot"),
        ("desc", "Somebody did it."),
        ("category", "Movies"),
        ("category", "Drama"),
        ("episode-num", "S02E05"),
    ]
    assert law.find("previously-shown").get("start") == "20260127"
    assert law.find("new") is None
    assert news.find("new") is not None


@pytest.mark.parametrize(
    ("body", "error"),
    [(b"{}", NotAGuide), (b"[]", NotAGuide), (b'[{"a": 1}]', NotAGuide), (b'[{"GuideNumber": "5', Truncated)],
)
def test_other_json_is_refused_and_stays(tmp_path, body, error):
    path = tmp_path / "guide"
    path.write_bytes(body)
    with pytest.raises(error):
        hdhr_guide.run({"path": str(path)})
    assert path.read_bytes() == body


@pytest.mark.parametrize(
    "body", [b"", b"<?xml?><tv/>", b"#EXTM3U", gzip.compress(b"<tv/>", mtime=0), gzip.compress(b"[" * 99, mtime=0)[:20]]
)
def test_what_is_no_json_is_left_alone(tmp_path, body):
    path = tmp_path / "guide"
    path.write_bytes(body)
    assert not hdhr_guide.is_json(path)
