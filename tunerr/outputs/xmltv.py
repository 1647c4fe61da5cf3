"""/guide.xml and /guide.xml.gz: the rendered files of one edition."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ETag, hdrs, web

from tunerr.model.status import GuideEdition
from tunerr.outputs.web import accepts_gzip, is_known, not_ready
from tunerr.support.snapshot import Published

_STATE = "X-IptvTunerr-Guide-State"
_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class _Form:
    """How a file is sent."""

    path: Path
    content_type: str
    encoding: str = ""


def routes(*, guide: Published[GuideEdition | None]) -> list[web.RouteDef]:
    """Routes of the guide. Until there is one the answer is an empty 503: clients keep any body as the guide."""

    async def xml(request: web.Request) -> web.StreamResponse:
        edition = guide.current
        if edition is None:
            return _loading()
        plain = _Form(edition.xml, "application/xml")
        packed = _Form(edition.gz, "application/xml", encoding="gzip")
        return await _answer(request, edition, packed if accepts_gzip(request) else plain)

    async def gz(request: web.Request) -> web.StreamResponse:
        """Send the gzip file as it is: clients unpack it by its name, so it carries no Content-Encoding."""
        edition = guide.current
        return await _answer(request, edition, _Form(edition.gz, "application/gzip")) if edition else _loading()

    return [web.get("/guide.xml", xml), web.get("/guide.xml.gz", gz)]


def _loading() -> web.Response:
    return not_ready({_STATE: "loading"})


async def _answer(request: web.Request, edition: GuideEdition, form: _Form) -> web.StreamResponse:
    if is_known(request, edition.version) or _is_unmodified(request, edition):
        response = web.StreamResponse(status=304)
        _describe(response, edition)
        return response
    return await _send(request, edition, form)


async def _send(request: web.Request, edition: GuideEdition, form: _Form) -> web.StreamResponse:
    """Send the whole file, in pieces read by a thread.

    Not aiohttp's FileResponse: it honors Range, prefers a packed sibling, and tags by modification time; and its
    gain, sendfile, doesn't exist on uvloop.
    """
    response = web.StreamResponse()
    _describe(response, edition)
    response.content_type = form.content_type
    if form.encoding:
        response.headers[hdrs.CONTENT_ENCODING] = form.encoding
    if form.content_type == "application/xml":
        response.charset = "utf-8"
    try:
        file = await asyncio.to_thread(form.path.open, "rb")
    except OSError:  # removed under us: the next edition is about to be published
        return _loading()
    with file:
        response.content_length = os.fstat(file.fileno()).st_size
        await response.prepare(request)
        if request.method != hdrs.METH_HEAD:
            while piece := await asyncio.to_thread(file.read, _PIECE_BYTES):
                await response.write(piece)
        await response.write_eof()
    return response


def _describe(response: web.StreamResponse, edition: GuideEdition) -> None:
    response.etag = ETag(edition.version, is_weak=True)  # weak: plain and packed are one edition
    response.last_modified = edition.built_at
    response.headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
    response.headers[_STATE] = "ready"


def _is_unmodified(request: web.Request, edition: GuideEdition) -> bool:
    since = request.if_modified_since
    return since is not None and request.if_none_match is None and edition.built_at <= since
