"""Worker job `guide-doctor`: what the guides, or one document, have of the lineup; suggestions for what they lack."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

from tunerr.guide.diagnosis.judgement import Subject, judge
from tunerr.guide.diagnosis.skew import skew
from tunerr.guide.making.linked import LinkedGuide, programmes_of, read_guides
from tunerr.guide.making.span import Span
from tunerr.guide.matching.aliases import alias_key
from tunerr.guide.matching.suggestions import suggest
from tunerr.guide.matching.values import Wanted
from tunerr.guide.messages import DoctorAnswer, DoctorRequest, GuideFacts, IngestRequest, RenderSource, Suggested
from tunerr.guide.reading import ingest
from tunerr.guide.rows.programme import details_of
from tunerr.guide.store import GuideStore
from tunerr.model.channel import SourceId
from tunerr.support.garbage import no_garbage_collection

GIVEN = SourceId("given")
"""What the document is called that was given to be judged."""

_EACH = 3
_SURE = 93
"""What a suggestion of the same words has; it may become an alias."""

_DAY = 24 * 3600
_COMPARED = 60  # channels; enough to tell a shift from chance


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Do what a DoctorRequest asks; answers a DoctorAnswer. Nothing is stored.

    Raises StorageError, and for a document what `ingest-guide` raises.
    """
    asked = DoctorRequest.model_validate(request)
    with no_garbage_collection():
        if asked.document is None:
            return _examine(asked).model_dump(mode="json")
        with _database(asked.scratch) as guide_db:
            return _examine(_read(asked, asked.document, guide_db)).model_dump(mode="json")


@contextmanager
def _database(scratch: Path) -> Iterator[Path]:
    """A path for a database of plain files: what a killed worker leaves is removed with the spool's other files."""
    path = scratch / f"doctor-{secrets.token_hex(8)}.db"
    try:
        yield path
    finally:
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)


def _read(asked: DoctorRequest, document: Path, guide_db: Path) -> DoctorRequest:
    """Read the document into a database of its own, which is all that the doctor then looks at."""
    ingest.run(
        IngestRequest(
            path=document,
            source=GIVEN,
            guide_db=guide_db,
            now=asked.now,
            wanted=tuple(row.wanted for row in asked.channels),
            matching=asked.matching,
            retain_past_hours=asked.past_hours,
            horizon_days=-(-asked.future_hours // 24),
        ).model_dump(mode="json")
    )
    return asked.model_copy(update={"guide_db": guide_db, "sources": (RenderSource(id=GIVEN),)})


def _examine(asked: DoctorRequest) -> DoctorAnswer:
    wanted: dict[str, Wanted] = {row.id: row.wanted for row in asked.channels}
    span = Span.of_edition(asked)
    subjects = [Subject(row.wanted, row.number, row.shift) for row in asked.channels]
    with GuideStore(asked.guide_db) as store:
        guides = read_guides(store, asked.sources, list(wanted.values()), asked.matching)
        channels = tuple(judge(store, guides, subjects, span=span, least=asked.sparse_below))
        facts = tuple(_facts(store, guides, place, asked.now) for place in range(len(guides)))
    lost = [wanted[row.channel_id] for row in channels if not row.links]
    suggestions = tuple(_suggestions(guides, lost))
    return DoctorAnswer(channels=channels, guides=facts, suggestions=suggestions, aliases=_aliases(wanted, suggestions))


def _facts(store: GuideStore, guides: Sequence[LinkedGuide], place: int, now: float) -> GuideFacts:
    guide = guides[place]
    gap, other = _skew(store, guides[:place], guide, now)
    ends = (guide.listed[key].last for key in guide.stored if key in guide.listed)
    return GuideFacts(
        source=guide.source,
        listed=len(guide.listed),
        with_programmes=sum(one.programmes > 0 for one in guide.listed.values()),
        matched=len(guide.matches),
        last=max(ends, default=0),
        skew=gap,
        skew_from=other,
    )


def _skew(store: GuideStore, better: Sequence[LinkedGuide], guide: LinkedGuide, now: float) -> tuple[int, str]:
    """Compare the times of the day around now with those of each better guide."""
    start, stop = int(now) - _DAY, int(now) + _DAY
    for other in better:
        both = [one for one in guide.matches if one in other.matches][:_COMPARED]
        found = (programmes_of(store, (other, guide), one, start=start, stop=stop) for one in both)
        pairs = [
            tuple([(row.start, details_of(row.body).title) for row in rows] for _, rows in known)
            for known in found
            if len(known) == 2  # noqa: PLR2004 - both guides have it
        ]
        if gap := skew((ours, theirs) for ours, theirs in pairs):
            return gap, other.source
    return 0, ""


def _suggestions(guides: Sequence[LinkedGuide], lost: Sequence[Wanted]) -> Iterator[Suggested]:
    """Yield the best ids of all guides together, those of one channel after another."""
    found = [
        Suggested(
            channel=one.channel,
            source=guide.source,
            guide_id=one.guide_id,
            guide_name=one.guide_name,
            score=one.score,
            reason=one.reason,
        )
        for guide in guides
        for one in suggest(lost, list(guide.listed.values()), limit_each=_EACH)
    ]
    order = {one.id: place for place, one in enumerate(lost)}
    found.sort(key=lambda one: (order[one.channel], -one.score))
    for _, each in groupby(found, key=lambda one: one.channel):
        best = {one.guide_id.lower(): one for one in reversed(list(each))}
        yield from sorted(best.values(), key=lambda one: -one.score)[:_EACH]


def _aliases(wanted: Mapping[str, Wanted], suggestions: Sequence[Suggested]) -> dict[str, str]:
    """Ids by name for channels of which one suggestion alone is sure."""
    found = {}
    for channel, each in groupby(suggestions, key=lambda one: one.channel):
        sure = [one for one in each if one.score >= _SURE]
        name = wanted[channel].names[0]
        if len(sure) == 1 and alias_key(name):
            found[name] = sure[0].guide_id
    return found
