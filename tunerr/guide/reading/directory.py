"""The channels that one guide document lists, gathered while it is read."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping

from lxml import etree

from tunerr.guide.matching.values import Listed
from tunerr.guide.rows.markup import clean, web_address

# 40 times the largest guide known.
_MOST_CHANNELS = 200_000
# More is no channel but an attack on the memory.
_MOST_NAMES = 16
_LONGEST_TEXT = 500
_BARE_NUMBER = re.compile(r"\d{1,5}(?:[.-]\d{1,4})?", re.ASCII)


class Entry:
    """One channel of the guide. `id` as written, `key` in lower case; `rows`: in the document.

    `taken`: its programmes are to be stored, `title` is then what the lineup calls it. `first` and `last`: start and
    stop of what was stored, in Unix seconds, 0 without any. `loose`: only the database can tell where its programmes
    end. `before`: what was known of it before this document.
    """

    __slots__ = ("before", "first", "icon", "id", "key", "last", "loose", "names", "numbers", "rows", "taken", "title")

    def __init__(self, xmltv_id: str) -> None:
        self.id = xmltv_id
        self.key = xmltv_id.lower()
        self.names: tuple[str, ...] = ()
        self.numbers: tuple[str, ...] = ()
        self.icon = ""
        self.title = ""
        self.before: Listed | None = None
        self.forget()

    def forget(self) -> None:
        """Begin anew with its programmes."""
        self.rows = self.first = self.last = 0
        self.taken = self.loose = False

    def listed(self) -> Listed:
        """The entry as matching and reports see it; the counts are those of before where nothing is new."""
        before = self.before if self.before is not None and not self.rows else None
        counts = (self.rows, self.first, self.last) if before is None else before[4:]
        return Listed(self.id, self.names, self.numbers, self.icon, *counts)


class Directory:
    """Entries by their id in lower case; at most 200,000 of them, the rest is as if it weren't there.

    `changed`: whether there is more in it than at the last look; whoever looks sets it back. `expected`: for ids that
    turn up by a programme only, what the lineup calls them; no others are taken then.
    """

    def __init__(self) -> None:
        self.changed = True
        self._entries: dict[str, Entry] = {}
        self._written: dict[str | None, Entry | None] = {}
        self.expected: Mapping[str, str] = {}

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def of_programme(self, written: str | None) -> Entry | None:
        """The entry that a programme belongs to by its attribute `channel`; None when that is empty."""
        try:
            return self._written[written]
        except KeyError:
            entry = self._entry(written)
            if entry is not None and not entry.taken and entry.key in self.expected:
                entry.taken, entry.title = True, self.expected[entry.key]
            if len(self._written) <= _MOST_CHANNELS and len(written or "") <= _LONGEST_TEXT:
                self._written[written] = entry
            return entry

    def add(self, channel: etree._Element) -> None:
        """Enter what a `<channel>` says; one that says it twice adds names only."""
        entry = self._entry(channel.get("id"))
        if entry is None:
            return
        texts = [clean("".join(node.itertext()))[:_LONGEST_TEXT] for node in channel.iterfind("display-name")]
        lcn = [clean(node.text) for node in channel.iterfind("lcn")]
        bare = (text for text in (*lcn, *texts) if _BARE_NUMBER.fullmatch(text))
        self.changed = True
        entry.names = _merged(entry.names, texts)
        entry.numbers = _merged(entry.numbers, bare)
        icon = channel.find("icon")
        if icon is not None and not entry.icon:
            entry.icon = web_address(icon.get("src"))[:_LONGEST_TEXT]

    def remember(self, before: Iterable[Listed]) -> None:
        """Enter what an earlier document listed: names that are missing, and counts (see `Entry.listed`)."""
        for known in before:
            entry = self._entry(known.id)
            if entry is None:
                continue
            entry.before = known
            if not entry.names:
                self.changed = True
                entry.names, entry.numbers, entry.icon = known.names, known.numbers, known.icon

    def take(self, titles: Mapping[str, str]) -> None:
        """Say which channels are wanted: the lineup's names by id in lower case; those that aren't here may come."""
        for key, title in titles.items():
            if (entry := self._entries.get(key)) is not None:
                entry.taken, entry.title = True, title
        self.expected = {key: title for key, title in titles.items() if key not in self._entries}

    def forget(self) -> None:
        """Begin anew with the programmes of all entries."""
        for entry in self:
            entry.forget()

    def skipped(self, keys: Container[str]) -> bool:
        """Whether one of `keys` has programmes that were only counted."""
        return any(entry.rows and not entry.taken and entry.key in keys for entry in self)

    def decide(self, keys: Container[str]) -> list[str]:
        """Take `keys` and no others; returns those that had programmes stored in vain."""
        vain = [entry.key for entry in self if entry.first and entry.key not in keys]
        for entry in self:
            entry.taken = entry.key in keys
            if not entry.taken:
                entry.first = entry.last = 0
        return vain

    def listed(self) -> list[Listed]:
        """All entries."""
        return [entry.listed() for entry in self]

    def _entry(self, written: str | None) -> Entry | None:
        xmltv_id = (written or "").strip()[:_LONGEST_TEXT]
        if not xmltv_id:
            return None
        entry = self._entries.get(xmltv_id.lower())
        if entry is None and len(self._entries) < _MOST_CHANNELS:
            self.changed = True
            entry = Entry(xmltv_id)
            self._entries[entry.key] = entry
        return entry


def _merged(known: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *filter(None, more))))[:_MOST_NAMES]
