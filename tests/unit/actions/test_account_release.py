import pytest

from tests.tools.clock import ManualClock
from tunerr.actions.accounts import release_account
from tunerr.actions.audit import Audit
from tunerr.errors import ActionRefused
from tunerr.storage.audit import AuditReader
from tunerr.storage.connection import open_server


class Accounts:
    def __init__(self, *learned):
        self.learned = set(learned)

    def forget(self, key):
        known = key in self.learned
        self.learned.discard(key)
        return known


async def test_an_account_is_released_by_its_key_or_its_source(tmp_path):
    state = await open_server(tmp_path / "state.db", kind="state")
    try:
        audit, accounts = Audit(state=state, clock=ManualClock()), Accounts("aaaa", "bbbb")
        said = await release_account(accounts, audit, {"aaaa": "xtream"}, who="anna", account="xtream")
        assert said.startswith("What was learned of the account xtream is forgotten")
        await release_account(accounts, audit, {"aaaa": "xtream"}, who="anna", account="bbbb")
        assert accounts.learned == set()
        with pytest.raises(ActionRefused, match="Nothing was learned"):
            await release_account(accounts, audit, {"aaaa": "xtream"}, who="anna", account="xtream")
        rows = await AuditReader(state).page(after=0, limit=9)
        assert [(row.who, row.act, row.subject) for row in rows] == [
            ("anna", "account-release", "bbbb"), ("anna", "account-release", "xtream"),
        ]  # fmt: skip
    finally:
        await state.close()
