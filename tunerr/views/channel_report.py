"""How far each offered channel can be trusted: its guide and its streams, scored (contract §5.8). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from tunerr.guide.diagnosis.health import actions_of
from tunerr.lineup.rules.scores import Score
from tunerr.model.channel import Lineup, LineupChannel
from tunerr.model.guide import ChannelHealth, GuideHealth

_TOP = 5
_NO_TVG_ID = "Ask the provider for tvg-ids, or choose a guide id: the channel is then found again after a rename."
_NO_BACKUP = "Add a second source that has the channel: it is then a backup when the first one fails."
_NO_STREAM = "It has no stream: look at its source with `iptv-tunerr source list`."
_NO_NUMBER = "Its source gives it no number; it has one of ours."


class _Judged(NamedTuple):
    row: LineupChannel
    health: ChannelHealth | None
    score: Score
    strengths: tuple[str, ...]
    risks: tuple[str, ...]
    actions: tuple[str, ...]


def channel_report(lineup: Lineup, health: GuideHealth | None) -> dict[str, Any]:
    """Return `/channels/report.json`: `summary` and `channels` in the lineup's order. URLs are redacted."""
    judged = _judged(lineup, health)
    return {"summary": _summary(judged), "channels": [_row(one) for one in judged]}


def channel_leaderboard(lineup: Lineup, health: GuideHealth | None, *, limit: int = 10) -> dict[str, Any]:
    """Return `/channels/leaderboard.json`: the best, the worst, and the greatest risks by guide and by streams."""
    judged = _judged(lineup, health)
    best = sorted(judged, key=lambda one: (-one.score.total, -one.score.guide, one.row.channel.name))
    worst = sorted(judged, key=lambda one: (one.score.total, -len(one.risks), one.row.channel.name))
    guide = sorted(judged, key=lambda one: (one.score.guide, one.score.stream, one.row.channel.name))
    streams = sorted(judged, key=lambda one: (one.score.stream, one.score.guide, one.row.channel.name))
    return {
        "total_channels": len(judged),
        "hall_of_fame": [_row(one) for one in best[:limit]],
        "hall_of_shame": [_row(one) for one in worst[:limit]],
        "guide_risks": [_row(one) for one in guide[:limit]],
        "stream_risks": [_row(one) for one in streams[:limit]],
    }


def channel_dna(lineup: Lineup) -> dict[str, Any]:
    """Return `/channels/dna.json`: each identity with everything that was recognised as it.

    Groups with most streams come first: there a wrong match would show.
    """
    groups = [_identity(row) for row in lineup.channels]
    groups.sort(key=lambda group: (-group["stream_count"], group["dna_id"]))
    return {
        "summary": {
            "total_channels": len(groups),
            "with_several_streams": sum(group["stream_count"] > 1 for group in groups),
            "with_several_sources": sum(len(group["sources"]) > 1 for group in groups),
            "with_several_names": sum(len(group["names"]) > 1 for group in groups),
        },
        "channels": groups,
    }


def _judged(lineup: Lineup, health: GuideHealth | None) -> list[_Judged]:
    known = health.by_id if health is not None else {}
    return [_judge(row, known.get(row.channel.id)) for row in lineup.channels]


def _judge(row: LineupChannel, health: ChannelHealth | None) -> _Judged:
    channel = row.channel
    linked, streams = bool(health and health.links), len(channel.streams)
    score = Score(
        25 * linked + 15 * bool(channel.tvg_id) + 10 * (channel.wanted_number is not None),
        20 * (streams > 0) + 20 * (streams > 1) + 10,
    )
    facts = (
        (linked, "linked to a guide", "not linked to a guide", ""),
        (bool(channel.tvg_id), "has a tvg-id", "no tvg-id", _NO_TVG_ID),
        (channel.wanted_number is not None, "its source numbers it", "its source gives no number", _NO_NUMBER),
        (streams > 0, "has a stream", "no stream", _NO_STREAM),
        (streams > 1, "has backup streams", "no backup stream", _NO_BACKUP),
        (bool(health and health.real), "has real programmes", "no real programmes", ""),
    )
    return _Judged(
        row,
        health,
        score,
        strengths=tuple(good for is_so, good, _, _ in facts if is_so),
        risks=tuple(bad for is_so, _, bad, _ in facts if not is_so),
        actions=(
            *(actions_of(health) if health else ()),
            *(action for is_so, _, _, action in facts if action and not is_so),
        ),
    )


def _summary(judged: Sequence[_Judged]) -> dict[str, Any]:
    total = len(judged)
    risks = Counter(risk for one in judged for risk in one.risks)
    methods = Counter(one.health.links[0].method for one in judged if one.health and one.health.links)
    return {
        "total_channels": total,
        "epg_linked_channels": methods.total(),
        "missing_tvg_id": sum(not one.row.channel.tvg_id for one in judged),
        "no_backup_streams": sum(len(one.row.channel.streams) < 2 for one in judged),  # noqa: PLR2004 - two: a backup
        "average_score": round(sum(one.score.total for one in judged) / total) if total else 0,
        "tier_counts": dict(Counter(one.score.tier for one in judged)),
        "top_opportunities": [{"risk": risk, "channels": count} for risk, count in risks.most_common(_TOP)],
        "epg_match_summary": {"methods": dict(methods), "unmatched": total - methods.total()},
    }


def _row(one: _Judged) -> dict[str, Any]:
    channel = one.row.channel
    best = one.health.links[0] if one.health and one.health.links else None
    streams = len(channel.streams)
    return {
        "channel_id": channel.id,
        "dna_id": channel.id,
        "guide_number": str(one.row.number),
        "guide_name": channel.name,
        "tvg_id": channel.tvg_id,
        "epg_linked": best is not None,
        "primary_stream_url": str(channel.streams[0].url) if streams else "",
        "stream_url_count": streams,
        "backup_stream_count": max(streams - 1, 0),
        "guide_confidence": one.score.guide,
        "stream_resilience": one.score.stream,
        "score": one.score.total,
        "tier": one.score.tier,
        "epg_match_method": best.method if best else "",
        "epg_match_reason": best.reason if best else "",
        "strengths": list(one.strengths),
        "risks": list(one.risks),
        "next_actions": list(one.actions),
    }


def _identity(row: LineupChannel) -> dict[str, Any]:
    channel = row.channel
    return {
        "dna_id": channel.id,
        "guide_number": str(row.number),
        "guide_name": channel.name,
        "tvg_id": channel.tvg_id,
        "names": list(dict.fromkeys((channel.name, *(stream.name for stream in channel.streams if stream.name)))),
        "sources": list(dict.fromkeys(stream.source for stream in channel.streams)),
        "stream_count": len(channel.streams),
    }
