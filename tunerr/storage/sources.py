"""What is known of each source: its last outcome, and the validators for the next conditional request."""

from __future__ import annotations

import hashlib

import aiosqlite
import structlog
from pydantic import TypeAdapter, ValidationError

from tunerr.model.channel import SourceId
from tunerr.model.status import SourceStatus
from tunerr.model.url import SecretUrl
from tunerr.storage.connection import select, transaction
from tunerr.support.fetch import Validators

log = structlog.get_logger(__name__)

_STATUS = TypeAdapter(SourceStatus)


class SourceStore:
    """Reads and writes the table `source`, for playlists and guides alike. Raises StorageError.

    The URL itself is never stored: the status carries its redacted label, the validators a hash of it.
    """

    def __init__(self, state: aiosqlite.Connection) -> None:
        self._state = state

    async def statuses(self) -> tuple[SourceStatus, ...]:
        """Return every status that was saved, ordered by source id; one that can't be read any more is left out."""
        rows = await select(self._state, "SELECT id, status FROM source ORDER BY id")
        found = [_parse(row["id"], row["status"]) for row in rows]
        return tuple(status for status in found if status is not None)

    async def status(self, source: SourceId) -> SourceStatus | None:
        """Return the last saved status of one source."""
        rows = await select(self._state, "SELECT status FROM source WHERE id = ?", (source,))
        return _parse(source, rows[0]["status"]) if rows else None

    async def validators(self, source: SourceId, location: SecretUrl) -> Validators:
        """Return the validators of the last good answer; empty when there is none or it came from another URL."""
        query = "SELECT etag, last_modified FROM source WHERE id = ? AND url_hash = ?"
        rows = await select(self._state, query, (source, _hash(location)))
        return Validators(etag=rows[0]["etag"], last_modified=rows[0]["last_modified"]) if rows else Validators()

    async def save(self, status: SourceStatus, *, location: SecretUrl, validators: Validators) -> None:
        """Store the outcome of a refresh with the validators of the last good answer from `location`."""
        async with transaction(self._state):
            await self._state.execute(
                "INSERT OR REPLACE INTO source (id, kind, url_hash, etag, last_modified, status)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    status.id,
                    status.kind,
                    _hash(location),
                    validators.etag,
                    validators.last_modified,
                    _STATUS.dump_json(status).decode(),
                ),
            )


def _hash(location: SecretUrl) -> str:
    return hashlib.sha256(location.reveal().encode("utf-8", "surrogatepass")).hexdigest()


def _parse(source: str, text: str) -> SourceStatus | None:
    try:
        return _STATUS.validate_json(text)
    except ValidationError as error:
        log.warning("saved status of a source can't be read", source=source, problems=error.error_count())
        return None
