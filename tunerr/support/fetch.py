"""Documents from providers to a file here: whole or not at all, only when changed."""

from __future__ import annotations

import asyncio
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tunerr.errors import AddressRefused, BadStatus, FetchError, Unreachable
from tunerr.model.source import Access
from tunerr.model.url import SecretUrl, Zone
from tunerr.support.causes import WORDS, cause_of_status
from tunerr.support.http import Answer, HttpClients, Reach
from tunerr.support.spool import too_large, written_whole

_READ_BYTES = 1 << 20
_OK = range(200, 300)
_NOT_MODIFIED = 304
_PAGE_BYTES = 4096
_PAGE_SECONDS = 5.0
_DIRECTLY = Access()


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes the next request conditional; of a file, its time and size stand in `etag`."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """Outcome of a fetch. When not `changed`, nothing was written and `size` is 0. `zone` is the document's."""

    changed: bool
    zone: Zone
    validators: Validators
    size: int


async def fetch_document(
    clients: HttpClients,
    location: SecretUrl,
    *,
    target: Path,
    reach: Reach,
    validators: Validators,
    access: Access = _DIRECTLY,
    limit_bytes: int,
    timeout: float,  # noqa: ASYNC109 - the operator's setting: seconds for the whole fetch
) -> Fetched:
    """Bring the document at `location` (http, https or a file) to `target`: raw, atomically; asked with `access`.

    Raises Unreachable, BadStatus, AddressRefused, Truncated (ended early, or more than `limit_bytes`) and
    DataFolderError (nothing can be written); `target` is then as it was.
    """
    path = local_path(location)
    asking = (*access.headers, ("Accept-Encoding", "gzip"), *_conditions(validators))
    try:
        async with asyncio.timeout(timeout):
            if path is not None:
                return await _copy(path, target=target, reach=reach, known=validators, limit_bytes=limit_bytes)
            # A connection that drops before it answers is tried once more, by aiohttp itself.
            async with clients.request(location, reach=reach, headers=asking, proxy=access.proxy) as answer:
                return await _store(answer, target=target, known=validators, limit_bytes=limit_bytes)
    except TimeoutError as error:
        raise Unreachable(
            f"{location} was not here within {timeout:g} s.",
            hint="Check the address, or raise the time-out.",
            cause="timeout",
        ) from error


def local_path(location: SecretUrl) -> Path | None:
    """Path of a `location` that is a file (`file:` URL or plain path); None for http and https.

    Raises Unreachable for any other scheme.
    """
    raw = location.reveal()
    if location.scheme in ("http", "https"):
        return None
    if location.scheme == "file":
        return Path(unquote(urlsplit(raw).path))
    if "://" in raw:
        raise Unreachable(f"{location} can't be fetched.", hint="Only http, https and files can be.")
    return Path(raw).expanduser()


def _conditions(validators: Validators) -> tuple[tuple[str, str], ...]:
    rows = (("If-None-Match", validators.etag), ("If-Modified-Since", validators.last_modified))
    return tuple((name, value) for name, value in rows if value)


async def _store(answer: Answer, *, target: Path, known: Validators, limit_bytes: int) -> Fetched:
    if answer.status == _NOT_MODIFIED and known != Validators():
        return Fetched(changed=False, zone=answer.zone, validators=known, size=0)
    if answer.status not in _OK:
        raise await _bad_status(answer)
    if _announced(answer) > limit_bytes:
        raise too_large(limit_bytes)
    async with written_whole(target, limit_bytes=limit_bytes) as sink:
        async for chunk in answer.chunks():
            await sink.write(chunk)
    validators = Validators(answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", ""))
    return Fetched(changed=True, zone=answer.zone, validators=validators, size=sink.size)


def _announced(answer: Answer) -> int:
    text = answer.headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() else 0


async def _bad_status(answer: Answer) -> BadStatus:
    """The error for an answer that is no success: its first bytes tell more than its number."""
    page = b""
    try:
        async with asyncio.timeout(_PAGE_SECONDS):
            async for chunk in answer.chunks():
                page += chunk
                if len(page) >= _PAGE_BYTES:
                    break
    except (FetchError, TimeoutError):
        pass  # what came so far has to do
    cause = cause_of_status(answer.status, answer.headers.get("Server", ""), page)
    said, hint = WORDS[cause]
    message = f"{answer.url} {said} (status {answer.status})."
    return BadStatus(message, status=answer.status, hint=hint, cause=cause.value)


async def _copy(path: Path, *, target: Path, reach: Reach, known: Validators, limit_bytes: int) -> Fetched:
    if not reach.permits(Zone.LOOPBACK):
        raise AddressRefused(
            f"The file {path.name} was named by a document from elsewhere.",
            hint="Only settings name files; IPTV_TUNERR_PROVIDER_ALLOW_LAN does not change that.",
        )
    try:
        facts = await asyncio.to_thread(path.stat)
        if not stat.S_ISREG(facts.st_mode):
            raise Unreachable(f"{path} is no file.", hint="Name the playlist or guide itself.")
        now = Validators(etag=f"{facts.st_mtime_ns}-{facts.st_size}")
        if now == known:
            return Fetched(changed=False, zone=Zone.LOOPBACK, validators=now, size=0)
        source = await asyncio.to_thread(path.open, "rb", 0)
    except OSError as error:
        raise _unreadable(path, error) from error
    with source:
        async with written_whole(target, limit_bytes=limit_bytes) as sink:
            while chunk := await asyncio.to_thread(os.read, source.fileno(), _READ_BYTES):
                await sink.write(chunk)
    return Fetched(changed=True, zone=Zone.LOOPBACK, validators=now, size=sink.size)


def _unreadable(path: Path, error: OSError) -> Unreachable:
    if isinstance(error, FileNotFoundError):
        return Unreachable(f"There is no file {path}.", hint="Check the path; inside a container, the mount as well.")
    return Unreachable(f"{path} can't be read: {error.strerror}.", hint="Check the permissions of the file.")
