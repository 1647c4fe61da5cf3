"""What is known of the guide of each channel; made by the guide, read by the rules."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from tunerr.model.guide import GuideStatus

GuidePolicy = Literal["off", "healthy", "strict", "drop_placeholders"]
"""Which channels are offered, by the health of their guide."""


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
        return "its guide has nothing but placeholders" if status == "placeholder_only" else ""
    if status not in {"healthy", "good"}:
        return f"its guide is {status.replace('_', ' ')}"
    return "it has no tvg-id" if policy == "strict" and not has_tvg_id else ""
