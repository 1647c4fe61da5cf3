"""Documents from providers to a file here: whole or not at all, only when changed."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tunerr.errors import AddressRefused, BadStatus, Unreachable
from tunerr.model.url import SecretUrl, Zone
from tunerr.support.http import Answer, HttpClients, Reach
from tunerr.support.spool import too_large, written_whole

_READ_BYTES = 1 << 20
_OK = range(200, 300)
_NOT_MODIFIED = 304
_SERVER_ERROR = 500
_STATUS_TEXTS = {
    401: ("wants a user name and password", "Check the credentials in its URL."),
    403: ("refuses this account or player", "Check the account; some providers want a certain User-Agent."),
    404: ("has no such document", "Check the path of the URL."),
    410: ("no longer has this document", "Ask the provider for the new URL."),
    429: ("says that it is asked too often", "It is asked again at the next refresh."),
}


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
    headers: Iterable[tuple[str, str]] = (),
    limit_bytes: int,
    timeout: float,  # noqa: ASYNC109 - the operator's setting: seconds for the whole fetch
) -> Fetched:
    """Bring the document at `location` (http, https or a file) to `target`: raw, atomically.

    Raises Unreachable, BadStatus, AddressRefused, Truncated (ended early, or more than `limit_bytes`) and
    DataFolderError (nothing can be written); `target` is then as it was.
    """
    path = local_path(location)
    asking = (*headers, ("Accept-Encoding", "gzip"), *_conditions(validators))
    try:
        async with asyncio.timeout(timeout):
            if path is not None:
                return await _copy(path, target=target, reach=reach, known=validators, limit_bytes=limit_bytes)
            # A connection that drops before it answers is tried once more, by aiohttp itself.
            async with clients.request(location, reach=reach, headers=asking) as answer:
                return await _store(answer, target=target, known=validators, limit_bytes=limit_bytes)
    except TimeoutError as error:
        raise Unreachable(
            f"{location} was not here within {timeout:g} s.", hint="Raise the time-out of this source."
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
        raise _bad_status(answer)
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


def _bad_status(answer: Answer) -> BadStatus:
    status = answer.status
    if status >= _SERVER_ERROR:
        sentence, hint = "has an error of its own", "It is asked again at the next refresh."
    else:
        sentence, hint = _STATUS_TEXTS.get(status, ("gave no document", "Ask the provider what that means."))
    return BadStatus(f"{answer.url} {sentence} (status {status}).", status=status, hint=hint)


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
