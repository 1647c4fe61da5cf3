import json

import pytest

from tunerr.errors import EmptyPlaylist
from tunerr.providers.documents import PanelLogin, entries
from tunerr.providers.entry import Entry, Skipped
from tunerr.providers.lines import lines
from tunerr.providers.m3u import parse
from tunerr.providers.xtream.live import categories, streams

LOGIN = PanelLogin("http://panel.example:8080", "us er", "p/w", "ts")
GROUPS = {"1": "Germany", "2": "Kids"}
ROW = {
    "num": 1,
    "name": "DE: Das Erste HD",
    "stream_type": "live",
    "stream_id": 101,
    "stream_icon": "http://x/logo.png",
    "epg_channel_id": "daserste.de",
    "category_id": "1",
    "tv_archive": 1,
    "tv_archive_duration": "7",
}


def read(*rows, groups=GROUPS, login=LOGIN):
    return list(streams([json.dumps(rows).encode()], groups, login))


def test_a_usual_row():
    assert read(ROW) == [
        Entry(
            name="DE: Das Erste HD",
            tvg_id="daserste.de",
            group="Germany",
            logo="http://x/logo.png",
            chno="",
            radio=False,
            url="http://panel.example:8080/live/us%20er/p%2Fw/101.ts",
            headers=(),
            archive_days=7,
            archive="xtream",
        )
    ]


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ({"stream_id": "101"}, "url", "http://panel.example:8080/live/us%20er/p%2Fw/101.ts"),
        ({"epg_channel_id": None}, "tvg_id", ""),
        ({"epg_channel_id": 42}, "tvg_id", "42"),
        ({"category_id": 2}, "group", "Kids"),
        ({"category_id": None}, "group", ""),
        ({"category_id": None, "category_ids": [99, 2]}, "group", "Kids"),
        ({"category_id": "99", "category_ids": {"0": "2"}}, "group", "Kids"),
        ({"stream_icon": None}, "logo", ""),
        ({"stream_icon": "not a url"}, "logo", ""),
        ({"stream_icon": " http://x/logo.png\ud800\n"}, "logo", "http://x/logo.png"),
        ({"name": "A\u0007\u200b B\nC\ud800"}, "name", "A B C"),
        ({"name": None}, "name", "daserste.de"),
        ({"name": "", "epg_channel_id": ""}, "name", "101"),
        ({"tv_archive": "0"}, "archive_days", 0),
        ({"tv_archive": "0"}, "archive", ""),
        ({"tv_archive": "1", "tv_archive_duration": 0}, "archive", ""),
        ({"stream_type": "radio_streams"}, "radio", True),
    ],
)
def test_every_shape_of_a_field(change, field, value):
    assert getattr(read({**ROW, **change})[0], field) == value


@pytest.mark.parametrize("number", [None, "", "x", -1, [], {}])
def test_a_row_without_a_number_is_skipped(number):
    (found,) = read({**ROW, "stream_id": number})
    assert isinstance(found, Skipped)
    assert found.name == "DE: Das Erste HD"


def test_no_row_at_all_is_an_empty_list():
    with pytest.raises(EmptyPlaylist, match="no live channels"):
        read()


def test_categories_of_any_shape():
    rows = [{"category_id": 1, "category_name": "A\tB"}, {"category_id": "2", "category_name": "C"}]
    assert categories([json.dumps(rows).encode()]) == {"1": "A B", "2": "C"}
    assert categories([b"[]"]) == {}


def test_the_same_account_says_the_same_by_get_php(tmp_path):
    rows = [ROW, {**ROW, "stream_id": 102, "name": "ZDF \u266a", "epg_channel_id": None, "tv_archive": 0}]
    for name, document in (("streams", rows), ("categories", [{"category_id": "1", "category_name": "Germany"}])):
        (tmp_path / name).write_text(json.dumps(document))
    login = LOGIN._replace(user="u", password="p")
    documents = {name: tmp_path / name for name in ("streams", "categories")}
    mine = [entry._replace(archive="", archive_days=0) for entry in entries("xtream", documents, panel=login)]
    text = "#EXTM3U\n" + "".join(
        f'#EXTINF:-1 tvg-id="{row["epg_channel_id"] or ""}" tvg-name="{row["name"]}" tvg-logo="{row["stream_icon"]}"'
        f' group-title="Germany",{row["name"]}\n{login.host}/live/u/p/{row["stream_id"]}.ts\n'
        for row in rows
    )
    theirs = [entry for entry in parse(lines([text.encode()])) if isinstance(entry, Entry)]
    assert mine == theirs
