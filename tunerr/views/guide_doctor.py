"""The guide's diagnosis and its matches as plain data, for pages and commands alike. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tunerr.guide.diagnosis.doctor import Findings, diagnose, verdict
from tunerr.guide.diagnosis.health import acceptance, row_of, summary, worst_first
from tunerr.model.guide import ChannelHealth


def doctor_view(found: Findings) -> dict[str, Any]:
    """Return `/guide/doctor.json`: `verdict`, `problems`, `summary`, `suggestions` and `name_to_xmltv_id`."""
    problems = diagnose(found)
    numbers: dict[str, str] = {row.channel_id: row.number for row in found.answer.channels}
    return {
        "generated_at": found.now.isoformat(),
        "source_ready": bool(found.answer.guides),
        "verdict": verdict(found, problems),
        "problems": [asdict(problem) for problem in problems],
        "summary": summary(found.answer.channels),
        "guides": [one.model_dump() for one in found.answer.guides],
        "suggestions": [
            {
                "channel_id": one.channel,
                "guide_number": numbers.get(one.channel, ""),
                **one.model_dump(exclude={"channel"}),
                "command": acceptance(numbers.get(one.channel) or one.channel, one.guide_id),
            }
            for one in found.answer.suggestions
        ],
        "name_to_xmltv_id": found.answer.aliases,
    }


def link_report(channels: Sequence[ChannelHealth], *, limit: int | None = None) -> dict[str, Any]:
    """Return `/guide/lineup-match.json` and what `epg-link-report` prints: where each channel was found, and why.

    Channels without a guide come first; `limit` cuts the list, never the figures.
    """
    rows = worst_first(channels)
    figures = summary(rows)
    return {
        "summary": {name: figures[name] for name in ("total", "matched", "unmatched", "match_methods")},
        "channels": [_linked(row) for row in (rows if limit is None else rows[:limit])],
    }


def _linked(row: ChannelHealth) -> dict[str, Any]:
    fields = (
        *("channel_id", "guide_number", "guide_name", "tvg_id", "epg_linked"),
        *("guide_id", "guide_source", "match_method", "match_reason", "status"),
    )
    told = row_of(row)
    return {name: told[name] for name in fields}
