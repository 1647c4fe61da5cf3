"""What the parts report about themselves: values for health, metrics, deck and log."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from tunerr.model.channel import ChannelId, SourceId
from tunerr.model.numbers import GuideNumber

SourceKind = Literal["playlist", "guide"]


class SourceState(enum.Enum):
    """How the last refresh of a source ended."""

    WAITING = "waiting"  # never tried yet
    OK = "ok"
    FAILED = "failed"  # could not be fetched or read; the last good answer is served
    REFUSED = "refused"  # came whole and has far less than before, which stays; asked again at the regular time


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One playlist or guide source. `label` is its redacted URL; `skipped` counts unusable rows by reason.

    Of a guide: `whole_bytes` of the last whole document as it came, `saved_bytes` that were not transferred in all,
    because nothing had changed or a part was enough; `origin`: hash of the address that its programmes came from, and
    of how their times were moved, empty where that was not noted.
    """

    id: SourceId
    kind: SourceKind
    label: str
    state: SourceState = SourceState.WAITING
    attempted_at: datetime | None = None
    succeeded_at: datetime | None = None
    message: str = ""
    hint: str = ""
    entries: int = 0
    channels: int = 0
    skipped: tuple[tuple[str, int], ...] = ()
    whole_bytes: int = 0
    saved_bytes: int = 0
    origin: str = ""


@dataclass(frozen=True, slots=True)
class GuideEdition:
    """One rendered guide, belonging to one lineup version. The files never change once named here.

    `devices`: further devices that have a guide of their own beside it.
    """

    version: str
    lineup_version: str
    built_at: datetime
    xml: Path
    gz: Path
    channels: int
    linked: int
    programmes: int
    placeholders: int
    devices: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Client:
    """Who watches: the peer's address, and the program as it names itself (may be empty)."""

    address: str
    program: str = ""

    def __str__(self) -> str:
        return f"{self.address} {self.program}".rstrip()


@dataclass(frozen=True, slots=True)
class TunerStatus:
    """One tuner slot; the fields after `index` are empty when it is idle, but `reserved_by`.

    `program` and `transport_stream` are those of the stream that is published, 0 while there is none.
    `symbol_quality`: percent of the last 10 s in which a source was there and nothing of it was missing; 0 before the
    first picture. `reserved_by`: who keeps it for itself.
    """

    index: int
    number: GuideNumber | None = None
    name: str = ""
    channel_id: ChannelId | None = None
    clients: tuple[Client, ...] = ()
    source: str = ""  # redacted upstream
    state: str = ""
    bits_per_second: int = 0
    started_at: datetime | None = None
    program: int = 0
    transport_stream: int = 0
    symbol_quality: int = 0
    reserved_by: str = ""

    @property
    def has_signal(self) -> bool:
        """Whether a source plays: not while it is being opened or replaced, nor while a card takes its place."""
        return self.state == "live"
