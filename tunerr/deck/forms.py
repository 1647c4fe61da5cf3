"""Forms, as browsers send them and as anything else may."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web


async def form_of(request: web.Request) -> Mapping[str, str]:
    """The text fields of a form; files are left out.

    Raises HTTPBadRequest for a body that is no form or no text (an unknown charset, half a part, lone surrogates).
    """
    try:
        fields = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        "".join(fields.values()).encode()
    except (LookupError, ValueError) as error:  # the framework lets out what its decoders raise
        raise web.HTTPBadRequest(text="This form can't be read.") from error
    return fields
