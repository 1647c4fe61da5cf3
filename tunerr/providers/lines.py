"""Bytes of unknown origin to lines of text: every line ending, a BOM, UTF-8 with Latin-1 in between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

LONGEST_LINE = 65536
"""Characters. A longer line comes out cut, but longer than this, so that a reader can tell."""

# UTF-8 needs at most 4 bytes for a character: a cut line still has more than LONGEST_LINE of them.
_KEPT_BYTES = 4 * LONGEST_LINE + 4
_BOM = b"\xef\xbb\xbf"


def lines(chunks: Iterable[bytes]) -> Iterator[str]:
    r"""Yield the lines without their endings (`\n`, `\r\n`, lone `\r`); memory stays at one chunk and one line."""
    rest = b""
    first = True
    for chunk in chunks:
        block = rest + chunk
        if first and len(block) >= len(_BOM):
            block, first = block.removeprefix(_BOM), False
        end = max(block.rfind(b"\n"), block.rfind(b"\r", 0, -1)) + 1  # a `\r` at the very end may be half a `\r\n`
        rest = block[end : end + _KEPT_BYTES]
        yield from _split(block[:end])
    yield from _split(rest)


def _split(block: bytes) -> Iterator[str]:
    try:
        text = block.decode()
    except UnicodeDecodeError:
        yield from map(_decode, block.splitlines())
        return
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text:
        yield from text.removesuffix("\n").split("\n")


def _decode(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")
