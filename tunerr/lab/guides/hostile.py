"""Bodies that no guide has: bombs, endless elements, lies about the encoding. Pure; none takes more than 20 MB."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from functools import cache
from itertools import chain, repeat
from xml.sax.saxutils import quoteattr

from tunerr.lab.guides.document import document
from tunerr.lab.guides.shape import Shape

LOGIN_PAGE = (
    b"<!DOCTYPE html><html><head><title>Sign in</title></head>"
    b'<body><form method="post"><input name="password" type="password"></form></body></html>'
)
EMPTY_GUIDE = b'<?xml version="1.0" encoding="UTF-8"?>\n<tv></tv>\n'

_MEMBER = 16 << 20
_MEMBERS = 10 * 1000**3 // _MEMBER + 1
_ROW_TEXT = 60_000
_PIECE = 1 << 20
_HUGE_PIECES = 64
_HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<tv>\n'


def bomb_of_spaces() -> Iterator[bytes]:
    """10 GB of spaces, as gzip whose members are all alike."""
    return chain((gzip.compress(_HEAD),), repeat(_spaces(), _MEMBERS))


def bomb_of_rows(shape: Shape) -> Iterator[bytes]:
    """10 GB of rows of the first channel, as gzip whose members are all alike."""
    first = shape.id(0)
    listed = f"<channel id={quoteattr(first)}><display-name>{shape.name(0)}</display-name></channel>\n".encode()
    return chain((gzip.compress(_HEAD + listed),), repeat(_rows(first, next(iter(document(shape)))), _MEMBERS))


@cache
def _spaces() -> bytes:
    return gzip.compress(b" " * _MEMBER)


@cache
def _rows(xmltv_id: str, sample: bytes) -> bytes:
    """One member: the times are those of the first row of the guide."""
    _, _, row = sample.partition(b"<programme")
    start = row[: row.index(b"channel=")]
    text = b"<title>Bomb</title><desc>" + b"boom " * (_ROW_TEXT // 5) + b"</desc></programme>\n"
    one = b"<programme" + start + f"channel={quoteattr(xmltv_id)}>".encode() + text
    return gzip.compress(one * (_MEMBER // len(one)))


def huge_element(shape: Shape) -> Iterator[bytes]:
    """A guide whose first programme has a description of 64 MB."""
    before, mark, after = next(iter(document(shape))).partition(b"<desc")
    tag, _, rest = after.partition(b">")
    return chain((before + mark + tag + b">",), repeat(b"x" * _PIECE, _HUGE_PIECES), (rest,))


def entity_bomb() -> bytes:
    """A billion laughs."""
    levels = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))
    head = f'<?xml version="1.0"?>\n<!DOCTYPE tv [<!ENTITY l0 "laughter">{levels}]>\n'
    row = '<programme start="20260101000000" channel="a"><title>&l9;</title></programme>'
    return f'{head}<tv><channel id="a"><display-name>&l9;</display-name></channel>{row}</tv>\n'.encode()


def latin_1(shape: Shape) -> Iterator[bytes]:
    """The guide with a word in every title that only Latin-1 can read."""
    for piece in document(shape):
        yield piece.decode().replace("</title>", " café</title>").encode("latin-1", "replace")


def utf_16_claimed(shape: Shape) -> Iterator[bytes]:
    """The guide, which says of itself that it is UTF-16."""
    for piece in document(shape):
        yield piece.replace(b'encoding="UTF-8"', b'encoding="UTF-16"', 1)
