"""The children of a `<programme>`, written one by one."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from tunerr.guide.messages import Taste
from tunerr.guide.rows.elements import AT_MOST_ONCE, WRITERS, Node, system_of, tag_of, text_of
from tunerr.guide.rows.markup import element
from tunerr.guide.rows.series import Said, added_to
from tunerr.guide.rows.titles import Phrase, chosen_titles, in_order
from tunerr.guide.rows.words import LIVE, is_live

NO_TASTE = Taste()
_NO_TITLE = "No title"

Found = dict[str, list[str]]
"""Written elements by their tag; all tags that there are, in the order of the DTD."""


def careful(programme: Node, start: int, stop: int | None, taste: Taste, channel_name: str) -> bytes:
    """See `tunerr.guide.rows.body.body_of`: this is the definition of what it answers."""
    found, season, episode = arrange(programme)
    if not found["title"]:
        return b""
    _order(found, taste, channel_name)
    said = Said(
        titles=_insides(found["title"]),
        subtitles=_insides(found["sub-title"]),
        descriptions=_insides(found["desc"]),
        categories=_insides(found["category"]),
        numbers=[(system_of(number), _inside(number)) for number in found["episode-num"]],
        counts=(season, episode),
    )
    added = added_to(said, start, stop)
    return joined(found, added.number, added.subtitle).encode()


def arrange(programme: Node) -> tuple[Found, str, str]:
    """The children written one by one, no title where none can be made, and the plain counts of season and episode."""
    found: Found = {tag: [] for tag in WRITERS}
    counts = {"season": "", "episode": ""}
    live = False
    for child in programme:
        tag = tag_of(child)
        if tag in counts:
            counts[tag] = counts[tag] or text_of(child)
        elif tag == "live":
            live = True
        elif (kept := found.get(tag)) is not None and not (kept and tag in AT_MOST_ONCE):
            written = WRITERS[tag](child)
            if written and written not in kept:
                kept.append(written)
    if live and not any(map(is_live, _insides(found["category"]))):
        found["category"].append(element("category", LIVE))
    _give_title(found)
    systematic = [number for number in found["episode-num"] if system_of(number) == "xmltv_ns"]
    for surplus in systematic[1:]:
        found["episode-num"].remove(surplus)
    return found, counts["season"], counts["episode"]


def joined(found: Found, number: str, subtitle: str) -> str:
    """All in the order of the DTD, `number` behind the other episode numbers, `subtitle` behind the other ones."""
    more = {"episode-num": number, "sub-title": subtitle}
    return "".join("".join(written) + more.get(tag, "") for tag, written in found.items())


def _order(found: Found, taste: Taste, channel_name: str) -> None:
    if taste == NO_TASTE:
        return
    found["title"] = _rewritten("title", chosen_titles(_phrases(found["title"]), taste, channel_name))
    for tag in ("sub-title", "desc"):
        found[tag] = _rewritten(tag, in_order(_phrases(found[tag]), taste))


def _phrases(written: Sequence[str]) -> list[Phrase]:
    nodes = map(etree.fromstring, written)
    return [(node.get("lang") or "", node.text or "") for node in nodes]


def _rewritten(tag: str, phrases: Sequence[Phrase]) -> list[str]:
    return [element(tag, text, [("lang", language)] if language else ()) for language, text in phrases]


def _inside(written: str) -> str:
    return written[written.index(">") + 1 : written.rindex("</")]


def _insides(written: Sequence[str]) -> list[str]:
    return [_inside(one) for one in written]


def _give_title(found: Found) -> None:
    if found["title"]:
        return
    if found["sub-title"]:
        found["title"] = [_renamed(text, "sub-title", "title") for text in found["sub-title"]]
        found["sub-title"] = []
    elif found["desc"]:
        found["title"] = [element("title", _NO_TITLE)]


def _renamed(written: str, old: str, new: str) -> str:
    return f"<{new}{written.removeprefix(f'<{old}').removesuffix(f'</{old}>')}</{new}>"
