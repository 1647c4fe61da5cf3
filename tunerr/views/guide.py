"""Read models of the guide: health, what is on, what is stored, what was found. Values in, plain data out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from tunerr.guide.diagnosis.health import health_report, summary
from tunerr.guide.lookup.highlights import Highlights, Showing
from tunerr.guide.lookup.stored import Stored, StoredGuide
from tunerr.guide.making.airing import Airing
from tunerr.guide.rows.programme import details_of
from tunerr.model.channel import Lineup, LineupChannel
from tunerr.model.guide import GuideHealth
from tunerr.model.status import GuideEdition
from tunerr.views.guide_doctor import link_report


def head(now: datetime, health: GuideHealth | None) -> dict[str, Any]:
    """What each report says first; `source_ready`: there is an edition of the guide."""
    return {"generated_at": now.isoformat(timespec="seconds"), "source_ready": health is not None}


def health_view(health: GuideHealth | None, now: datetime) -> dict[str, Any]:
    """`/guide/health.json`; no channels before the first edition."""
    if health is None:
        return {**head(now, None), "summary": summary(()), "channels": []}
    return health_report(health)


def match_view(
    lineup: Lineup | None, health: GuideHealth | None, edition: GuideEdition | None, *, limit: int, now: datetime
) -> dict[str, Any]:
    """`/guide/lineup-match.json`: in which guide each channel was found; of the worst, `limit` one by one.

    `guide_is_current` is False while the guide of a changed lineup is being made; `not_in_guide` counts its channels
    that came since.
    """
    known = health.by_id if health is not None else {}
    rows = [row.channel.id for row in lineup.channels] if lineup is not None else []
    return {
        **head(now, health),
        "guide_is_current": lineup is not None and edition is not None and edition.lineup_version == lineup.version,
        "lineup_channels": len(rows),
        "not_in_guide": sum(row not in known for row in rows),
        **link_report([known[row] for row in rows if row in known], limit=limit),
    }


def highlights_view(found: Highlights, health: GuideHealth | None, *, soon: int, now: datetime) -> dict[str, Any]:
    """`/guide/highlights.json`; `soon` in seconds."""
    return {
        **head(now, health),
        "soon_seconds": soon,
        "current": [_showing(one, now) for one in found.current],
        "starting_soon": [_showing(one, now) for one in found.soon],
        "sports_now": [_showing(one, now) for one in found.sports],
        "movies": [_showing(one, now) for one in found.movies],
    }


def preview_view(
    rows: Sequence[tuple[LineupChannel, Airing]],
    health: GuideHealth | None,
    *,
    window: tuple[int, int],
    truncated: bool,
    now: datetime,
) -> dict[str, Any]:
    """`/ui/guide-preview.json`: what is on from the start to the stop of `window` (Unix seconds), by channel."""
    return {
        **head(now, health),
        "from": _time(window[0]),
        "to": _time(window[1]),
        "truncated": truncated,
        "rows": [
            _programme(Showing(row, airing, details_of(airing.body)), placeholder=not airing.source)
            for row, airing in rows
        ],
    }


def search_view(text: str, hits: Iterable[Showing], health: GuideHealth | None, *, now: datetime) -> dict[str, Any]:
    """`/guide/search.json`."""
    found = [_programme(hit, upcoming=hit.airing.stop > now.timestamp()) for hit in hits]
    return {**head(now, health), "q": text, "count": len(found), "results": found}


def found_programmes(hits: Iterable[Showing]) -> list[dict[str, str]]:
    """The same as lines for a terminal."""
    return [
        {
            "start": _time(hit.airing.start),
            "stop": _time(hit.airing.stop),
            "number": str(hit.row.number),
            "channel": hit.row.channel.name,
            "title": hit.details.title,
            "sub_title": hit.details.sub_title,
        }
        for hit in hits
    ]


def store_view(stored: Stored, health: GuideHealth | None, *, detail: bool, now: datetime) -> dict[str, Any]:
    """`/guide/epg-store.json`; with `detail` each guide by itself."""
    guides = stored.guides
    report: dict[str, Any] = {
        **head(now, health),
        "enabled": True,
        "programme_count": sum(guide.programmes for guide in guides),
        "channel_count": sum(guide.channels for guide in guides),
        "first_start": _time(min((guide.first for guide in guides if guide.first), default=0)),
        "last_stop": _time(max((guide.last for guide in guides), default=0)),
        "size_bytes": stored.size,
        "free_bytes": stored.free,
    }
    if detail:
        report |= {"searchable_texts": stored.texts, "sources": [_source(guide) for guide in guides]}
    return report


def _source(guide: StoredGuide) -> dict[str, Any]:
    return {
        "source": guide.source,
        "built_at": _time(guide.built_at),
        "listed_channels": guide.listed,
        "stored_channels": guide.stored,
        "channel_count": guide.channels,
        "programme_count": guide.programmes,
        "first_start": _time(guide.first),
        "last_stop": _time(guide.last),
        "searchable": bool(guide.searchable),
    }


def _showing(showing: Showing, now: datetime) -> dict[str, Any]:
    begins_in = showing.airing.start - int(now.timestamp())
    return _programme(showing, starts_in_seconds=max(begins_in, 0))


def _programme(showing: Showing, **more: Any) -> dict[str, Any]:
    row, airing, details = showing
    return {
        "channel_id": row.channel.id,
        "guide_number": str(row.number),
        "guide_name": row.channel.name,
        "start": _time(airing.start),
        "stop": _time(airing.stop),
        "source": airing.source,
        **more,
        "title": details.title,
        "sub_title": details.sub_title,
        "desc": details.description,
        "categories": list(details.categories),
        "episode": details.episode,
        "date": details.date,
        "icon": details.icon,
        "rating": details.rating,
        "new": details.new,
        "live": details.live,
        "premiere": details.premiere,
        "repeat": details.repeat,
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds") if seconds else ""
