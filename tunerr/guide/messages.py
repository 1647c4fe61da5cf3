"""What the server asks the worker's two guide jobs, and what they answer. They travel as JSON."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tunerr.model.channel import ChannelId, SourceId


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IngestRequest(_Message):
    """Read the document at `path` for `source`; `wanted` are the lineup's tvg-ids in lower case, times Unix seconds."""

    path: Path
    source: SourceId
    guide_db: Path
    wanted: frozenset[str]
    now: float
    retain_past_hours: int
    horizon_days: int


class IngestReport(_Message):
    """What was found. `published` is False when nothing wanted was in it and an earlier guide stays."""

    published: bool
    whole: bool
    damage: int = 0
    listed: int = 0
    """Channels that the guide knows, wanted or not."""
    wanted: int = 0
    channels: int = 0
    """Wanted channels with programmes."""
    programmes: int = 0
    outside: int = 0
    """Programmes of wanted channels that are too old or too far ahead."""
    dropped: dict[str, int] = {}
    repaired: dict[str, int] = {}


class RenderChannel(_Message):
    """One row of the lineup as the guide needs it."""

    number: str
    id: ChannelId
    name: str
    tvg_id: str
    logo: str


class RenderLineup(_Message):
    """The lineup that the edition belongs to, in its order."""

    version: str
    channels: tuple[RenderChannel, ...]


class RenderRequest(_Message):
    """Render `lineup` from the published guides of `sources`, best first, into `guide_dir`.

    These are all guide sources there are: what others left in the database is removed.
    """

    guide_db: Path
    guide_dir: Path
    lineup: RenderLineup
    sources: tuple[SourceId, ...]
    now: float
    past_hours: int
    future_days: int
    generator: str
