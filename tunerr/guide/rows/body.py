"""The children of a `<programme>`: whatever came in, what goes out is valid against xmltv.dtd and in its order."""

from __future__ import annotations

from lxml import etree

from tunerr.guide.messages import Taste
from tunerr.guide.rows.children import NO_TASTE, careful
from tunerr.guide.rows.elements import Node
from tunerr.guide.rows.plain import END, Plain
from tunerr.guide.rows.shapes import SHAPES, Split

_END = END.decode()


def body_of(
    programme: Node | Plain, *, start: int, stop: int | None = None, taste: Taste = NO_TASTE, channel_name: str = ""
) -> bytes:
    """The children as XML (UTF-8) that xmltv.dtd accepts; empty without title, sub-title and description.

    `start` and `stop` are Unix seconds; an unknown `stop` is None. Unknown elements are left out. `<rating>18</rating>`
    gets its `<value>`, `<live/>` becomes a category, `<season>` and `<episode>` an episode-num; a second `xmltv_ns`
    number is left out (validators read several as one). A missing title is replaced by the sub-title, or by "No title"
    where only a description is known. What comes out stays as it is when it comes in again.
    """
    if isinstance(programme, Plain):
        split: Split | None = programme.split
    else:
        raw = etree.tostring(programme, encoding="unicode", with_tail=False).removesuffix(_END)
        split = SHAPES.split(raw)
        if split is not None and " xmlns" in split.head:
            split = None
    quick = None if split is None else SHAPES.written(split, start, stop, taste)
    if quick is not None:
        return quick
    node = programme.node() if isinstance(programme, Plain) else programme
    return careful(node, start, stop, taste, channel_name)
