import contextlib
import sqlite3

from tunerr.model.carried import Carried
from tunerr.model.channel import ChannelId
from tunerr.storage.carried import CarriedStore
from tunerr.storage.connection import open_server
from tunerr.storage.migrate import migrate, migrations

A, B = ChannelId("dna-a"), ChannelId("dna-b")
SD, HD = Carried("mpeg2", "mp2", 720, 576), Carried("h264", "aac", 1920, 1080)


async def test_what_was_seen_last_is_kept_over_a_restart(tmp_path):
    state = await open_server(tmp_path / "state.db", kind="state")
    store = CarriedStore(state)
    assert await store.all() == {}
    await store.save({A: SD, B: Carried()})
    await store.save({A: HD})
    await store.save({})
    await state.close()
    state = await open_server(tmp_path / "state.db", kind="state")
    assert await CarriedStore(state).all() == {A: HD, B: Carried()}
    await state.close()


async def test_a_database_of_the_version_before_is_migrated(tmp_path):
    path = tmp_path / "state.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        migrate(db, path, migrations("state")[:2], backup=True)
        db.execute("INSERT INTO favorite VALUES ('dna-a', 1.0)")
    state = await open_server(path, kind="state")
    await CarriedStore(state).save({A: HD})
    assert await CarriedStore(state).all() == {A: HD}
    await state.close()
    assert (tmp_path / f"state.db.before-{len(migrations('state'))}").exists()
