"""What is known of the guide of each channel; made by the guide, read by the rules."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

GuideStatus = Literal["healthy", "good", "sparse", "placeholder_only", "matched_no_programmes", "unlinked"]


class GuideCoverage(BaseModel):
    """Health by channel id, and the channels that are linked to a guide. A channel in neither is unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: dict[str, GuideStatus] = {}
    linked: frozenset[str] = frozenset()
