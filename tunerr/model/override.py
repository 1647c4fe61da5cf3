"""What the operator wants of one channel, whatever its provider says."""

from __future__ import annotations

from dataclasses import dataclass

from tunerr.model.numbers import GuideNumber


@dataclass(frozen=True, slots=True)
class ChannelOverride:
    """None and empty leave a thing as the provider has it.

    `enabled` True puts the channel in past every filter, False takes it out. `order`: lower comes first, before all
    channels without one. `guide_id`: the XMLTV id it is linked to; `guide_refused`: ids, in lower case, that it must
    not be linked to; `guide_shift`: how its guide's times are moved, as `model.source.Programmes.shift`. `streams`:
    keys of streams (`catalog.keys.stream_key`) in the order in which they are tried; those not named follow.
    """

    enabled: bool | None = None
    name: str | None = None
    number: GuideNumber | None = None
    logo: str | None = None
    group: str | None = None
    order: int | None = None
    guide_id: str | None = None
    guide_refused: tuple[str, ...] = ()
    guide_shift: str | None = None
    streams: tuple[str, ...] = ()
