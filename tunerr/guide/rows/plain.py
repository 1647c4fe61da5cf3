"""A programme that needs no parser: the bytes of a row whose markup was seen before, and is known to be well-formed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from lxml import etree

from tunerr.guide.rows.shapes import SHAPES, Split

_START = b"<programme "
END = b"</programme>"
"""What a row ends with; it stands in no row but there."""

# Entities that stand in a text in one form only; what else there is, the parser is for.
_OTHER_ENTITY = re.compile(r"&(?!(?:amp|lt|gt);)")
_ATTRIBUTES = ("start", "stop", "channel")

Places = Mapping[str, int]


class Plain:
    """A programme as a parser would give it: `get` an attribute, its `tag`, and as `node` the tree of it."""

    __slots__ = ("_named", "_places", "_raw", "split")

    tag = "programme"

    def __init__(self, named: Sequence[str], places: Places, raw: str, split: Split) -> None:
        self._named = named
        self._places = places
        self._raw = raw
        self.split = split

    def get(self, name: str) -> str | None:
        """The attribute `start`, `stop` or `channel`; None where there is none."""
        place = self._places.get(name)
        return None if place is None else self._named[place]

    def node(self) -> etree._Element:
        """The programme, parsed."""
        return etree.fromstring(f"{self._raw}{END.decode()}")


def plain(row: bytes) -> Plain | None:
    """The programme that is all there is in `row`, of which the end tag is left out; None where a parser must look.

    `row` is UTF-8 without control characters, but for tabs and ends of lines.
    """
    row = row.lstrip()
    if not row.startswith(_START):
        return None
    try:
        raw = row.decode()
    except UnicodeDecodeError:
        return None
    if ("&" in raw and _OTHER_ENTITY.search(raw)) or "\ufffe" in raw or "\uffff" in raw:
        return None
    found = SHAPES.split(raw)
    if found is None:
        return None
    head = found.head[1:]
    named = head.split('"')
    places = _places('"'.join(named[::2]))
    return Plain(named, places, raw, found) if places and "&" not in head and head.isprintable() else None


@lru_cache(maxsize=256)
def _places(names: str) -> Places:
    """Where values stand in a start tag that is cut at its quotes, told by what is between; empty for an odd one."""
    pieces = names.split('"')
    if len(pieces) < 2 or "xmlns" in names or "'" in names:  # noqa: PLR2004 - a tag with one attribute
        return {}
    head = "".join(f'{piece}"{2 * place + 1}"' for place, piece in enumerate(pieces[:-1])) + pieces[-1]
    try:
        node = etree.fromstring(f"<{head}></programme>")
    except etree.XMLSyntaxError:
        return {}
    return {name: int(value) for name in _ATTRIBUTES if (value := node.get(name)) is not None}
