"""What is known of the guide of each channel; made by the guide, read by the rules."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from tunerr.model.guide import GuideStatus

GuidePolicy = Literal["off", "healthy", "strict", "drop_placeholders"]
"""Which channels are offered, by the health of their guide."""


_POOR: dict[GuideStatus, str] = {
    "unlinked": "no guide has it",
    "matched_no_programmes": "its guide has no programmes for it",
    "placeholder_only": "its guide has nothing but placeholders",
    "sparse": "its guide says next to nothing",
}


class GuideCoverage(BaseModel):
    """Health by channel id, and the channels that are linked to a guide. A channel in neither is unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: dict[str, GuideStatus] = {}
    linked: frozenset[str] = frozenset()


def against(policy: GuidePolicy, status: GuideStatus, *, has_tvg_id: bool) -> str:
    """Say why `policy` leaves a channel out, empty when it keeps it."""
    if policy == "off":
        return ""
    if policy == "drop_placeholders":
        return _POOR[status] if status == "placeholder_only" else ""
    if status not in {"healthy", "good"}:
        return _POOR[status]
    return "it has no tvg-id" if policy == "strict" and not has_tvg_id else ""
