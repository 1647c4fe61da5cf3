"""A guide document that somebody asks about: brought here for the worker, within what the operator allows."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from tunerr.config.environment import PREFIX
from tunerr.config.guide import GuideSettings
from tunerr.errors import ActionRefused
from tunerr.model.source import Source
from tunerr.model.url import SecretUrl, Zone
from tunerr.storage.folder import DataFolder
from tunerr.support.fetch import Validators, fetch_document, local_path
from tunerr.support.http import HttpClients, Reach

_LARGEST = 1 << 30


class GivenDocuments:
    """Fetches documents into the spool."""

    def __init__(
        self,
        *,
        folder: DataFolder,
        clients: HttpClients,
        settings: GuideSettings,
        sources: Callable[[], Iterable[Source]],
    ) -> None:
        """`sources`: those in force; their guides may always be asked about."""
        self._folder = folder
        self._clients = clients
        self._settings = settings
        self._sources = sources

    @asynccontextmanager
    async def fetched(self, text: str) -> AsyncIterator[Path]:
        """Bring the document of a URL or path here; it is gone afterwards.

        Raises ActionRefused when it is not allowed, FetchError and DataFolderError.
        """
        location = SecretUrl(text.strip())
        self._check(location)
        target = self._folder.spool_dir / f"given-{secrets.token_hex(8)}"
        try:
            await fetch_document(
                self._clients,
                location,
                target=target,
                reach=Reach(Zone.LOOPBACK, typed_host=location.host),
                validators=Validators(),
                limit_bytes=_LARGEST,
                timeout=self._settings.xmltv_timeout,
            )
            yield target
        finally:
            await asyncio.to_thread(target.unlink, missing_ok=True)

    def _check(self, location: SecretUrl) -> None:
        if location.reveal() in {source.location.reveal() for source in self._sources() if source.kind == "guide"}:
            return
        path = local_path(location)
        if path is None:
            allowed = [url.reveal() for url in self._settings.input_urls]
            if allowed and not any(_is_below(location.reveal(), url) for url in allowed):
                raise ActionRefused(
                    f"{location} is not among the addresses that may be asked about.",
                    hint=f"Add it to {PREFIX}GUIDE_INPUT_ALLOWED_URLS.",
                )
            return
        roots = [root.resolve() for root in self._settings.input_roots]
        if roots and not any(path.resolve().is_relative_to(root) for root in roots):
            raise ActionRefused(
                f"{path} is not in a folder that may be asked about.",
                hint=f"Add its folder to {PREFIX}GUIDE_INPUT_ROOTS.",
            )


def _is_below(url: str, allowed: str) -> bool:
    """Whether a URL is the allowed one, or in the folder that it names."""
    climbs = ".." in url.lower().replace("%2e", ".")
    return url == allowed or (not climbs and url.startswith((allowed.rstrip("/") + "/", allowed + "?")))
