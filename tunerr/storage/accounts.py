"""What providers said of their accounts last."""

from __future__ import annotations

import aiosqlite
import structlog
from pydantic import TypeAdapter, ValidationError

from tunerr.model.account import AccountStatus
from tunerr.storage.connection import select, transaction

log = structlog.get_logger(__name__)

_STATUS = TypeAdapter(AccountStatus)


class AccountStore:
    """Reads and writes the table `account` of state.db, one row for each source. Raises StorageError."""

    def __init__(self, state: aiosqlite.Connection) -> None:
        self._state = state

    async def all(self) -> tuple[AccountStatus, ...]:
        """Return every account that is known, ordered by source; one that can't be read any more is left out."""
        rows = await select(self._state, "SELECT source, status FROM account ORDER BY source")
        found = [_parse(row["source"], row["status"]) for row in rows]
        return tuple(status for status in found if status is not None)

    async def save(self, status: AccountStatus) -> None:
        """Keep what was said last."""
        async with transaction(self._state):
            await self._state.execute(
                "INSERT OR REPLACE INTO account (source, status) VALUES (?, ?)",
                (status.source, _STATUS.dump_json(status).decode()),
            )


def _parse(source: str, text: str) -> AccountStatus | None:
    try:
        return _STATUS.validate_json(text)
    except ValidationError as error:
        log.warning("saved status of an account can't be read", source=source, problems=error.error_count())
        return None
