"""Worker job `cover-guide`: what the guides have of all channels of the catalog, for the rules that look at it."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from tunerr.catalog.served import CatalogRow, served_channels
from tunerr.guide.diagnosis.judgement import Subject, judge
from tunerr.guide.making.linked import read_guides
from tunerr.guide.making.span import Span
from tunerr.guide.matching.values import Wanted
from tunerr.guide.messages import CoverageAnswer, CoverageRequest, Wish
from tunerr.guide.store import GuideStore
from tunerr.lineup.rules.coverage import GuideCoverage
from tunerr.model.numbers import GuideNumber
from tunerr.storage.connection import open_worker
from tunerr.storage.errors import storage_errors
from tunerr.support.garbage import no_garbage_collection

_NO_WISH = Wish()


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Do what a CoverageRequest asks; answers a CoverageAnswer. Raises StorageError."""
    asked = CoverageRequest.model_validate(request)
    with no_garbage_collection():
        return CoverageAnswer(coverage=_coverage(asked)).model_dump(mode="json")


def _coverage(asked: CoverageRequest) -> GuideCoverage | None:
    with GuideStore(asked.guide_db) as store:
        if all(store.published(source.id) is None for source in asked.sources):
            return None
        subjects = _subjects(asked)
        guides = read_guides(store, asked.sources, [subject.wanted for subject in subjects], asked.matching)
        span = Span.of_edition(asked)
        rows = list(judge(store, guides, subjects, span=span, least=asked.sparse_below))
    return GuideCoverage(
        status={row.channel_id: row.status for row in rows},
        linked=frozenset(row.channel_id for row in rows if row.links),
    )


def _subjects(asked: CoverageRequest) -> list[Subject]:
    with storage_errors(asked.catalog_db), closing(open_worker(asked.catalog_db, kind="catalog")) as db:
        return [_subject(row, asked) for row in served_channels(db, asked.playlists)]


def _subject(row: CatalogRow, asked: CoverageRequest) -> Subject:
    """The channel as `guide.wanted` would describe it, were it offered."""
    wish = asked.wishes.get(row.channel_id, _NO_WISH)
    wanted = Wanted(
        id=row.channel_id,
        names=tuple(dict.fromkeys((wish.name or row.name, *row.names))),
        tvg_id=row.tvg_id.strip(),
        number=str(GuideNumber.parse(row.chno)) if row.chno else "",
        country=asked.countries.get(row.source, ""),
        sources=row.sources,
        chosen=wish.chosen,
        refused=wish.refused,
    )
    return Subject(wanted, shift=wish.shift)
