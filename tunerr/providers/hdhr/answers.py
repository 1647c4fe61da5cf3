"""Answers of a device, read whole: they are JSON, and small. Pure."""

from __future__ import annotations

import orjson

from tunerr.errors import NotADevice, Truncated

_HINT = "Open it in a browser; give the address of the device itself, without a path."


def read_answer(body: bytes) -> object:
    """Return the JSON value. Raises Truncated for JSON that ends early, NotADevice for anything else."""
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if body.lstrip()[:1] in (b"{", b"["):
            raise Truncated(
                "The device's answer ends in the middle or is damaged.", hint="It is asked again at the next refresh."
            ) from error
        raise not_a_device() from error
    return value


def not_a_device() -> NotADevice:
    """The error for an answer that no HDHomeRun device gives."""
    return NotADevice("What answers at this address is no HDHomeRun device.", hint=_HINT)
