"""Worker job `render-guide`: the published guides become one edition for one lineup version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from tunerr.guide.diagnosis import health_file
from tunerr.guide.diagnosis.health import status_of
from tunerr.guide.making.airing import Airing, airings
from tunerr.guide.making.edition import EditionCounts, EditionSink, building, publish
from tunerr.guide.making.guide_file import PROGRAMME, GuideFile
from tunerr.guide.making.ids import xmltv_id
from tunerr.guide.making.linked import LinkedGuide, links_of, programmes_of, read_guides
from tunerr.guide.making.naming import channel_xml
from tunerr.guide.making.span import Span
from tunerr.guide.messages import RenderAnswer, RenderChannel, RenderRequest
from tunerr.guide.rows.markup import clean, element, web_address
from tunerr.guide.rows.real import is_real
from tunerr.guide.rows.times import format_time
from tunerr.guide.store import GuideStore
from tunerr.model.guide import ChannelHealth, GuideHealth, GuideLink
from tunerr.support.garbage import no_garbage_collection

_HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tv SYSTEM "xmltv.dtd">\n'


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Do what a RenderRequest asks; answers a RenderAnswer, the rest is on disk (`edition.read`, `health_file.read`).

    Every lineup channel is in the guide once, in the lineup's order, its programmes behind all channels, sorted by
    time, one on each line. Equal input gives equal bytes and so the same version. Where channels were found is
    remembered. Raises StorageError; the current edition then stays.
    """
    asked = RenderRequest.model_validate(request)
    with no_garbage_collection(), GuideStore(asked.guide_db) as store, building(asked.guide_dir) as sink:
        store.remove_strangers([source.id for source in asked.sources])
        guides = read_guides(store, asked.sources, [row.wanted for row in asked.lineup.channels], asked.matching)
        for guide in guides:
            store.remember(guide.source, guide.matches, asked.now)
        render = _Render(asked, store, guides, sink)
        render.run()
        made_at = datetime.fromtimestamp(asked.now, UTC)
        publish(sink, render.counts(), lineup_version=asked.lineup.version, built_at=made_at)
        health_file.write(
            asked.guide_dir, GuideHealth(sink.version, asked.lineup.version, made_at, tuple(render.health))
        )
        missing = {guide.source: guide.missing for guide in guides if guide.missing}
        return RenderAnswer(version=sink.version, missing=missing).model_dump()


class _Render:
    """One lineup on its way into one sink, a channel at a time."""

    def __init__(
        self, asked: RenderRequest, store: GuideStore, guides: Sequence[LinkedGuide], sink: EditionSink
    ) -> None:
        self._asked = asked
        self._store = store
        self._guides = guides
        self._sink = sink
        self._span = Span.of_edition(asked)
        self._shown = 0
        self.health: list[ChannelHealth] = []

    def run(self) -> None:
        channels = self._asked.lineup.channels
        links = {row.id: links_of(self._guides, row.id) for row in channels}
        prune = self._asked.prune and any(links.values())  # without any guide nobody is left out
        shown = [row for row in channels if links[row.id] or not prune]
        self._shown = len(shown)
        self._head(shown, links)
        for row in channels:
            rows: list[Airing] = []
            if links[row.id] or not prune:
                rows = self._airings(row)
                self._write(row, rows)
            self.health.append(self._judged(row, links[row.id], rows))
        for file in self._files():
            file.write(b"</tv>\n")

    def counts(self) -> EditionCounts:
        return EditionCounts(
            channels=self._shown,
            linked=sum(row.programmes > 0 for row in self.health),
            programmes=sum(row.programmes for row in self.health),
            placeholders=sum(row.placeholders for row in self.health),
        )

    def _head(self, shown: Sequence[RenderChannel], links: dict[Any, tuple[GuideLink, ...]]) -> None:
        for device in sorted({row.device for row in self._asked.lineup.channels if row.device > 1}):
            self._sink.device(device)
        generator = element("tv", attributes=[("generator-info-name", clean(self._asked.generator))])
        for file in self._files():
            file.write(f"{_HEADER}{generator.removesuffix('/>')}>\n".encode())
        for row in shown:
            logo = web_address(row.logo) or self._icon(links[row.id])
            self._put(row, f"  {channel_xml(row.number, row.id, row.name, logo)}\n".encode())

    def _icon(self, links: Sequence[GuideLink]) -> str:
        """Return what the best of the guides that have one shows for the channel."""
        guides = {guide.source: guide.listed for guide in self._guides}
        found = (guides[link.source].get(link.guide_id.lower()) for link in links)
        return next((one.icon for one in found if one is not None and one.icon), "")

    def _airings(self, row: RenderChannel) -> list[Airing]:
        start, stop = self._span
        found = programmes_of(self._store, self._guides, row.id, start=start, stop=stop, shift=row.shift)
        return airings(
            found,
            name=clean(row.name) or row.number,
            start=start,
            stop=stop,
            now=self._asked.now,
            country=row.wanted.country,
        )

    def _write(self, row: RenderChannel, rows: Sequence[Airing]) -> None:
        channel = xmltv_id(row.number, row.id).encode()
        lines = [PROGRAMME % (_written(start), _written(stop), channel, body) for start, stop, body, _ in rows]
        self._put(row, b"".join(lines))

    def _put(self, row: RenderChannel, text: bytes) -> None:
        self._sink.whole.write(text)
        if row.device in self._sink.devices:
            self._sink.device(row.device).write(text)

    def _files(self) -> list[GuideFile]:
        return [self._sink.whole, *map(self._sink.device, self._sink.devices)]

    def _judged(self, row: RenderChannel, links: tuple[GuideLink, ...], rows: Sequence[Airing]) -> ChannelHealth:
        given = [one for one in rows if one.source]
        real = sum(is_real(one.body, row.name) for one in given)
        return ChannelHealth(
            channel_id=row.id,
            number=row.number,
            name=row.name,
            tvg_id=row.wanted.tvg_id,
            status=status_of(matched=bool(links), rows=len(given), real=real, least=self._asked.sparse_below),
            links=links,
            programmes=len(given),
            real=real,
            placeholders=len(rows) - len(given),
            first=given[0].start if given else 0,
            last=given[-1].stop if given else 0,
        )


@lru_cache(maxsize=1 << 16)
def _written(seconds: int) -> bytes:
    return format_time(seconds).encode()
