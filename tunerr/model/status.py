"""What the parts report about themselves: values for health, metrics, deck and log."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tunerr.model.channel import ChannelId, SourceId
from tunerr.model.numbers import GuideNumber


class SourceState(enum.Enum):
    """How the last refresh of a source ended."""

    WAITING = "waiting"  # never tried yet
    OK = "ok"
    FAILED = "failed"  # could not be fetched or read; the last good answer is served
    REFUSED = "refused"  # far fewer channels than before; waits for proof or for the operator


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One playlist or guide source. `label` is its redacted URL; `skipped` counts unusable rows by reason."""

    id: SourceId
    kind: str  # "playlist" or "guide"
    label: str
    state: SourceState = SourceState.WAITING
    attempted_at: datetime | None = None
    succeeded_at: datetime | None = None
    message: str = ""
    hint: str = ""
    entries: int = 0
    channels: int = 0
    skipped: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class GuideEdition:
    """One rendered guide, belonging to one lineup version. The files never change once named here."""

    version: str
    lineup_version: str
    built_at: datetime
    xml: Path
    gz: Path
    channels: int
    linked: int
    programmes: int
    placeholders: int


@dataclass(frozen=True, slots=True)
class TunerStatus:
    """One tuner slot; the fields after `index` are empty when it is idle."""

    index: int
    number: GuideNumber | None = None
    name: str = ""
    channel_id: ChannelId | None = None
    clients: tuple[str, ...] = ()
    source: str = ""  # redacted upstream
    state: str = ""
    bits_per_second: int = 0
    started_at: datetime | None = None
