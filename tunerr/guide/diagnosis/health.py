"""How good the guide of a channel is: its class, what to do about it, and all channels in figures. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from tunerr.model.guide import ChannelHealth, GuideHealth, GuideStatus

WORST_FIRST: tuple[GuideStatus, ...] = (
    "unlinked",
    "matched_no_programmes",
    "placeholder_only",
    "sparse",
    "good",
    "healthy",
)
"""Classes of channels, those that need the operator most first."""

_RANK = {status: place for place, status in enumerate(WORST_FIRST)}

_ADVICE: dict[GuideStatus, str] = {
    "unlinked": "Link it to a guide: `iptv-tunerr epg-doctor` suggests ids, and how to accept one.",
    "matched_no_programmes": "Its guide lists it without programmes: add another guide, or link it to another id.",
    "placeholder_only": "Its guide repeats nothing but its name: refuse that id, or add another guide.",
    "sparse": "Its guide has next to nothing: add another guide behind this one to fill the gaps.",
}
_TOP_ACTIONS = 5


def status_of(*, matched: bool, rows: int, real: int, least: int) -> GuideStatus:
    """Return the class of a channel (contract §5.7).

    `rows`: programmes that guides have of it, `real`: those that say more than its name; blocks of our own count as
    neither. Fewer real ones than `least` are sparse; a single one is always enough for a `least` below 1.
    """
    if real >= max(least, 1):
        return "healthy" if matched else "good"
    if real:
        return "sparse"
    if rows:
        return "placeholder_only"
    return "matched_no_programmes" if matched else "unlinked"


def worst_first(channels: Iterable[ChannelHealth]) -> list[ChannelHealth]:
    """Sort by class, those that need the operator's attention most first, then by guide number."""
    return sorted(channels, key=lambda row: (_RANK[row.status], _by_number(row.number)))


def actions_of(row: ChannelHealth) -> tuple[str, ...]:
    """Say what to do next for one channel, with the exact commands; empty when nothing is to be done."""
    if row.status not in _ADVICE:
        return ()
    found = [_ADVICE[row.status]]
    if row.links and row.status in {"matched_no_programmes", "placeholder_only"}:
        found.append(f"`{refusal(row.number, row.links[0].guide_id)}`")
    return tuple(found)


def acceptance(channel: str, guide_id: str) -> str:
    """Return the command that links a channel (number or id) to an XMLTV id."""
    return f"iptv-tunerr guide accept {_quoted(channel)} {_quoted(guide_id)}"


def refusal(channel: str, guide_id: str) -> str:
    """Return the command that says that an XMLTV id is not this channel's."""
    return f"iptv-tunerr guide refuse {_quoted(channel)} {_quoted(guide_id)}"


def health_report(health: GuideHealth) -> dict[str, Any]:
    """Return `/guide/health.json` as plain data: `generated_at`, `edition`, `summary` and `channels`, worst first."""
    rows = worst_first(health.channels)
    return {
        "generated_at": health.made_at.isoformat(),
        "edition": health.edition,
        "lineup_version": health.lineup_version,
        "source_ready": True,
        "summary": summary(rows),
        "channels": [row_of(row) for row in rows],
    }


def summary(rows: Iterable[ChannelHealth]) -> dict[str, Any]:
    """Return all channels in figures; `top_actions` are the five that help most channels."""
    rows = list(rows)
    matched = sum(bool(row.links) for row in rows)
    advice = Counter(_ADVICE[row.status] for row in rows if row.status in _ADVICE)
    return {
        "total": len(rows),
        "matched": matched,
        "unmatched": len(rows) - matched,
        "with_programmes": sum(row.programmes > 0 for row in rows),
        "with_real": sum(row.real > 0 for row in rows),
        "placeholder_only": sum(row.status == "placeholder_only" for row in rows),
        "no_programme": sum(row.programmes == 0 for row in rows),
        "statuses": dict(Counter(row.status for row in rows)),
        "match_methods": dict(Counter(row.links[0].method for row in rows if row.links)),
        "top_actions": [{"action": action, "channels": count} for action, count in advice.most_common(_TOP_ACTIONS)],
    }


def row_of(row: ChannelHealth) -> dict[str, Any]:
    """Return one channel with the field names of contract §5.7; times in ISO 8601, empty for none."""
    best = row.links[0] if row.links else None
    return {
        "channel_id": row.channel_id,
        "guide_number": row.number,
        "guide_name": row.name,
        "tvg_id": row.tvg_id,
        "epg_linked": best is not None,
        "guide_id": best.guide_id if best else "",
        "guide_source": best.source if best else "",
        "match_method": best.method if best else "",
        "match_reason": best.reason if best else "",
        "programme_count": row.programmes,
        "real_programme_count": row.real,
        "placeholder_only": row.status == "placeholder_only",
        "has_programmes": row.programmes > 0,
        "has_real_programmes": row.real > 0,
        "first_start": _time(row.first),
        "last_stop": _time(row.last),
        "status": row.status,
        "actions": list(actions_of(row)),
    }


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds else ""


def _by_number(number: str) -> tuple[int, int]:
    major, _, minor = number.partition(".")
    return int(major or 0), int(minor or 0)


def _quoted(text: str) -> str:
    """A word of a shell command, quoted always: what looks plain here may not be plain to every shell."""
    return "'" + text.replace("'", "'\"'\"'") + "'"
