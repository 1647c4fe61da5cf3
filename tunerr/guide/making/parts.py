"""The server's side of an edition's files: shorter guides are made by the worker when somebody asks for one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from weakref import WeakValueDictionary

from tunerr.guide.making.guide_file import guide_files, guide_name
from tunerr.guide.messages import TrimRequest
from tunerr.model.status import GuideEdition
from tunerr.support.worker_client import Worker

_JOB_SECONDS = 120.0


class GuideParts:
    """Files of editions; each shorter guide is made once for all who wait for it."""

    def __init__(self, *, worker: Worker) -> None:
        self._worker = worker
        self._turns = WeakValueDictionary[Path, asyncio.Lock]()  # one for all would have few parts kept, and many made

    async def get(self, edition: GuideEdition, *, device: int | None, days: int | None) -> tuple[Path, Path]:
        """The plain and the packed file of all channels or a further device, whole or of some days.

        Raises TunerrError when the shorter guide can't be made; whole ones aren't looked at.
        """
        xml, packed = guide_files(edition.xml.parent, guide_name(device, days))
        if days is None:
            return xml, packed
        async with self._turns.setdefault(xml, asyncio.Lock()):
            if not await asyncio.to_thread(xml.is_file):
                request = TrimRequest(
                    folder=edition.xml.parent, made_at=edition.built_at.timestamp(), device=device, days=days
                )
                await self._worker.run("trim-guide", request.model_dump(mode="json"), _JOB_SECONDS)
        return xml, packed
