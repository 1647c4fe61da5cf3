"""Lists of a panel, row by row: an answer of 60 MB costs the memory of one chunk."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from tunerr.errors import Truncated
from tunerr.providers.xtream import refusals
from tunerr.providers.xtream.values import obj

# Far above every real row; what does not end by then is no row.
_LONGEST_ROW = 1 << 20
_NOTHING = ("null", "false")
# Not a loop over characters: an answer may be a gigabyte of white space.
_NEXT = re.compile(r"[ \t\r\n\0]*+([^ \t\r\n\0])")
_EDGE = 32  # a number that ends so near to the end of what is here may go on in the next chunk


def rows(chunks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON list; `{"0": {…}}`, `{}` and null are lists too, rows that are no objects are not.

    Raises Truncated where the list is cut off, AccountRefused and NotAPanel for what is no list.
    """
    source = _Source(chunks)
    match source.peek():
        case "[":
            yield from _listed(source)
        case "{":
            yield from _numbered(source)
        case _:
            head = source.head()
            if head.strip() not in _NOTHING:
                raise refusals.no_list(head)


def _listed(source: _Source) -> Iterator[dict[str, Any]]:
    source.at += 1
    while (char := source.peek()) != "]":
        if char == ",":
            source.at += 1
            continue
        row = source.value()
        if isinstance(row, dict):
            yield row


def _numbered(source: _Source) -> Iterator[dict[str, Any]]:
    source.at += 1
    found = said = False
    while (char := source.peek()) != "}":
        if char == ",":
            source.at += 1
            continue
        name = source.value()
        if source.peek() != ":":
            raise refusals.damaged()
        source.at += 1
        row = source.value()
        if name in ("user_info", "server_info"):
            raise refusals.account_instead(obj(row))
        if isinstance(row, dict):
            found = True
            yield row
        else:
            said = True
    if said and not found:
        raise refusals.error_instead()


class _Source:
    """Text that slides past: `at` is the place in `text` that is read next."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._decode = codecs.getincrementaldecoder("utf-8-sig")(errors="replace").decode
        self._read = json.JSONDecoder(strict=False).raw_decode
        self._ended = False
        self._began = False
        self.text = ""
        self.at = 0

    def peek(self) -> str:
        """The next character that is no white space; empty at the end of an answer that has not begun.

        Raises Truncated at the end of one that has.
        """
        while True:
            if (found := _NEXT.match(self.text, self.at)) is not None:
                self.at, self._began = found.start(1), True
                return found[1]
            self.at = len(self.text)
            if not self._grow():
                if self._began:
                    raise _cut()
                return ""

    def head(self) -> str:
        """The first characters of what is left, enough to tell what it is."""
        while len(self.text) - self.at < refusals.SHOWN and self._grow():
            pass
        return self.text[self.at : self.at + refusals.SHOWN]

    def value(self) -> Any:
        """The JSON value that begins at the next character. Raises Truncated and NotAPanel."""
        self.peek()
        while True:
            try:
                value, end = self._read(self.text, self.at)
            except RecursionError:
                raise refusals.damaged() from None
            except ValueError as error:
                if len(self.text) - self.at > _LONGEST_ROW:
                    raise refusals.damaged() from error
                if not self._grow():
                    raise _cut() from error
                continue
            if len(self.text) - end > _EDGE or not self._grow():
                self.at = end
                return value

    def _grow(self) -> bool:
        """Read on and drop what was read; False, and nothing is changed, at the end."""
        while not self._ended:
            chunk = next(self._chunks, None)
            self._ended = chunk is None
            if more := self._decode(chunk or b"", self._ended):
                self.text, self.at = self.text[self.at :] + more, 0
                return True
        return False


def _cut() -> Truncated:
    return Truncated(
        "The panel's list ends in the middle.", hint="The transfer was cut; it is tried again at the next refresh."
    )
