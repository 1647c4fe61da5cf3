"""Worker job `render-guide`: the published guides become one edition for one lineup version."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from tunerr.guide.edition import EditionCounts, EditionSink, building, publish
from tunerr.guide.ids import xmltv_id
from tunerr.guide.markup import clean, element
from tunerr.guide.merge import aligned, merge, placeholders
from tunerr.guide.messages import RenderChannel, RenderRequest
from tunerr.guide.naming import channel_xml
from tunerr.guide.store import GuideStore, Programme
from tunerr.guide.times import format_time

_HOUR = 3600
_HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tv SYSTEM "xmltv.dtd">\n'


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Do what a RenderRequest asks; answers `{"version": ...}`, the rest is on disk (`edition.read`).

    Every lineup channel is in the guide once, in the lineup's order, its programmes behind all channels, sorted by
    time. Equal input gives equal bytes and so the same version. Raises StorageError; the current edition then stays.
    """
    asked = RenderRequest.model_validate(request)
    with GuideStore(asked.guide_db) as store, building(asked.guide_dir) as sink:
        store.remove_strangers(asked.sources)
        counts = _Render(asked, store, sink).run()
        built_at = datetime.fromtimestamp(asked.now, UTC)
        publish(sink, counts, lineup_version=asked.lineup.version, built_at=built_at)
        return {"version": sink.version}


class _Render:
    """One lineup on its way into one sink, a channel at a time."""

    def __init__(self, asked: RenderRequest, store: GuideStore, sink: EditionSink) -> None:
        self._asked = asked
        self._store = store
        self._sink = sink
        published = (store.published(source) for source in asked.sources)
        self._generations = [generation for generation in published if generation is not None]
        day = 24 * _HOUR
        self._window = aligned(asked.now - asked.past_hours * _HOUR, asked.now + asked.future_days * day)

    def run(self) -> EditionCounts:
        channels = self._asked.lineup.channels
        generator = element("tv", attributes=[("generator-info-name", clean(self._asked.generator))])
        self._sink.write(f"{_HEADER}{generator.removesuffix('/>')}>\n".encode())
        for row in channels:
            self._sink.write(f"  {channel_xml(row.number, row.id, row.name, row.logo)}\n".encode())
        linked = programmes = blocks = 0
        for row in channels:
            found = self._programmes(row.tvg_id.strip().lower())
            if found:
                linked += 1
                programmes += len(found)
            else:
                found = placeholders(clean(row.name) or row.number, self._asked.now)
                blocks += len(found)
            self._write(row, found)
        self._sink.write(b"</tv>\n")
        return EditionCounts(channels=len(channels), linked=linked, programmes=programmes, placeholders=blocks)

    def _programmes(self, xmltv_id: str) -> list[Programme]:
        if not xmltv_id:
            return []
        start, stop = self._window
        return merge(self._store.programmes(generation, xmltv_id, start, stop) for generation in self._generations)

    def _write(self, row: RenderChannel, programmes: Iterable[Programme]) -> None:
        channel = xmltv_id(row.number, row.id).encode()
        form = b'  <programme start="%b" stop="%b" channel="%b">%b</programme>\n'
        for start, stop, body in programmes:
            times = (format_time(start).encode(), format_time(stop).encode())
            self._sink.write(form % (*times, channel, body))
