"""Provider text made fit for one line of JSON, XML or a playlist."""

from __future__ import annotations

import re

# What XML 1.0 can't carry, what JSON encoders refuse (surrogates) and whatever would end a line.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")
_SPACES = re.compile(r" {2,}")


def one_line(text: str) -> str:
    """`text` without control characters, line ends and surrogates; they become single spaces."""
    if text.isprintable() and "  " not in text:  # nearly all are, and thousands are asked for at once
        return text.strip()
    return _SPACES.sub(" ", _UNFIT.sub(" ", text)).strip()


def m3u_attribute(text: str) -> str:
    """Make a value to stand between double quotes in an #EXTINF line."""
    return one_line(text).replace('"', "'")


def m3u_title(text: str) -> str:
    """Make the name at the end of an #EXTINF line.

    No comma: Jellyfin takes what follows the last one. No double quote: Kodi searches the comma after the last one.
    """
    return one_line(m3u_attribute(text).replace(",", " "))
