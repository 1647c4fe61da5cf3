"""What the gateway needs from a reader of upstreams; `gateway.readers` implements it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from tunerr.model.channel import Stream


class Upstream(Protocol):
    """One upstream that answered and is being read."""

    @property
    def label(self) -> str:
        """Where the bytes come from, redacted."""
        ...

    @property
    def program_time(self) -> datetime | None:
        """When what was delivered last went on air (HLS PROGRAM-DATE-TIME of the end of its segment), where told."""
        ...

    def chunks(self) -> AsyncGenerator[bytes, None]:
        """Transport stream bytes in pieces of any size and alignment.

        Iterated once. Ends when the upstream ended in an orderly way; raises UpstreamError when it failed.
        """
        ...


class UpstreamOpener(Protocol):
    """Connects upstreams."""

    def open(self, stream: Stream, *, after: datetime | None = None) -> AbstractAsyncContextManager[Upstream]:
        """Connect on enter and free everything (sockets, children, tasks) on exit, a cancelled one included.

        `after`: where the program can be placed in time, start with what went on air then. Raises UpstreamError on
        enter when there is no upstream to be had; `reason` "drm" means protected content.
        """
        ...
