"""/guide.xml and /guide.xml.gz, whole or of some days, of all channels or of one device: files of one edition."""

from __future__ import annotations

import asyncio
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog
from aiohttp import ETag, hdrs, web

from tunerr.errors import TunerrError
from tunerr.model.status import GuideEdition
from tunerr.outputs.send_file import send_file
from tunerr.outputs.web import DEVICE_PATHS, accepts_gzip, is_known, not_ready
from tunerr.support.snapshot import Published

log = structlog.get_logger(__name__)

_STATE = "X-IptvTunerr-Guide-State"
_DAYS = re.compile(r"0?[1-9]|1[0-4]", re.ASCII)


class Parts(Protocol):
    """The files of editions."""

    async def get(self, edition: GuideEdition, *, device: int | None, days: int | None) -> tuple[Path, Path]:
        """The plain and the packed file: of all channels or a further device, whole or of so many days from its making.

        Raises TunerrError.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a request is for; `days` None: all there is. `packed`: the gzip file itself, not as an encoding."""

    edition: GuideEdition
    device: int | None
    days: int | None
    packed: bool

    @property
    def tag(self) -> str:
        return "-".join(map(str, filter(None, (self.edition.version, self.device, self.days and f"{self.days}d"))))


def routes(*, guide: Published[GuideEdition | None], parts: Parts) -> list[web.RouteDef]:
    """Routes of the guide: of all channels at the root, of a further device below its own path.

    `?days=1` to `14` is a guide of so many days; any other value is as if it weren't there, because a guide of none
    would have the clients drop theirs. Until there is a guide the answer is an empty 503: clients keep any body.
    """

    async def xml(request: web.Request) -> web.StreamResponse:
        return await _answer(request, guide.current, parts, packed=False)

    async def gz(request: web.Request) -> web.StreamResponse:
        return await _answer(request, guide.current, parts, packed=True)

    return [
        web.get(f"{path}/{name}", handler)
        for path in DEVICE_PATHS
        for name, handler in (("guide.xml", xml), ("guide.xml.gz", gz))
    ]


async def _answer(
    request: web.Request, edition: GuideEdition | None, parts: Parts, *, packed: bool
) -> web.StreamResponse:
    if edition is None:
        return not_ready({_STATE: "loading"})
    wish = _wish(request, edition, packed=packed)
    response = web.StreamResponse()
    _describe(response, wish)
    if is_known(request, wish.tag) or _is_unmodified(request, edition):
        response.set_status(304)
        return response
    try:
        xml, gz = await parts.get(edition, device=wish.device, days=wish.days)
    except TunerrError as error:
        log.warning("guide not shortened", days=wish.days, error=error.message, hint=error.hint)
        return not_ready({_STATE: "failed"})
    return await _send(request, response, gz if _is_packed(request, response, wish) else xml)


def _wish(request: web.Request, edition: GuideEdition, *, packed: bool) -> _Wish:
    number = request.match_info.get("device")
    device = None if number is None else int(number)
    if device is not None and device not in edition.devices:
        raise web.HTTPNotFound
    days = _DAYS.fullmatch(request.query.get("days", ""))
    return _Wish(edition, device, int(days[0]) if days else None, packed)


def _is_packed(request: web.Request, response: web.StreamResponse, wish: _Wish) -> bool:
    """Choose the form and say so. The gzip file as such carries no Content-Encoding: clients unpack it by its name."""
    if wish.packed:
        response.content_type = "application/gzip"
        return True
    response.content_type, response.charset = "application/xml", "utf-8"
    if accepts_gzip(request):
        response.headers[hdrs.CONTENT_ENCODING] = "gzip"
        return True
    return False


async def _send(request: web.Request, response: web.StreamResponse, path: Path) -> web.StreamResponse:
    """Send the whole file. Not aiohttp's FileResponse: it honors Range, prefers a packed sibling, tags by time."""
    try:
        file = await asyncio.to_thread(path.open, "rb")
    except OSError:  # removed under us: the next edition is about to be published
        return not_ready({_STATE: "loading"})
    if request.method == hdrs.METH_HEAD:
        with file:
            response.content_length = os.fstat(file.fileno()).st_size
        await response.prepare(request)
    else:
        await send_file(request, response, file)
    return response


def _describe(response: web.StreamResponse, wish: _Wish) -> None:
    response.etag = ETag(wish.tag, is_weak=True)  # weak: plain and packed are one edition
    response.last_modified = wish.edition.built_at
    response.headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
    response.headers[_STATE] = "ready"


def _is_unmodified(request: web.Request, edition: GuideEdition) -> bool:
    since = request.if_modified_since
    return since is not None and request.if_none_match is None and edition.built_at <= since
