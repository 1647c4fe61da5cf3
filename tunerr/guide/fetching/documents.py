"""The last document of each guide source: brought here, whatever its form, and kept as XMLTV."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from tunerr.guide.fetching.window import Question
from tunerr.guide.reading.hdhr_guide import is_json
from tunerr.model.channel import SourceId
from tunerr.model.source import Source
from tunerr.model.url import Zone
from tunerr.storage.folder import folder_error
from tunerr.support.fetch import Validators, fetch_document
from tunerr.support.http import HttpClients, Reach
from tunerr.support.spool import PART
from tunerr.support.worker_client import Worker

# The largest guides in use have 300 MB unpacked, some providers send them so.
_LARGEST_DOWNLOAD = 1 << 30
_CONVERT_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Came:
    """An answer: `size` in bytes as it was transferred, 0 when nothing `changed`."""

    changed: bool
    validators: Validators
    size: int


class GuideDocuments:
    """Fetches into one folder, a file for each source: the lineup may want more of it than when it came."""

    def __init__(self, folder: Path, *, clients: HttpClients, worker: Worker) -> None:
        self._folder = folder
        self._clients = clients
        self._worker = worker

    def path(self, source: SourceId) -> Path:
        """Where the last document of a source is, if there is one."""
        return self._folder / source

    async def have(self, source: SourceId) -> bool:
        """Whether there is one."""
        return await asyncio.to_thread(self.path(source).is_file)

    async def prepare(self) -> None:
        """Make the folder. Raises DataFolderError."""
        await asyncio.to_thread(_make_folder, self._folder)

    async def fetch(self, source: Source, asked: Question, validators: Validators) -> Came:
        """Ask for a document. Raises FetchError, ContentError, DataFolderError and WorkerError.

        The one before then stays, except when what came was JSON that could not be read.
        """
        target = self.path(source.id)
        fetched = await fetch_document(
            self._clients,
            asked.location,
            target=target,
            reach=_reach(source),
            validators=validators,
            access=source.access,
            limit_bytes=_LARGEST_DOWNLOAD,
            timeout=source.timeout,
        )
        if not fetched.changed:
            return Came(changed=False, validators=validators, size=0)
        if await asyncio.to_thread(is_json, target):
            await self._worker.run("convert-guide", {"path": str(target)}, _CONVERT_SECONDS)
        return Came(changed=True, validators=fetched.validators, size=fetched.size)

    async def keep_only(self, sources: Collection[SourceId]) -> None:
        """Delete what other sources left. Raises DataFolderError."""
        await asyncio.to_thread(_keep_only, self._folder, sources)


def _reach(source: Source) -> Reach:
    named_in = source.programmes.named_in
    if named_in is not None:
        return Reach(named_in, allow_lan=source.allow_lan)
    # The operator named the URL, so it may point anywhere, reserved addresses of that very host included.
    return Reach(Zone.LOOPBACK, typed_host=source.location.host, allow_lan=source.allow_lan)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise folder_error(error, folder) from error


def _keep_only(folder: Path, names: Collection[str]) -> None:
    try:
        for path in folder.glob("*"):
            # What is on its way is its source's too: somebody may have an edition made meanwhile.
            if path.name.removesuffix(PART) not in names:
                path.unlink(missing_ok=True)
    except OSError as error:
        raise folder_error(error, folder) from error
