"""Text as providers send it, made fit to be shown and stored."""

from __future__ import annotations

import re

# Controls, zero-width and bidirectional marks, byte order mark, lone surrogates, non-characters: invisible, and some
# break XML or can't be encoded.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]+"
)
LONGEST_NAME = 300  # far above every real name; keeps one hostile row from growing every page that shows it


def plain(value: str, longest: int = LONGEST_NAME) -> str:
    """Return one line without unprintable characters and doubled spaces, of at most `longest` characters."""
    if value.isprintable():
        if "  " not in value and len(value) <= longest:  # nearly all: a playlist has hundreds of thousands of them
            return value.strip()
    else:
        value = _UNPRINTABLE.sub(" ", value)
    return " ".join(value.split())[:longest] if value else value
