"""What any page of the deck must be as HTML, whatever it shows."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import lxml.html

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_MAY_STAY_OPEN = {"li", "p", "dt", "dd", "option", "thead", "tbody", "tfoot", "tr", "td", "th"}
_UNNAMED = {"hidden", "submit", "button", "reset", "image"}
_ADDRESSES = (
    "//a/@href", "//link/@href", "//img/@src", "//script/@src", "//form/@action", "//button/@formaction",
    "//source/@src", "//use/@href", "//@hx-get", "//@hx-post", "//@data-events",
    "//*[starts-with(name(), 't-')]/@src",
)  # fmt: skip
_REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-details", "list", "form")


def well_formed(html, *, root="", csrf=True):
    """What is wrong with a page; nothing when all is well.

    `root` is the sub-path below which a reverse proxy has the deck; `csrf`: its forms that change something carry a
    token, as all do behind the login.
    """
    page = lxml.html.document_fromstring(html)
    return [
        *_tags(html),
        *_document(page),
        *_headings(page),
        *_ids(page),
        *_names(page),
        *_inline(page),
        *_targets(page, root),
        *(_tokens(page) if csrf else ()),
    ]


def local_targets(html):
    """Paths with queries of all that a page links to, loads and posts to on this server, without fragments."""
    page = lxml.html.document_fromstring(html)
    found = {address.partition("#")[0] for query in _ADDRESSES for address in page.xpath(query)}
    return {address for address in found if address.startswith("/")}


class _Stack(HTMLParser):
    """Tags that are closed where they were opened."""

    def __init__(self):
        super().__init__()
        self.open, self.problems = [], []

    def handle_starttag(self, tag, attrs):
        if len({name for name, _ in attrs}) < len(attrs):
            self.problems.append(f"line {self.getpos()[0]}: <{tag}> has an attribute twice")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        while self.open and self.open[-1] != tag and self.open[-1] in _MAY_STAY_OPEN:
            self.open.pop()
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.problems.append(f"line {self.getpos()[0]}: </{tag}> closes no <{tag}> (open: {self.open[-3:]})")


def _tags(html):
    stack = _Stack()
    stack.feed(html)
    left = [tag for tag in stack.open if tag not in _MAY_STAY_OPEN]
    return [*stack.problems, *([f"never closed: {left}"] if left else [])]


def _document(page):
    if not (page.getroottree().docinfo.doctype or "").lower().startswith("<!doctype html"):
        yield "no doctype"
    if not page.get("lang"):
        yield "no language"
    if not (page.findtext(".//title") or "").strip():
        yield "no title"
    if len(page.xpath("//main")) != 1:
        yield "not one <main>"


def _headings(page):
    headings = page.xpath("//h1|//h2|//h3|//h4|//h5|//h6")
    levels = [int(heading.tag[1]) for heading in headings]
    if levels.count(1) != 1:
        yield f"{levels.count(1)} h1"
    for before, level, heading in zip([0, *levels], levels, headings, strict=False):
        if level > before + 1:
            yield f"h{before} is followed by h{level}: {_text(heading)}"
        if not _text(heading):
            yield f"an empty h{level}"


def _ids(page):
    ids = page.xpath("//@id")
    yield from (f"id {one} is there {ids.count(one)} times" for one in sorted(set(ids)) if ids.count(one) > 1)
    for name in _REFERENCES:
        for value in page.xpath(f"//@{name}"):
            yield from (f"{name}={one} points nowhere" for one in value.split() if one not in ids)


def _names(page):
    labels = set(page.xpath("//label/@for"))
    for control in page.xpath("//input|//select|//textarea"):
        wrapped = any(parent.tag == "label" for parent in control.iterancestors())
        named = wrapped or control.get("id") in labels or control.get("aria-label") or control.get("aria-labelledby")
        if control.get("type") not in _UNNAMED and not named:
            yield f"no label: {_start(control)}"
    for control in page.xpath("//a|//button|//summary"):
        if not (_text(control) or control.get("aria-label") or control.xpath(".//img[@alt!='']|.//*[@aria-label]")):
            yield f"no text: {_start(control)}"
    yield from (f"no alt: {_start(image)}" for image in page.xpath("//img[not(@alt)]"))
    for cell in page.xpath("//th"):
        if cell.get("scope") not in {"col", "row", "colgroup", "rowgroup"}:
            yield f"no scope: th {_text(cell)}"


def _inline(page):
    yield from (f"inline style: {_start(element)}" for element in page.xpath("//*[@style]|//style"))
    # Data is no script: the browser never runs it, and so the CSP says nothing.
    yield from (
        f"inline script: {_start(element)}"
        for element in page.xpath("//script[not(@src)]")
        if element.get("type") != "application/json"
    )
    for element in page.iter(lxml.html.etree.Element):
        yield from (f"{name}: {_start(element)}" for name in element.attrib if re.fullmatch(r"on\w+|hx-on.*", name))


def _targets(page, root):
    ids = set(page.xpath("//@id"))
    links = set(page.xpath("//a/@href"))
    for address in sorted({address for query in _ADDRESSES for address in page.xpath(query)}):
        parts = urlsplit(address)
        if parts.scheme in {"http", "https"} and address in links:
            continue
        if parts.scheme or parts.netloc:
            yield f"leads elsewhere: {address}"
        elif address.startswith("#"):
            if address[1:] not in ids:
                yield f"points nowhere: {address}"
        elif not address.startswith(f"{root}/") and parts.path:
            yield f"outside of {root}/: {address}"


def _tokens(page):
    for form in page.xpath("//form[translate(@method, 'POST', 'post')='post']"):
        if not form.xpath(".//input[@name='csrf' and @value!='']"):
            yield f"no csrf: {_start(form)}"


def _text(element):
    return " ".join(element.text_content().split())


def _start(element):
    return lxml.html.tostring(element, encoding="unicode", with_tail=False)[:160]
