"""Each element that a `<programme>` may hold: how it is written so that xmltv.dtd accepts it."""

from __future__ import annotations

from collections.abc import Callable, Collection

from lxml import etree

from tunerr.guide.rows.episodes import canonical
from tunerr.guide.rows.markup import Attribute, clean, element, plain, web_address

# Longer texts are no descriptions; the grid of a television shows a few hundred characters.
LONGEST_TEXT = 8000
# Of a text that is longer, nobody makes 8,000 characters by cleaning it.
_LONGEST_READ = 4 * LONGEST_TEXT
_PEOPLE = (
    *("director", "actor", "writer", "adapter", "producer"),
    *("composer", "editor", "presenter", "commentator", "guest"),
)
_LENGTH_UNITS = ("seconds", "minutes", "hours")
_SUBTITLE_TYPES = ("teletext", "onscreen", "deaf-signed")
_REVIEW_TYPES = ("text", "url")

Node = etree._Element  # noqa: SLF001 - lxml publishes its element type under no other name
Writer = Callable[[Node], str]


def text_of(node: Node) -> str:
    """All text inside as plain text, at most 8,000 characters."""
    whole = node.text if len(node) == 0 else "".join(str(part) for part in node.itertext())
    return _shortened(whole)


def _shortened(text: str | None) -> str:
    return plain(text[:_LONGEST_READ] if text else text)[:LONGEST_TEXT].rstrip()


def tag_of(node: Node) -> str:
    """Name of the element; empty for what is none, such as an entity."""
    return node.tag if isinstance(node.tag, str) else ""


def system_of(number: str) -> str:
    """The system of a written episode-num; empty when it states none."""
    head = number[: number.index(">")]
    return head.partition('system="')[2].removesuffix('"')


def _attributes(node: Node, names: Collection[str]) -> list[Attribute]:
    return [(name, value) for name in names if (value := clean(node.get(name)))]


def _paragraph(*names: str) -> Writer:
    """An element that says nothing without text."""

    def write(node: Node) -> str:
        text = text_of(node)
        return element(tag_of(node), text, _attributes(node, names)) if text else ""

    return write


def _flag(*names: str, speaks: bool = False) -> Writer:
    """An element whose presence says it all; one that `speaks` may add an explanation."""

    def write(node: Node) -> str:
        return element(tag_of(node), text_of(node) if speaks else "", _attributes(node, names))

    return write


def _details(*tags: str) -> Writer:
    """An element made of at most one of each of `tags`, in that order."""

    def write(node: Node) -> str:
        texts = ((tag, text_of(child)) for tag in tags if (child := node.find(tag)) is not None)
        inside = "".join(element(tag, text) for tag, text in texts if text)
        return element(tag_of(node), inside=inside) if inside else ""

    return write


def _credits(node: Node) -> str:
    people = (_person(child) for tag in _PEOPLE for child in node.iterfind(tag))
    inside = "".join(people)
    return element("credits", inside=inside) if inside else ""


def _person(node: Node) -> str:
    # The DTD lets people carry images and links; no client shows them, so only the name goes on.
    name = _shortened(node.text) or text_of(node)
    attributes = _attributes(node, ("role",)) if tag_of(node) == "actor" else []
    if tag_of(node) == "actor" and node.get("guest") in ("yes", "no"):
        attributes.append(("guest", str(node.get("guest"))))
    return element(tag_of(node), name, attributes) if name else ""


def _length(node: Node) -> str:
    text, units = text_of(node), clean(node.get("units")).lower()
    return element("length", text, [("units", units)]) if text and units in _LENGTH_UNITS else ""


def _icon(node: Node) -> str:
    source = web_address(node.get("src"))
    return element("icon", attributes=[("src", source), *_attributes(node, ("width", "height"))]) if source else ""


def _url(node: Node) -> str:
    address = web_address(text_of(node))
    return element("url", address, _attributes(node, ("system",))) if address else ""


def _episode(node: Node) -> str:
    text, system = text_of(node), clean(node.get("system"))
    if system.lower() == "xmltv_ns":
        text, system = canonical(text), "xmltv_ns"
    return element("episode-num", text, [("system", system)] if system else ()) if text else ""


def _subtitles(node: Node) -> str:
    kind = clean(node.get("type"))
    language = node.find("language")
    inside = _paragraph("lang")(language) if language is not None else ""
    return element("subtitles", attributes=[("type", kind)] if kind in _SUBTITLE_TYPES else (), inside=inside)


def _rating(node: Node) -> str:
    """`<value>` is required; many guides write the value straight into the element."""
    value = node.find("value")
    text = text_of(value) if value is not None else _shortened(node.text)
    icons = "".join(_icon(icon) for icon in node.iterfind("icon"))
    inside = element("value", text) + icons
    return element(tag_of(node), attributes=_attributes(node, ("system",)), inside=inside) if text else ""


def _review(node: Node) -> str:
    text, kind = text_of(node), clean(node.get("type"))
    attributes = [("type", kind), *_attributes(node, ("source", "reviewer", "lang"))]
    return element("review", text, attributes) if text and kind in _REVIEW_TYPES else ""


# In the order of the DTD.
WRITERS: dict[str, Writer] = {
    "title": _paragraph("lang"),
    "sub-title": _paragraph("lang"),
    "desc": _paragraph("lang"),
    "credits": _credits,
    "date": _paragraph(),
    "category": _paragraph("lang"),
    "keyword": _paragraph("lang"),
    "language": _paragraph("lang"),
    "orig-language": _paragraph("lang"),
    "length": _length,
    "icon": _icon,
    "url": _url,
    "country": _paragraph("lang"),
    "episode-num": _episode,
    "video": _details("present", "colour", "aspect", "quality"),
    "audio": _details("present", "stereo"),
    # Its attribute `channel` names an id of the provider's guide, which means nothing in ours.
    "previously-shown": _flag("start"),
    "premiere": _flag("lang", speaks=True),
    "last-chance": _flag("lang", speaks=True),
    "new": _flag(),
    "subtitles": _subtitles,
    "rating": _rating,
    "star-rating": _rating,
    "review": _review,
}
AT_MOST_ONCE = frozenset(
    ("credits", "date", "language", "orig-language", "length", "video", "audio", "previously-shown")
) | {"premiere", "last-chance", "new"}
