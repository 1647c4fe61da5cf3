"""The token that must come back with a request that changes something: masked anew for every page.

Pages are sent compressed. Were the same secret on each of them, whoever sees their sizes and has a say in their
contents could find it out letter by letter (the BREACH attack); under a random mask it never looks the same twice.
"""

from __future__ import annotations

import base64
import binascii
import secrets

_BYTES = 32


def new_secret() -> bytes:
    """The secret of a session."""
    return secrets.token_bytes(_BYTES)


def masked(secret: bytes) -> str:
    """The secret as one page carries it: a random mask, and the secret under it."""
    mask = secrets.token_bytes(len(secret))
    return base64.urlsafe_b64encode(mask + _xor(mask, secret)).decode().rstrip("=")


def is_masked(sent: str, secret: bytes) -> bool:
    """Whether `sent` came from `masked` for this secret. Takes the same time for every wrong one."""
    padding = "=" * (-len(sent) % 4)
    try:
        raw = base64.urlsafe_b64decode((sent + padding).encode("ascii"))
    except (binascii.Error, UnicodeEncodeError):
        return False
    size = len(secret)
    return len(raw) == 2 * size and secrets.compare_digest(_xor(raw[:size], raw[size:]), secret)


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=True))
