"""Groups, recipe and lineup as the described system's programs read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tunerr.lineup.plan import Summary
from tunerr.lineup.rules.recipe_file import ProgrammingRecipe
from tunerr.model.channel import Lineup
from tunerr.views.groups import GroupRow


def categories_report(rows: Iterable[GroupRow], total: int) -> dict[str, Any]:
    """Say of each group how many channels it has and offers, and whether it is picked."""
    return {
        "total": total,
        "categories": [
            {
                "id": row.id,
                "label": row.title,
                "source": row.source,
                "channel_count": row.channels,
                "offered_count": row.chosen,
                "selected": row.pick == "include",
                "excluded": row.pick == "exclude",
            }
            for row in rows
        ],
    }


def recipe_report(programming: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole recipe, version 1."""
    return ProgrammingRecipe.model_validate(programming).model_dump(mode="json")


def channels_report(programming: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the channels that the recipe names, and how many."""
    included, excluded = (programming.get(f"{kind}_channel_ids", ()) for kind in ("included", "excluded"))
    rows = [
        {"channel_id": one, "name": names.get(one, ""), "action": action}
        for action, ids in (("include", included), ("exclude", excluded))
        for one in ids
    ]
    return {"included_count": len(included), "excluded_count": len(excluded), "channels": rows}


def order_report(programming: Mapping[str, Any]) -> dict[str, Any]:
    """Return the recipe's own order."""
    return {
        "order_mode": programming.get("order_mode", "source"),
        "custom_order": list(programming.get("custom_order", ())),
        "collapse_backups": bool(programming.get("collapse_exact_backups", False)),
    }


def preview_report(summary: Summary | None, lineup: Lineup | None, *, base: str, limit: int) -> dict[str, Any]:
    """Return what is offered now, its channels by group, and the first `limit` of it with addresses below `base`."""
    rows: Sequence[Any] = lineup.channels if lineup else ()
    buckets = Counter(row.channel.group for row in rows)
    return {
        "raw_channels": summary.raw if summary else 0,
        "curated_channels": len(rows),
        "buckets": [{"label": label, "count": count} for label, count in buckets.most_common()],
        "lineup": [
            {
                "channel_id": row.channel.id,
                "guide_number": str(row.number),
                "guide_name": row.channel.name,
                "group_title": row.channel.group,
                "stream_urls": [f"{base}/auto/v{row.number}"],
            }
            for row in rows[:limit]
        ],
        "harvest_ready": False,
        "harvest_lineups": [],
    }
