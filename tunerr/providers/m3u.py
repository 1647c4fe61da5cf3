"""The channel list format M3U (extended), read line by line without I/O.

Nobody wrote its grammar down; this reads what providers really send: attributes in any order and quoting, commas in
names, options of VLC and Kodi, lists without #EXTM3U. The text after the first comma outside of quotes is the name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from operator import itemgetter
from typing import NamedTuple

from tunerr.errors import EmptyPlaylist, NotAPlaylist
from tunerr.model.numbers import GuideNumber
from tunerr.providers import headers
from tunerr.providers.entry import Entry, Header, Reason, Skipped
from tunerr.providers.lines import LONGEST_LINE
from tunerr.providers.text import LONGEST_NAME, plain

SCHEMES = ("http", "https", "rtsp", "rtmp", "rtmps", "udp", "rtp", "srt")

# How most rows look: every value in double quotes. All patterns are possessive where alternatives exclude one another,
# so that a hostile line costs linear time.
_PLAIN = re.compile(r"""\s*+[-+]?[\d.]*+((?:\s++[\w.:-]++="[^"]*+")++)\s*+,([^\n]*)$""")
# Any row: duration, attributes, comma, name. Quotes count only where a value starts: an apostrophe is a letter.
_EXTINF = re.compile(
    r"""\s*+[-+]?[\d.]*+
        ((?: [^,"=]++ | =(?:"[^"]*"|'[^']*')?+ | "[^"]*" )*+)
        (?:,(.*))?$""",
    re.VERBOSE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""(?<![\w.:-])([\w.:-]++)\s*+=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']\S*))""")
# How nearly all addresses look, without anything that has to be put right.
_PLAIN_ADDRESS = re.compile(r"https?://[\w.-]++(?::\d{1,5})?/[!-{}~]*+$", re.ASCII)
_ADDRESS = re.compile(
    r"""(?P<scheme>https?|rtsp|rtmps?|udp|rtp|srt)://
        (?:[^/?\#\s@]*@)?
        (?:\[[0-9a-f:.%]+\]|[^/?\#\s:\[\]@]+)
        (?::\d{1,5})?
        (?:[/?\#][^\x00-\x1f\x7f]*)?$""",
    re.VERBOSE | re.IGNORECASE,
)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):\S", re.IGNORECASE)
_LOCAL = re.compile(r"(?:file:|[a-z]:\\|[./\\~]|\S+[./\\]\S*$)", re.IGNORECASE)
# What few rows say; `default` of catch-up is a source of its own, `shift` and the like are made of the address.
_RARE = frozenset({"tvg-chno", "channel-number", "radio", "tvg-country"}) | {
    *("catchup", "catchup-type", "catchup-days", "catchup-source", "tvg-rec", "timeshift")
}
_WANTED = ("tvg-id", "tvg-name", "group-title", "tvg-logo", "logo")
_made = partial(tuple.__new__, Entry)  # a named tuple's own constructor costs three times as much
_NOTHING_MORE = ((), "", 0, "")  # headers, country, archive_days, archive
_COUNTRY = re.compile(r"\s*([a-zA-Z]{2})(?![\w-])")
_MOST_DAYS = 366
_LONGEST_SOURCE = 2000
_FALSE = frozenset({"0", "false", "no", "none"})
_HLS = ("#EXT-X-TARGETDURATION", "#EXT-X-STREAM-INF", "#EXT-X-MEDIA-SEQUENCE", "#EXT-X-I-FRAME")
_TRUE = frozenset({"true", "1", "yes"})


def parse(lines: Iterable[str]) -> Iterator[Header | Entry | Skipped]:
    """Yield what the list says, in its order.

    Raises NotAPlaylist or EmptyPlaylist, the latter only at the end: what was yielded before is then worth nothing.
    """
    reader = _Reader()
    for line in lines:
        if len(line) > LONGEST_LINE:
            yield reader.too_long(line)
            continue
        text = line.strip("\0 \t\ufeff\x1a")
        if not text:
            continue
        found = reader.directive(text) if text[0] == "#" else reader.address(text)
        if found is not None:
            yield found
    yield from reader.finish()


class _Reader:
    """What has been read since the last address."""

    def __init__(self) -> None:
        self._extinf: str | None = None
        self._group = ""
        self._headers: list[headers.Pair] = []
        self._listed = False  # a line that only channel lists have was seen
        self._rows = False  # an #EXTINF was seen

    def directive(self, text: str) -> Header | Skipped | None:
        """Take in a line that starts with `#`."""
        if text.startswith("#EXTINF"):
            before, self._extinf, self._rows = self._extinf, text[8:], True
            return None if before is None else self._lost(before)
        if text.startswith("#EXTM3U"):
            self._listed = True
            return _header(text)
        if text.startswith(_HLS):
            raise NotAPlaylist(
                "This is one stream (an HLS playlist), not a list of channels.",
                hint="Use the address of the channel list; a single stream goes into a list of your own, after an "
                "#EXTINF line.",
            )
        kind, _, value = text.partition(":")
        match kind:
            case "#EXTGRP":
                self._group = value.strip()
            case "#EXTVLCOPT":
                self._headers += headers.from_vlc(value)
            case "#KODIPROP":
                self._headers += headers.from_kodi(value)
        return None

    def address(self, text: str) -> Entry | Skipped | None:
        """Take in any other line: the address that ends an entry."""
        if not self._listed and not self._rows:
            _refuse(text)
        extinf, self._extinf = self._extinf, None
        group, self._group = self._group, ""
        pairs, self._headers = self._headers, []
        if extinf is not None and not pairs and _PLAIN_ADDRESS.match(text):
            plain_row = _PLAIN.match(extinf)
            if plain_row is not None:
                return _plain_entry(extinf, plain_row, group, text)
        url, _, suffix = text.partition("|")
        url = url.rstrip()
        match = _ADDRESS.match(url)
        if match is None:
            return Skipped(_reason(text), _name(extinf) or text[:0])
        if extinf is None:
            return Skipped(Reason.NO_EXTINF, "")
        if suffix:
            pairs += headers.from_suffix(suffix)
        end = match.end("scheme")
        return _entry(extinf, group, url[:end].lower() + url[end:], headers.clean(pairs) if pairs else ())

    def too_long(self, line: str) -> Skipped:
        """Take in a line that nobody wrote by hand; the entry that it belongs to is lost."""
        if not self._listed and not self._rows and not line.startswith("#EXTM3U"):
            _refuse(line.lstrip()[:1000])
        self._listed = True
        extinf, self._extinf = self._extinf, None
        self._headers = []
        return Skipped(Reason.TOO_LONG, _name(extinf))

    def finish(self) -> Iterator[Skipped]:
        """Close the list; raises when it was none."""
        if self._extinf is not None:
            yield Skipped(Reason.NO_ADDRESS, _name(self._extinf))
        if not self._rows:
            hint = "Open its address in a browser and look at what comes."
            if self._listed:
                raise EmptyPlaylist("The playlist has no channel in it.", hint=hint)
            raise EmptyPlaylist("The answer is empty.", hint=hint)

    def _lost(self, before: str) -> Skipped:
        self._group, self._headers = "", []
        return Skipped(Reason.NO_ADDRESS, _name(before))


def _plain_entry(extinf: str, row: re.Match[str], group: str, url: str) -> Entry:
    """Make the entry of a row like nearly all, with the least work; `_entry` makes the same of it."""
    pieces = row[1].split('"')  # ` tvg-id=`, value, ` tvg-name=`, value, …, nothing
    shape = _shape(tuple(pieces[::2]))
    tvg_id, called, title, logo, other_logo = shape.wanted(pieces)
    display = row[2]
    if extinf.isprintable() and "  " not in extinf:
        display, tvg_id, title = display.strip()[:LONGEST_NAME], tvg_id.strip()[:LONGEST_NAME], title.strip()
        title = title[:LONGEST_NAME]
    else:
        display, tvg_id, title = plain(display), plain(tvg_id), plain(title)
    name, title = display or _named(called, tvg_id, url), title or plain(group)
    entry = _made((name, tvg_id, title, logo or other_logo, "", False, url, *_NOTHING_MORE))
    return _specialised(entry, dict(zip(shape.names, pieces[1::2], strict=False))) if shape.special else entry


def _entry(extinf: str, group: str, url: str, pairs: tuple[headers.Pair, ...]) -> Entry:
    attributes, display = _split(extinf)
    get = attributes.get
    tvg_id = plain(get("tvg-id", ""))
    name = display or _named(get("tvg-name", ""), tvg_id, url)
    title = plain(get("group-title", "")) or plain(group)
    logo = get("tvg-logo", "") or get("logo", "")
    return _specialised(Entry(name, tvg_id, title, logo, "", radio=False, url=url, headers=pairs), attributes)


def _named(called: str, tvg_id: str, url: str) -> str:
    """Return the name of a row without a display name."""
    return plain(called) or tvg_id or plain(url.partition("?")[0].rstrip("/").rpartition("/")[2])


def _specialised(entry: Entry, attributes: Mapping[str, str]) -> Entry:
    """Add what most rows do not say."""
    get = attributes.get
    days, archive = _archive(attributes)
    return entry._replace(
        chno=_number(get("tvg-chno", "") or get("channel-number", "")),
        radio=get("radio", "").lower() in _TRUE,
        country=_country(get("tvg-country", "")),
        archive_days=days,
        archive=archive,
    )


def _split(extinf: str) -> tuple[Mapping[str, str], str]:
    """Attributes (names in lower case) and display name of the text after `#EXTINF:`."""
    match = _EXTINF.match(extinf)
    if match is None:  # a quote that is never closed: the last comma is the best guess
        zone, _, name = extinf.rpartition(",")
    else:
        zone, name = match[1], match[2] or ""
    return {key.lower(): a or b or c for key, a, b, c in _ATTRIBUTE.findall(zone)}, plain(name)


class _Shape(NamedTuple):
    """The names of a row's attributes, how those for an entry are got, and whether there are any of the rare ones."""

    names: tuple[str, ...]
    wanted: Callable[[Sequence[str]], tuple[str, ...]]
    special: bool


@lru_cache(maxsize=1024)
def _shape(pieces: tuple[str, ...]) -> _Shape:
    """Return the shape of a plain row by all that is not a value; a list has a handful of such shapes."""
    names = tuple(piece.strip(" \t=").lower() for piece in pieces)
    # Of a repeated name the last value counts; the last piece of a row is empty.
    places = {name: 2 * place + 1 for place, name in enumerate(names[:-1])}
    return _Shape(names, itemgetter(*(places.get(name, -1) for name in _WANTED)), not _RARE.isdisjoint(names))


def _name(extinf: str | None) -> str:
    if extinf is None:
        return ""
    attributes, display = _split(extinf)
    return display or plain(attributes.get("tvg-name", ""))


def _country(text: str) -> str:
    """Return the first country that is named, by its code; names in words are not read."""
    match = _COUNTRY.match(text)
    code = match[1].lower() if match is not None else ""
    return "gb" if code == "uk" else code


def _archive(attributes: Mapping[str, str]) -> tuple[int, str]:
    """Return how many days back catch-up goes, and its mode and source; 0 and empty without catch-up."""
    get = attributes.get
    mode, source = get("catchup", "") or get("catchup-type", ""), get("catchup-source", "")
    said = get("catchup-days", "") or get("tvg-rec", "") or get("timeshift", "")
    days = min(int(said), _MOST_DAYS) if said.isascii() and said.isdecimal() else 0
    if mode.lower() in _FALSE or not (mode or source or days):
        return 0, ""
    mode = mode or ("default" if source else "shift")
    return days, plain(f"{mode.lower()} {source}", _LONGEST_SOURCE)


@lru_cache(maxsize=65536)
def _number(text: str) -> str:
    try:
        return str(GuideNumber.parse(text)) if text else ""
    except ValueError:
        return ""


def _header(text: str) -> Header:
    attributes = {key.lower(): a or b or c for key, a, b, c in _ATTRIBUTE.findall(text)}
    listed = ",".join(attributes.get(name, "") for name in ("url-tvg", "x-tvg-url", "tvg-url"))
    found = (url.strip(" ,") for url in re.split(r",\s*(?=https?://|$)", listed))
    return Header(tuple(dict.fromkeys(url for url in found if url.startswith(("http://", "https://")))))


def _reason(text: str) -> Reason:
    if _LOCAL.match(text) and "://" not in text:
        return Reason.LOCAL_FILE
    match = _SCHEME.match(text)
    if match is None or match[1].lower() in SCHEMES:
        return Reason.NOT_AN_ADDRESS
    return Reason.LOCAL_FILE if match[1].lower() == "file" else Reason.UNSUPPORTED


def _refuse(text: str) -> None:
    """Raise NotAPlaylist for a first line that no playlist starts with; a bare address is let through."""
    start = text[:200].lower()
    hint = "Check the address, the account and whether the subscription is still running."
    if start.startswith(("<!doctype html", "<html", "<head", "<body", "<script")):
        raise NotAPlaylist("The provider answered with a web page, not with a playlist.", hint=hint)
    if start.startswith("<"):
        raise NotAPlaylist("The answer is XML, not a playlist.", hint="If it is a guide, set it as one (XMLTV).")
    if start.startswith(("{", "[{", '["', "[]")):
        raise NotAPlaylist("The answer is JSON, not a playlist.", hint=hint)
    if _ADDRESS.match(text) is None:
        raise NotAPlaylist("The answer is no playlist: it has neither #EXTM3U nor #EXTINF.", hint=hint)
