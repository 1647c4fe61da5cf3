"""A catalog of the first version, opened by this one."""

import contextlib
import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.catalog.lists import ingest
from tunerr.catalog.generations import Generations
from tunerr.catalog.known import names, numbers
from tunerr.storage.connection import open_worker
from tunerr.storage.migrate import migrate, migrations

CHANNELS = ("A", "B", "C")
A_ID, B_ID, GONE_ID = (f"dna-{digit * 16}" for digit in "abc")


def playlist(rows):
    return "#EXTM3U\n" + "".join(f'#EXTINF:-1 tvg-id="{tvg}",{name}\nhttp://h/{path}.ts\n' for tvg, name, path in rows)


def first_version(path, *, superseded=0):
    """As the first version wrote it: A and B of `m3u`, B with two entries; ids that nothing here would make."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        migrate(db, path, migrations("catalog")[:1], backup=False)
        for generation in range(1, superseded + 2):
            db.execute("INSERT INTO generation VALUES (?, 'm3u', 1, 1, 3, 2, 'old', '{}')", (generation,))
            for number, (channel, ordinal, name) in enumerate(((A_ID, 0, "A"), (B_ID, 1, "B"))):
                values = (generation, number, channel, ordinal, name, "G", 7)
                db.execute("INSERT INTO channel VALUES (?, ?, ?, ?, ?, ?, ?)", values)
            for ordinal, (number, name, url) in enumerate(((0, "A", "a"), (1, "B", "b"), (1, "B HD", "b2"))):
                values = (generation, ordinal, number, name, name[0].lower(), "G", f"http://h/{url}.ts")
                db.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, '', '', 0, ?, 2, '[]')", values)
        for kind, scope, key, channel in (
            ("tvg", "", "a", A_ID),
            ("tvg", "", "b", B_ID),
            ("name", "m3u", "a", A_ID),
            ("name", "m3u", "b", B_ID),
            ("name", "m3u", "gone", GONE_ID),
            ("path", "m3u", "/a.ts", A_ID),
            ("path", "m3u", "/b.ts", B_ID),
            ("path", "m3u", "/shared.ts", ""),
        ):
            db.execute("INSERT INTO identity VALUES (?, ?, ?, ?, 1)", (kind, scope, key, channel))


@pytest.fixture
def catalog(tmp_path):
    @contextlib.contextmanager
    def opened():
        with contextlib.closing(open_worker(tmp_path / "catalog.db", kind="catalog")) as db:
            yield db

    return opened


def served(opened):
    sql = "SELECT name, channel_id FROM served JOIN channel USING (generation) WHERE source = 'm3u' ORDER BY ordinal"
    with opened() as db:
        return dict(map(tuple, db.execute(sql)))


KEYS = (
    ("tvg", "", "b"),
    ("name", "m3u", "gone"),
    *(("path", "m3u", path) for path in ("/a.ts", "/shared.ts", "/other.ts")),
)


def learned(store, kind, scope, value):
    """The channel of a key, empty when it is shared, and when it was learned."""
    table = store.known(kind, scope)
    _, here = table.find(numbers([value]))
    if not len(here):
        return None
    channels = table.channels[here]
    return names(channels)[0] if channels[0] else "", table.times[here][0]


def test_what_was_served_is_served_with_every_key(tmp_path, catalog):
    first_version(tmp_path / "catalog.db", superseded=2)
    with catalog() as db:
        assert [tuple(row) for row in db.execute("SELECT * FROM served")] == [("m3u", 3)]
        assert [row[0] for row in db.execute("SELECT id FROM generation")] == [3]
        entries = db.execute("SELECT generation, ordinal, first, url FROM entry").fetchall()
        store = Generations(db)
        found = {key: learned(store, *key) for key in KEYS}
    assert [tuple(row) for row in entries] == [
        (3, 0, 0, "http://h/a.ts"),
        (3, 1, 1, "http://h/b.ts"),
        (3, 2, 1, "http://h/b2.ts"),
    ]
    assert found == {
        ("tvg", "", "b"): (B_ID, 1.0),
        ("name", "m3u", "gone"): (GONE_ID, 1.0),
        ("path", "m3u", "/a.ts"): (A_ID, 1.0),
        ("path", "m3u", "/shared.ts"): ("", 1.0),
        ("path", "m3u", "/other.ts"): None,
    }
    assert served(catalog) == {"A": A_ID, "B": B_ID}


rows = st.lists(
    st.tuples(st.sampled_from(["a", "b", "new", ""]), st.sampled_from(["A", "B", "Gone"]), st.sampled_from(["a", "b"])),
    min_size=1,
    max_size=5,
)


@given(rows)
@settings(derandomize=True, max_examples=25, deadline=None)
def test_migrated_or_learned_anew_channels_are_the_same(tmp_path_factory, found):
    """What recognises after a migration is what recognises after an ingest of the same list by this version."""
    old, new = tmp_path_factory.mktemp("old"), tmp_path_factory.mktemp("new")
    before = [("a", "A", "a"), ("b", "B", "b")]
    ids = {}
    for root in (old, new):
        if root is old:
            migrated_from(old / "catalog.db", new_ids(new, before))
        report = ingest(root, playlist(found), accept_shrink=True, at=9.0)
        with contextlib.closing(open_worker(root / "catalog.db", kind="catalog")) as db:
            sql = "SELECT channel_id, ordinal FROM served JOIN channel USING (generation)"
            ids[root] = (report["channels"], sorted(map(tuple, db.execute(sql))))
    assert ids[old] == ids[new]


def new_ids(root, before):
    """Ingest a list with this version; its keys and the ids that they recognise."""
    ingest(root, playlist(before), at=1.0)
    with contextlib.closing(open_worker(root / "catalog.db", kind="catalog")) as db:
        found = [row[0] for row in db.execute("SELECT channel_id FROM channel ORDER BY ordinal")]
    return [
        (kind, scope, value, channel)
        for (tvg, name, path), channel in zip(before, found, strict=True)
        for kind, scope, value in (("tvg", "", tvg), ("name", "m3u", name.lower()), ("path", "m3u", f"/{path}.ts"))
    ]


def migrated_from(path, keys):
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        migrate(db, path, migrations("catalog")[:1], backup=False)
        for key in keys:
            db.execute("INSERT INTO identity VALUES (?, ?, ?, ?, 1)", key)
