import contextlib

import orjson

from tests.unit.catalog.lists import ingest
from tunerr.catalog.explain_job import run
from tunerr.storage.connection import open_worker

ONE = '#EXTM3U\n#EXTINF:-1 tvg-id="bbc1.uk",BBC One HD\nhttp://h/live/u/secret/7.ts\n'
TWO = "#EXTM3U\n#EXTINF:-1,UK: BBC One\nhttp://other/bbc1.ts\n"


def explained(root, channel):
    request = {"catalog_db": str(root / "catalog.db"), "state_db": str(root / "state.db"), "channel": channel}
    return run(request | {"sources": ["m3u", "m3u-2"]})["entries"]


def channels(root):
    with contextlib.closing(open_worker(root / "catalog.db", kind="catalog")) as db:
        rows = db.execute("SELECT source, channel_id FROM served JOIN channel USING (generation)")
        return dict(map(tuple, rows))


def test_each_entry_says_what_recognises_it(tmp_path):
    ingest(tmp_path, ONE, source="m3u")
    ingest(tmp_path, TWO, source="m3u-2")
    one, two = (channels(tmp_path)[name] for name in ("m3u", "m3u-2"))
    assert one == two
    first, second = explained(tmp_path, one)
    assert (first["source"], first["name"]) == ("m3u", "BBC One HD")
    assert first["recognised"].startswith("by tvg-id bbc1.uk, by its name “bbc one”, by its stream address")
    assert "by its name “uk bbc one”" in second["recognised"]
    assert "m3u" in second["recognised"]  # whose label it has
    assert "secret" not in str(first)


def test_a_merge_is_said_to_be_one_and_a_split_too(tmp_path):
    ingest(tmp_path, ONE, source="m3u")
    ingest(tmp_path, TWO.replace("UK: BBC One", "Elsewhere"), source="m3u-2")
    one, two = (channels(tmp_path)[name] for name in ("m3u", "m3u-2"))
    with contextlib.closing(open_worker(tmp_path / "state.db", kind="state")) as db:
        ruling = orjson.dumps({"ruling": "merge", "channels": [one, two]}).decode()
        db.execute("INSERT INTO choice VALUES ('identity', '1', ?)", (ruling,))
    ingest(tmp_path, TWO.replace("UK: BBC One", "Elsewhere"), source="m3u-2", at=1.0)
    assert "and your merge" in explained(tmp_path, one)[1]["recognised"]


def test_an_unknown_channel_has_no_entries(tmp_path):
    ingest(tmp_path, ONE)
    assert explained(tmp_path, "dna-0000000000000000") == []
