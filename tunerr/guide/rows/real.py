"""Whether a row of a guide says more than which channel it is on."""

from __future__ import annotations

import re

from tunerr.guide.rows.markup import clean, escaped

_TITLE = re.compile(rb"<title(?: [^>]*)?>([^<]*)</title>")


def is_real(body: bytes, channel_name: str) -> bool:
    """Whether `body` (as `body_of` writes it) is a programme.

    One that has neither sub-title nor description nor category, and whose titles all are the channel's name, is a
    provider's placeholder. Case does not matter.
    """
    if b"<desc" in body or b"<sub-title" in body or b"<category" in body:
        return True
    name = escaped(clean(channel_name)).casefold()
    return any(title.decode().casefold() != name for title in _TITLE.findall(body))
