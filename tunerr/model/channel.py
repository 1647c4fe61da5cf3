"""Channels and streams as the catalog knows them, and the lineup that is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import NewType

from tunerr.model.numbers import GuideNumber
from tunerr.model.url import SecretUrl, Zone

ChannelId = NewType("ChannelId", str)
"""Stable identity, `dna-` and 16 hex digits; survives renames, renumbering and reordering."""

SourceId = NewType("SourceId", str)
"""Name of a provider source, for example `m3u`, `m3u-2`, `xtream`, `demo`."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One way to get a channel. `zone` is that of the document that named the URL; `headers` go to the upstream.

    `allow_lan`: its source's setting; the stream and all that it names may be in the local network. `proxy`: how it is
    reached, None for directly. `name` is what its source calls it, with the words that tell its quality.
    `one_account`: all streams of its source, on whatever host, share one account.
    """

    url: SecretUrl
    source: SourceId
    zone: Zone
    headers: tuple[tuple[str, str], ...] = ()
    allow_lan: bool = False
    proxy: SecretUrl | None = None
    name: str = ""
    one_account: bool = False


@dataclass(frozen=True, slots=True)
class GuideWish:
    """What the operator wants of one channel's guide. `chosen`: the XMLTV id it is linked to, empty for no wish.

    `refused`: ids, in lower case, that it must not be linked to. `shift`: as `support.timeshift.TimeShift` is written.
    """

    chosen: str = ""
    refused: tuple[str, ...] = ()
    shift: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel of the catalog; `streams` are ranked, the first one is tried first. `guide`: the operator's wish."""

    id: ChannelId
    name: str
    tvg_id: str = ""
    group: str = ""
    logo: str = ""
    wanted_number: GuideNumber | None = None
    radio: bool = False
    streams: tuple[Stream, ...] = ()
    guide: GuideWish = GuideWish()


@dataclass(frozen=True, slots=True)
class LineupChannel:
    """A channel with the number it is offered under; `device` is the one that offers it, 1 the main one."""

    number: GuideNumber
    channel: Channel
    favorite: bool = False
    device: int = 1


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Channels of the catalog that are not offered, with the reason that the operator reads."""

    count: int
    reason: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lineup:
    """What is offered, on all devices, immutable. `version` changes exactly when a channel in it changed.

    `notes` are sentences for the operator: wishes that could not be fulfilled.
    """

    version: str
    built_at: datetime
    channels: tuple[LineupChannel, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    by_number: Mapping[str, LineupChannel] = field(init=False, repr=False, compare=False)
    by_id: Mapping[ChannelId, LineupChannel] = field(init=False, repr=False, compare=False)
    by_device: Mapping[int, tuple[LineupChannel, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_number", MappingProxyType({str(row.number): row for row in self.channels}))
        object.__setattr__(self, "by_id", MappingProxyType({row.channel.id: row for row in self.channels}))
        devices = sorted({row.device for row in self.channels})
        by_device = {device: tuple(row for row in self.channels if row.device == device) for device in devices}
        object.__setattr__(self, "by_device", MappingProxyType(by_device))
