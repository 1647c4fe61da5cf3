"""What the guide policy keeps and leaves out, and why (`/guide/policy.json`). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tunerr.lineup.plan import Decision, Summary
from tunerr.lineup.rules.coverage import GuidePolicy, against
from tunerr.lineup.rules.pipeline import GUIDE_POLICY
from tunerr.model.guide import GuideHealth

_EXAMPLES = 20


def policy_view(
    *,
    policy: GuidePolicy,
    summary: Summary | None,
    dropped: Sequence[Decision],
    health: GuideHealth | None,
    asked: GuidePolicy | None = None,
) -> dict[str, Any]:
    """Return the decisions of the policy in force, and in `would` those of the one that is `asked` for.

    `summary` and `dropped`: the plan in force, and its decisions of that stage; `health`: of what is
    offered. `source_ready` is False while nothing is dropped because the guide isn't ready; `note` says so.
    """
    stage = next((one for one in summary.stages if one.stage == GUIDE_POLICY), None) if summary else None
    note = stage.note if stage else ""
    kept = Counter(row.status for row in health.channels) if health else Counter[str]()
    return {
        "generated_at": health.made_at.isoformat() if health else "",
        "policy": policy,
        "source_ready": health is not None and not note,
        "note": note or ("" if health else "The guide isn't ready: nothing is dropped for it."),
        "kept": summary.kept if summary else 0,
        "dropped": len(dropped),
        "kept_by_status": dict(kept),
        "dropped_by_reason": dict(Counter(_words(one.reason) for one in dropped)),
        "dropped_channels": [
            {"channel_id": one.channel, "guide_name": one.name, "reason": _words(one.reason)}
            for one in dropped[:_EXAMPLES]
        ],
        "would": None if asked is None or health is None else _would(asked, health),
    }


def _would(policy: GuidePolicy, health: GuideHealth) -> dict[str, Any]:
    """What a policy would make of the channels that are offered now."""
    found = [(row, against(policy, row.status, has_tvg_id=bool(row.tvg_id))) for row in health.channels]
    dropped = [(row, reason) for row, reason in found if reason]
    return {
        "policy": policy,
        "kept": len(found) - len(dropped),
        "dropped": len(dropped),
        "dropped_by_reason": dict(Counter(reason for _, reason in dropped)),
        "dropped_channels": [
            {"channel_id": row.channel_id, "guide_name": row.name, "reason": reason}
            for row, reason in dropped[:_EXAMPLES]
        ],
    }


def _words(reason: str) -> str:
    return reason.removeprefix("left out: ")
