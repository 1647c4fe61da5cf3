"""What the operator wants of one channel, whatever its provider says."""

from __future__ import annotations

from dataclasses import dataclass

from tunerr.model.numbers import GuideNumber


@dataclass(frozen=True, slots=True)
class ChannelOverride:
    """None and empty leave a thing as the provider has it.

    `enabled` True puts the channel in past every filter, False takes it out. `order`: lower comes first, before all
    channels without one. `guide_id`: the XMLTV id it is linked to. `streams`: keys of streams
    (`catalog.keys.stream_key`) in the order in which they are tried; those not named follow.
    """

    enabled: bool | None = None
    name: str | None = None
    number: GuideNumber | None = None
    logo: str | None = None
    group: str | None = None
    order: int | None = None
    guide_id: str | None = None
    streams: tuple[str, ...] = ()
