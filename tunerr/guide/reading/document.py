"""A guide document as it came, read as a stream within bounds, whole or up to where it breaks off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from tunerr.errors import NotAGuide, Truncated
from tunerr.guide.reading.unpacking import BLOCK, blocks
from tunerr.guide.rows.plain import END, Plain, plain

# The largest guides in use have 300 MB; a compressed one that grows beyond this is a bomb.
_LARGEST_DOCUMENT = 2 << 30
# A programme has a few KB. The parser holds the element that it is in, so this is what bounds its memory.
_LARGEST_ELEMENT = 4 << 20
_SNIFFED = 512
# Bytes that XML may hold.
_XML_BYTES = bytes([*b"\t\n\r", *range(0x20, 0x100)])
# What makes an end tag stand where it says nothing begins with one of these.
_ASIDE = (b"<!", b"<?")
# What adds to the markup of rows.
_DECLARED = b"<!ATTLIST"
_ENCODING = re.compile(rb"<\?xml[^>]*\sencoding\s*=\s*[\"'](?!utf-?8[\"']|us-ascii[\"'])", re.IGNORECASE)
# First bytes, lower case, of what providers send instead of a guide.
_FOREIGN = (
    (b"#extm3u", "an M3U playlist", "Give this URL as a playlist, not as a guide."),
    (b"<!doctype html", "a web page", "Open the URL in a browser: it may be wrong, or the account may have ended."),
    (b"<html", "a web page", "Open the URL in a browser: it may be wrong, or the account may have ended."),
    (b"{", "JSON", "Ask the provider for the URL of its XMLTV guide."),
    (b"[", "JSON", "Ask the provider for the URL of its XMLTV guide."),
)


class GuideDocument:
    """Reads the file at `path` (plain, gzip, xz, or the one guide in a zip) once.

    After `elements` is through, `whole` and `damage` say in what state it was. No DTD is loaded, no entity resolved,
    nothing fetched.
    """

    def __init__(self, path: Path) -> None:
        self.whole = False
        """Whether the guide ended with `</tv>`."""
        self.damage = 0
        """Places where the XML was wrong and reading went on; libxml2 counts the first 100."""
        self._path = path
        self._begun = self._ended = False
        self._total = self._since_element = 0
        self._head = self._rest = b""
        self._quick = True  # rows may pass by the parser
        self._between = False  # the parser stands between two rows
        self._closed = False  # the last thing that it saw is a row's end
        self._odd = False  # of the row that it is in, a part was odd
        self._parser = etree.XMLPullParser(
            events=("start", "end"),
            tag=("tv", "channel", "programme"),
            recover=True,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )

    def elements(self) -> Iterator[etree._Element | Plain]:
        """Each complete `<channel>` and `<programme>`, in order; one is emptied when the next is asked for.

        Programmes whose bytes tell that they are well-formed pass by the parser. What a cut or damaged compression
        leaves is read up to there. Raises NotAGuide for anything but XMLTV and for what no guide contains (entity
        declarations, an element over 4 MiB), Truncated beyond 2 GiB.
        """
        with self._path.open("rb") as file:
            for block in blocks(file):
                self._head = self._head or block[:_SNIFFED]
                self._total += len(block)
                self._since_element += len(block)
                yield from self._read(block)
                self._check()
                if self._ended:
                    return
        if self._rest:
            yield from self._feed(self._rest)
        if not self._begun:
            raise _foreign(self._head)
        if not self._ended:
            # Behind a bare "&" libxml2 holds everything back until a semicolon comes. Closing the parser instead would
            # pass off the element that was cut as a whole one.
            yield from self._feed(b";")

    def _read(self, block: bytes) -> Iterator[etree._Element | Plain]:
        """Row by row, as long as the document is sound; what isn't a plain row goes through the parser."""
        *rows, self._rest = (self._rest + block).split(END)
        self._quick = self._quick and not block.translate(None, _XML_BYTES)
        if not self._quick:
            yield from self._feed(END.join((*rows, self._rest)))
            self._rest = b""
            return
        for place, row in enumerate(rows):
            found = plain(row) if self._between else None
            if found is not None:
                self._since_element = 0
                yield found
                continue
            yield from self._parsed(row)
            if self._ended or not self._quick:
                self._rest = END.join((*rows[place + 1 :], self._rest))
                return
        if len(self._rest) > BLOCK:
            # What opens something odd must not be halved.
            kept = len(_DECLARED)
            part, self._rest = self._rest[:-kept], self._rest[-kept:]
            self._between = False
            self._look_at(part)
            yield from self._feed(part)

    def _parsed(self, row: bytes) -> Iterator[etree._Element]:
        """Feed a row; see whether the parser then stands right behind it, in `<tv>`, so that the next may pass by.

        It does when the row was the last to end, and nothing in it could make of its end tag a mere text.
        """
        self._look_at(row)
        odd, self._odd, self._closed = self._odd, False, False
        yield from self._feed(row + END)
        self._between = self._closed and not odd
        self._quick = self._quick and not self.damage

    def _look_at(self, fed: bytes) -> None:
        if any(mark in fed for mark in _ASIDE):
            self._odd = True
            self._quick = self._quick and _DECLARED not in fed and _ENCODING.search(self._head) is None

    def _feed(self, block: bytes) -> Iterator[etree._Element]:
        self._parser.feed(block)
        for event, element in self._parser.read_events():
            self._closed = False
            if element.tag != "tv":
                if event == "end" and self._begun:
                    self._since_element = 0
                    yield element
                    self._closed = element.tag == "programme" and _is_child(element)
                    _forget(element)
            elif element.getparent() is None:
                self._begun, self._ended = True, event == "end"
                _refuse_entities(element)
        errors = self._parser.feed_error_log
        self.damage = len(errors)
        self.whole = self._ended and not any(map(_closed_by_force, errors))

    def _check(self) -> None:
        if self._since_element >= _LARGEST_ELEMENT:
            if not self._begun:
                raise _foreign(self._head)
            raise NotAGuide("One element of the guide is larger than 4 MiB; no programme is.")
        if self._total > _LARGEST_DOCUMENT:
            raise Truncated("The guide is larger than 2 GiB when unpacked.", hint="Ask for a guide of fewer channels.")


def _is_child(element: etree._Element) -> bool:
    """Whether the element is a child of the root."""
    parent = element.getparent()
    return parent is not None and parent.getparent() is None


def _closed_by_force(error: etree._LogEntry) -> bool:
    """Whether the parser took a stray end tag for that of `<tv>`, behind which it reads nothing."""
    return error.type == etree.ErrorTypes.ERR_TAG_NAME_MISMATCH and ": tv " in error.message


def _forget(element: etree._Element) -> None:
    """Free the element and all that was read before it; what is still being read stays."""
    element.clear()
    node = element
    while (parent := node.getparent()) is not None:  # what stands inside elements that no guide has must go as well
        while node.getprevious() is not None:
            del parent[0]
        node = parent


def _refuse_entities(root: etree._Element) -> None:
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and next(iter(declared.iterentities()), None) is not None:
        raise NotAGuide(
            "The guide declares XML entities, which guides have no use for and attacks are made of.",
            hint="Use a guide without <!ENTITY>.",
        )


def _foreign(head: bytes) -> NotAGuide:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not start:
        return NotAGuide("The answer is empty.", hint="Ask the provider whether the guide moved.")
    for magic, name, hint in _FOREIGN:
        if start.startswith(magic):
            return NotAGuide(f"The answer is {name}, no XMLTV guide.", hint=hint)
    kind = "XML of another kind" if start.startswith(b"<") else "something else"
    return NotAGuide(f"The answer is {kind}, no XMLTV guide.", hint="Check the URL; a guide begins with <tv>.")
