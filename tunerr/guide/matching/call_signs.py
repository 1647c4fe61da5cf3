"""Call signs of North American stations in names and ids: `WABC-DT`, `KTLADT2`, `ABC 7 (WABC)`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

# United States: K or W; Canada: C and one of the letters that were given to it, always four letters.
_LETTERS = r"[KW][A-Z]{3}|C[BFGHIJKYZ][A-Z]{2}"
_WITH_SUFFIX = re.compile(
    rf"\b({_LETTERS}|[KW][A-Z]{{2}})(?:-(?:DT|TV|LD|CD|LP|CA)|DT|LD|CD)(\d{{0,2}})(?![A-Za-z0-9])"
)
_IN_BRACKETS = re.compile(rf"[(\[]({_LETTERS})[)\]]")
_BARE = re.compile(rf"\b({_LETTERS})\b")
_MINOR = re.compile(r"\b\d{1,3}[.](\d{1,2})\b")
_COUNTRIES = frozenset({"us", "ca"})


class CallSign(NamedTuple):
    """A station and which of its programmes: 1 is the main one."""

    letters: str
    sub: int


def call_signs(texts: Iterable[str], country: str) -> dict[CallSign, bool]:
    """Return the call signs in names and ids, each with whether it can't be another word.

    `country`: of the channel; without one of North America only certain ones are found. Small letters are no sign.
    """
    found: dict[CallSign, bool] = {}
    for text in texts:
        minor = _MINOR.search(text)
        sub = int(minor[1]) if minor else 1
        for letters, number in _WITH_SUFFIX.findall(text):
            found[CallSign(letters, int(number or sub))] = True
        for letters in _IN_BRACKETS.findall(text):
            found[CallSign(letters, sub)] = True
        if country in _COUNTRIES:
            for letters in _BARE.findall(text):
                found.setdefault(CallSign(letters, sub), False)
    return found
