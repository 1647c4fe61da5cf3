"""What channels are seen to carry: published at once, kept in state.db behind it."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from tunerr.errors import StorageError
from tunerr.model.carried import Carried, CarriedBook
from tunerr.model.channel import ChannelId
from tunerr.storage.carried import CarriedStore
from tunerr.support.behind import WriteBehind
from tunerr.support.snapshot import Published
from tunerr.support.tasks import Supervisor

log = structlog.get_logger(__name__)


class CarriedLog:
    """Keeps the book of what was seen; what is no news is not written."""

    def __init__(self, *, store: CarriedStore, known: dict[ChannelId, Carried]) -> None:
        """`known`: all that the store holds."""
        self.book: Published[CarriedBook] = Published(CarriedBook(known))
        self._store = store
        self._behind = WriteBehind(self._save, background=Supervisor(), name="store what channels carry")

    def note(self, channel: ChannelId, carried: Carried) -> None:
        """Publish what a channel was seen to carry, and store it in the background."""
        book = self.book.current.with_seen(channel, carried)
        if book is self.book.current:
            return
        self.book.publish(book)
        self._behind.add((channel, carried))

    async def aclose(self) -> None:
        """Wait until all that was noted is stored."""
        await self._behind.aclose()

    async def _save(self, noted: Sequence[tuple[ChannelId, Carried]]) -> None:
        seen = dict(noted)
        try:
            await self._store.save(seen)
        except StorageError as error:
            # It is seen again when the channel is played after a restart.
            log.warning("what channels carry was not stored", channels=len(seen), error=error.message)
