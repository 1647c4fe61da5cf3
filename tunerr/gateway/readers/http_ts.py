"""Transport stream over HTTP: the body as it arrives."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime

from tunerr.gateway.readers.origin import body_chunks
from tunerr.support.http import Answer


@dataclass(frozen=True, slots=True)
class TsOverHttp:
    """An answer whose body is a transport stream; `head` was read from it to find that out."""

    label: str
    answer: Answer
    head: bytes
    program_time: datetime | None = None  # a bare transport stream tells none

    def chunks(self) -> AsyncGenerator[bytes, None]:
        """The body, in the pieces in which it came. Raises UpstreamError "timeout" or "reset"."""
        return body_chunks(self.answer, self.head)
