import contextlib
import sqlite3

import pytest

from tests.tools.clock import ManualClock
from tunerr.actions.audit import Audit
from tunerr.actions.operators import Operators
from tunerr.model.operator import Role
from tunerr.storage.connection import open_server, select
from tunerr.storage.migrate import migrate, migrations


@pytest.mark.parametrize(
    ("user", "password", "good"), [("admin", "fixed", True), ("admin", "x", False), ("x", "fixed", False)]
)
async def test_a_password_of_the_settings_needs_no_database(user, password, good):
    operators = Operators(state=None, clock=ManualClock(), audit=None, user="admin", fixed_password="fixed")
    assert await operators.verify(user, password) is good
    operators.close()


async def test_a_user_of_earlier_settings_is_no_administrator_after_the_migration(tmp_path):
    path = tmp_path / "state.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        migrate(db, path, migrations("state")[:3], backup=False)
        for name in ("admin", "former"):
            db.execute("INSERT INTO operator VALUES (?, 'hash', 1.0)", (name,))
    state = await open_server(path, kind="state")
    rows = await select(state, "SELECT name, role FROM operator ORDER BY name")
    assert [tuple(row) for row in rows] == [("admin", "viewer"), ("former", "viewer")]
    clock = ManualClock()
    operators = Operators(
        state=state, clock=clock, audit=Audit(state=state, clock=clock), user="admin", fixed_password=None
    )
    await operators.load()
    assert (operators.role_of("admin"), operators.role_of("former")) == (Role.ADMIN, Role.VIEWER)
    operators.close()
    await state.close()
