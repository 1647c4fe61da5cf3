"""A transport stream file of the operator's, sent again and again in real time."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from tunerr.errors import UpstreamError
from tunerr.gateway.packetizer import Packetizer
from tunerr.gateway.real_time import Pace, announced, in_real_time
from tunerr.model.channel import Stream
from tunerr.model.url import Zone
from tunerr.support.sniff import HEAD_BYTES, is_ts

_READ_BYTES = 188 * 512
_LEAST_ROUND_SECONDS = 0.1


class FileLoop:
    """The file that a `file:` URL names."""

    def __init__(self, stream: Stream) -> None:
        self.label = str(stream.url)
        self.program_time: datetime | None = None  # it is not on air
        self._stream = stream
        self._file: BinaryIO | None = None
        self._pace = Pace()

    async def open(self, stack: AsyncExitStack) -> None:
        """Open the file; `stack` closes it.

        Raises UpstreamError: "refused" (named by a document from elsewhere), "unreachable", "unsupported" (no
        transport stream).
        """
        if self._stream.zone is not Zone.LOOPBACK:
            raise UpstreamError(
                "A document from elsewhere names a file of this machine.",
                reason="refused",
                hint="Only playlists that are files themselves may name files.",
            )
        path = Path(unquote(urlsplit(self._stream.url.reveal()).path))
        try:
            # A pipe would wait for its writer for ever.
            if not stat.S_ISREG((await asyncio.to_thread(path.stat)).st_mode):
                raise UpstreamError(f"{path.name} is no file.", reason="unreachable")
            self._file = stack.enter_context(await asyncio.to_thread(path.open, "rb", 0))
            head = await asyncio.to_thread(os.pread, self._file.fileno(), HEAD_BYTES, 0)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "its name is no path"
            raise UpstreamError(f"The file {path.name} can't be read: {why}.", reason="unreachable") from error
        if not is_ts(head):
            raise UpstreamError(
                f"The file {path.name} is no transport stream.",
                reason="unsupported",
                hint="Convert it: ffmpeg -i FILE -c copy FILE.ts",
            )

    def chunks(self) -> AsyncGenerator[bytes, None]:
        """The file in real time, for ever; each round announces that clock and counters start again.

        Raises UpstreamError: "reset" (can't be read any more), "garbage" (without a clock to go by).
        """
        return in_real_time(self._rounds(), self._pace)

    async def _rounds(self) -> AsyncGenerator[bytes, None]:
        if self._file is None:
            raise RuntimeError("chunks before open")
        while True:
            began, known, packetizer, at = self._pace.seconds, set[int](), Packetizer(), 0
            while data := await self._read(self._file, at):
                at += len(data)
                if packets := packetizer.feed(data):
                    yield announced(packets, known)
            if last := packetizer.finish():
                yield announced(last, known)
            if self._pace.seconds - began < _LEAST_ROUND_SECONDS:
                raise UpstreamError("The file has no clock to go by.", reason="garbage")

    async def _read(self, file: BinaryIO, at: int) -> bytes:
        try:
            return await asyncio.to_thread(os.pread, file.fileno(), _READ_BYTES, at)
        except OSError as error:
            raise UpstreamError(f"The file can't be read any more: {error.strerror}.", reason="reset") from error
