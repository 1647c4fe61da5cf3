"""Small answers of a panel, read whole. Pure."""

from __future__ import annotations

import json

from tunerr.providers.xtream import refusals


def read_answer(body: bytes) -> object:
    """Return the JSON value that the answer begins with. Raises AccountRefused and NotAPanel when there is none."""
    said = body.decode("utf-8-sig", "replace").lstrip()
    try:
        value: object = json.JSONDecoder(strict=False).raw_decode(said)[0]
    except (ValueError, RecursionError):
        raise refusals.damaged() if said[:1] in ("{", "[") else refusals.no_list(said[: refusals.SHOWN]) from None
    return value
