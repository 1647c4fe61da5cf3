import asyncio
import contextlib
import sqlite3
import stat
import subprocess
import sys

import pytest

from tunerr.errors import DatabaseTooNew, DataFolderError, StorageError
from tunerr.storage.connection import open_server, open_worker, select, transaction
from tunerr.storage.migrate import Migration, migrate, migrations

STEPS = (
    Migration(1, "CREATE TABLE a (x TEXT); -- one; two\nCREATE TABLE b (y TEXT DEFAULT ';');\n"),
    Migration(2, "ALTER TABLE a ADD COLUMN z TEXT;\n"),
)


def version(db):
    return db.execute("PRAGMA user_version").fetchone()[0]


@pytest.mark.parametrize("kind", ["state", "catalog", "guide"])
async def test_every_database_opens_in_wal_with_its_newest_schema(tmp_path, kind):
    path = tmp_path / f"{kind}.db"
    db = await open_server(path, kind=kind)
    assert (await select(db, "PRAGMA journal_mode"))[0][0] == "wal"
    assert (await select(db, "PRAGMA synchronous"))[0][0] == (2 if kind == "state" else 1)
    assert (await select(db, "PRAGMA user_version"))[0][0] == migrations(kind)[-1].version
    await db.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with contextlib.closing(open_worker(path, kind=kind)) as again:
        assert version(again) == migrations(kind)[-1].version


def test_an_older_database_is_migrated_and_backed_up_first(tmp_path):
    path = tmp_path / "state.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        migrate(db, path, STEPS[:1], backup=True)
        assert not list(tmp_path.glob("*.before-*"))
        db.execute("INSERT INTO a VALUES ('kept')")
        migrate(db, path, STEPS, backup=True)
        assert db.execute("SELECT x, z FROM a").fetchall() == [("kept", None)]
        assert version(db) == 2
    with contextlib.closing(sqlite3.connect(tmp_path / "state.db.before-2")) as copy:
        assert version(copy) == 1
        assert copy.execute("SELECT x FROM a").fetchall() == [("kept",)]


def test_a_failing_step_leaves_the_version_before_it(tmp_path):
    path = tmp_path / "x.db"
    broken = (*STEPS, Migration(3, "CREATE TABLE c (x TEXT);\nCREATE TABLE a (x TEXT);\n"))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        with pytest.raises(sqlite3.OperationalError, match="already exists"):
            migrate(db, path, broken, backup=False)
        assert version(db) == 2
        assert db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'c'").fetchone()[0] == 0


async def test_a_newer_database_is_refused_naming_both_versions(tmp_path):
    path = tmp_path / "state.db"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(DatabaseTooNew, match=r"schema 99.*up to \d+.*newer version"):
        await open_server(path, kind="state")


async def test_what_is_no_database_is_named(tmp_path):
    path = tmp_path / "state.db"
    path.write_bytes(b"hello" * 1000)
    with pytest.raises(StorageError, match="damaged or no database"):
        await open_server(path, kind="state")


async def test_a_readonly_connection_creates_the_file_and_refuses_to_write(tmp_path):
    db = await open_server(tmp_path / "catalog.db", kind="catalog", readonly=True)
    assert await select(db, "SELECT * FROM generation") == []
    with pytest.raises(DataFolderError):
        async with transaction(db):
            await db.execute("INSERT INTO generation (source, built_at) VALUES ('m3u', 0)")
    await db.close()


async def test_transactions_of_two_tasks_never_mix(tmp_path):
    db = await open_server(tmp_path / "state.db", kind="state")
    entered = asyncio.Event()

    async def fails():
        async with transaction(db):
            await db.execute("INSERT INTO fact VALUES ('lost', '1')")
            entered.set()
            await asyncio.sleep(0.05)
            raise ValueError

    async def succeeds():
        await entered.wait()
        async with transaction(db):
            await db.execute("INSERT INTO fact VALUES ('kept', '1')")

    results = await asyncio.gather(fails(), succeeds(), return_exceptions=True)
    assert isinstance(results[0], ValueError)
    assert [row["name"] for row in await select(db, "SELECT name FROM fact")] == ["kept"]
    await db.close()


async def test_a_cancelled_transaction_is_rolled_back_and_the_next_one_works(tmp_path):
    db = await open_server(tmp_path / "state.db", kind="state")
    inside = asyncio.Event()

    async def hangs():
        async with transaction(db):
            await db.execute("INSERT INTO fact VALUES ('lost', '1')")
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.get_running_loop().create_task(hangs())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with transaction(db):
        await db.execute("INSERT INTO fact VALUES ('kept', '1')")
    assert [row["name"] for row in await select(db, "SELECT name FROM fact")] == ["kept"]
    await db.close()


async def test_a_full_disk_is_told_from_other_failures(tmp_path):
    db = await open_server(tmp_path / "state.db", kind="state")
    await db.execute("PRAGMA max_page_count = 1")  # SQLite then says what it says on a full disk
    with pytest.raises(DataFolderError, match="is full"):
        async with transaction(db):
            await db.execute("INSERT INTO fact VALUES ('big', ?)", ("x" * 1_000_000,))
    await db.close()


async def test_opening_a_database_twice_keeps_the_first_connection_s_locks(tmp_path):
    """A second opening in one process must not drop the locks of the first: another process' close would then
    remove the journal, and the first connection would never see a commit again."""
    path = tmp_path / "catalog.db"
    code = (
        "import sys; from pathlib import Path; from tunerr.storage.connection import open_worker\n"
        "db = open_worker(Path(sys.argv[1]), kind='catalog')\n"
        "db.execute(\"INSERT INTO answer VALUES (NULL, 'm3u', 0, 1, 'x', 'published')\")\n"
        "db.close()"
    )
    first = await open_server(path, kind="catalog", readonly=True)
    try:
        second = await open_server(path, kind="catalog", readonly=True)
        await select(first, "SELECT count(*) FROM answer")
        await second.close()
        for _ in range(2):
            subprocess.run([sys.executable, "-c", code, str(path)], check=True)
        assert path.with_name("catalog.db-wal").exists()
        assert [tuple(row) for row in await select(first, "SELECT source FROM answer")] == [("m3u",), ("m3u",)]
    finally:
        await first.close()
