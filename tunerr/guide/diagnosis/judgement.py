"""What the guides in the database have of channels, offered or not, judged as the edition would show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tunerr.guide.diagnosis.health import status_of
from tunerr.guide.making.linked import LinkedGuide, links_of, programmes_of
from tunerr.guide.making.merge import merge
from tunerr.guide.making.span import Span
from tunerr.guide.matching.values import Wanted
from tunerr.guide.rows.real import is_real
from tunerr.guide.store import GuideStore
from tunerr.model.channel import ChannelId
from tunerr.model.guide import ChannelHealth


class Subject(NamedTuple):
    """A channel to be judged. `number`: empty while it isn't offered; `shift`: the operator's, of its guide's times."""

    wanted: Wanted
    number: str = ""
    shift: str = ""


def judge(
    store: GuideStore, guides: Sequence[LinkedGuide], subjects: Iterable[Subject], *, span: Span, least: int
) -> Iterator[ChannelHealth]:
    """Judge each subject by the programmes of all guides that it was found in, merged as they are rendered.

    Programmes of channels that nobody wants are only counted when a guide is read. They pass for real: what is offered
    for that is read before it is judged again. Raises StorageError.
    """
    for subject in subjects:
        yield _judged(store, guides, subject, span=span, least=least)


def _judged(
    store: GuideStore, guides: Sequence[LinkedGuide], subject: Subject, *, span: Span, least: int
) -> ChannelHealth:
    name, channel = subject.wanted.names[0], subject.wanted.id
    links = links_of(guides, channel)
    found = programmes_of(store, guides, channel, start=span.start, stop=span.stop, shift=subject.shift)
    merged = merge(rows for _, rows in found)
    unread = max((_unread(guide, channel) for guide in guides), default=0)
    rows = max(len(merged), unread)
    real = max(sum(is_real(row.body, name) for row in merged), unread)
    return ChannelHealth(
        channel_id=ChannelId(channel),
        number=subject.number,
        name=name,
        tvg_id=subject.wanted.tvg_id,
        status=status_of(matched=bool(links), rows=rows, real=real, least=least),
        links=links,
        programmes=rows,
        real=real,
        first=merged[0].start if merged else 0,
        last=max((row.stop for row in merged), default=0),
    )


def _unread(guide: LinkedGuide, channel: str) -> int:
    """Rows that the guide has of a channel, none of which was stored."""
    found = guide.matches.get(channel)
    key = found.guide_id.lower() if found else ""
    return guide.listed[key].programmes if key in guide.listed and key not in guide.stored else 0
