"""Forms, as browsers send them and as anything else may."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

_WHOLE_S = 30.0


@asynccontextmanager
async def in_time() -> AsyncIterator[None]:
    """Read the body of a request in here: raises HTTPRequestTimeout when it isn't there after 30 seconds."""
    try:
        async with asyncio.timeout(_WHOLE_S):
            yield
    except TimeoutError as error:
        raise web.HTTPRequestTimeout(text="The rest of this request didn't come.") from error


async def form_of(request: web.Request) -> Mapping[str, str]:
    """The text fields of a form; files are left out.

    Raises HTTPBadRequest for a body that is no form or no text (an unknown charset, half a part, lone surrogates), and
    HTTPRequestTimeout for one that doesn't come.
    """
    try:
        async with in_time():
            posted = await request.post()
        fields = {name: value for name, value in posted.items() if isinstance(value, str)}
        "".join(fields.values()).encode()
    except (LookupError, ValueError) as error:  # the framework lets out what its decoders raise
        raise web.HTTPBadRequest(text="This form can't be read.") from error
    return fields
