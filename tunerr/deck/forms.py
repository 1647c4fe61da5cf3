"""Forms, as browsers send them and as anything else may."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiDict, MultiMapping

MOST_FIELDS: Final = 2000
"""Of one form; pages have at most a hundred rows, of some fields each."""

_WHOLE_S = 30.0
# Above it a form is parsed beside the event loop: a megabyte of escapes takes a tenth of a second.
_LARGE_BYTES = 1 << 14
_FORM: web.RequestKey[MultiMapping[str]] = web.RequestKey("form", MultiDict)


@asynccontextmanager
async def in_time() -> AsyncIterator[None]:
    """Read the body of a request in here: raises HTTPRequestTimeout when it isn't there after 30 seconds."""
    try:
        async with asyncio.timeout(_WHOLE_S):
            yield
    except TimeoutError as error:
        raise web.HTTPRequestTimeout(text="The rest of this request didn't come.") from error


async def form_of(request: web.Request) -> MultiMapping[str]:
    """The fields of an urlencoded form, of which a name may have several.

    No page of the deck sends multipart, which takes a second of the event loop for each megabyte of small parts.
    Raises HTTPBadRequest for a body that is no such form or no text (multipart, an unknown charset, lone surrogates),
    HTTPRequestEntityTooLarge for one with too many fields, and HTTPRequestTimeout for one that doesn't come.
    """
    known = request.get(_FORM)
    if known is None:
        async with in_time():
            body = await request.read()
        known = request[_FORM] = await _parsed(request, body)
    return known


async def _parsed(request: web.Request, body: bytes) -> MultiMapping[str]:
    if request.content_type.startswith("multipart/"):
        raise web.HTTPBadRequest(text="A form is sent as application/x-www-form-urlencoded.")
    if request.content_type != "application/x-www-form-urlencoded":
        return MultiDict()
    if body.count(b"&") >= MOST_FIELDS:
        raise web.HTTPRequestEntityTooLarge(MOST_FIELDS, body.count(b"&") + 1, text="This form has too many fields.")
    try:
        if len(body) > _LARGE_BYTES:
            return await asyncio.to_thread(_fields, body, request.charset or "utf-8")
        return _fields(body, request.charset or "utf-8")
    except (LookupError, ValueError) as error:
        raise web.HTTPBadRequest(text="This form can't be read.") from error


def _fields(body: bytes, charset: str) -> MultiMapping[str]:
    fields = MultiDict(parse_qsl(body.rstrip().decode(charset), keep_blank_values=True, encoding=charset))
    "".join(fields.values()).encode()  # lone surrogates can't be stored, nor sent back
    return fields
