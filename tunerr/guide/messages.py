"""What the server asks the worker's guide jobs, and what they answer. They travel as JSON."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tunerr.guide.matching.values import Wanted
from tunerr.lineup.rules.coverage import GuideCoverage
from tunerr.model.channel import ChannelId, SourceId
from tunerr.model.guide import ChannelHealth, MatchMethod


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Taste(_Message):
    """Which of a programme's titles comes first.

    `languages`: preferred ones, the best first, as xmltv writes them (`en`, `de`). `latin`: titles in Latin letters
    before others. `channel_for_others`: where no title is in Latin letters, the channel's name stands for it.
    """

    languages: tuple[str, ...] = ()
    latin: bool = False
    channel_for_others: bool = False


class Matching(_Message):
    """How channels are found in guides. `aliases`: XMLTV ids by normalized name. `enabled`: by more than ids."""

    aliases: dict[str, str] = {}
    enabled: bool = True


class IngestRequest(_Message):
    """Read the document at `path` for `source`; times are Unix seconds.

    `of`: the playlist whose provider made the guide, `country`: where its channels are from if it is said. `wanted`:
    the lineup. `shift`: see `model.source.Programmes`.
    `partial`: the document holds a part of the guide only, so what is known of other times and channels stays.
    `anew`: what was stored and found before is of another guide, or in other times: nothing of it stays.
    `largest_bytes`: what the bodies of this guide may take in the database, 0 for no limit; the days furthest ahead go
    first.
    """

    path: Path
    source: SourceId
    guide_db: Path
    now: float
    wanted: tuple[Wanted, ...]
    of: SourceId | None = None
    country: str = ""
    matching: Matching = Matching()
    taste: Taste = Taste()
    shift: str = ""
    partial: bool = False
    anew: bool = False
    retain_past_hours: int
    horizon_days: int
    largest_bytes: int = 0


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
    carried: int = 0
    """Those of `programmes` that stayed from before."""
    outside: int = 0
    """Programmes of wanted channels that are too old or too far ahead."""
    methods: dict[MatchMethod, int] = {}
    """Wanted channels by how they were found."""
    dropped: dict[str, int] = {}
    repaired: dict[str, int] = {}


class RenderChannel(_Message):
    """One row of the lineup as the guide needs it. `shift`: the operator's, see `model.source.Programmes`."""

    number: str
    name: str
    logo: str
    wanted: Wanted
    device: int = 1
    shift: str = ""

    @property
    def id(self) -> ChannelId:
        """The channel's identity."""
        return ChannelId(self.wanted.id)


class RenderLineup(_Message):
    """The lineup that the edition belongs to, in its order."""

    version: str
    channels: tuple[RenderChannel, ...]


class RenderSource(_Message):
    """A guide source; `of`: the playlist whose provider made it, `country`: where its channels are from, if known."""

    id: SourceId
    of: SourceId | None = None
    country: str = ""


class EditionRequest(_Message):
    """What every job is told that looks at the published guides of `sources`, best first, as an edition shows them.

    The hours around `now` (Unix seconds) are those of the edition. `sparse_below`: fewer real programmes make a channel
    sparse.
    """

    guide_db: Path
    sources: tuple[RenderSource, ...]
    matching: Matching = Matching()
    now: float
    past_hours: int
    future_hours: int
    sparse_below: int = 2


class RenderRequest(EditionRequest):
    """Render `lineup` into `guide_dir`.

    The `sources` are all guide sources there are: what others left in the database is removed. `prune`: channels
    without a match are left out of the edition.
    """

    guide_dir: Path
    lineup: RenderLineup
    prune: bool = False
    generator: str


class RenderAnswer(_Message):
    """The edition that was made. `missing`: by source, channels found in it whose programmes weren't stored yet."""

    version: str
    missing: dict[SourceId, int] = {}


class IndexRequest(_Message):
    """Make the published guides searchable."""

    guide_db: Path


class IndexAnswer(_Message):
    """What was done: generations that were read and their programmes; texts that are known, and those removed."""

    generations: int
    programmes: int
    texts: int
    forgotten: int


class Wish(_Message):
    """What the operator wants of one channel's guide, offered or not; empty for nothing."""

    name: str = ""
    chosen: str = ""
    refused: tuple[str, ...] = ()
    shift: str = ""


class CoverageRequest(EditionRequest):
    """Judge all channels that the catalog has of `playlists`, best first.

    `wishes` by channel id; `countries`: where the channels of a playlist are from, as far as it is said.
    """

    catalog_db: Path
    playlists: tuple[SourceId, ...]
    wishes: dict[str, Wish] = {}
    countries: dict[str, str] = {}


class CoverageAnswer(_Message):
    """None while no guide is published."""

    coverage: GuideCoverage | None


class DoctorRequest(EditionRequest):
    """Judge `channels`, suggest ids for those that no guide has, look for what is wrong with the guides themselves.

    With a `document` that one is judged instead of the guides in the database; what is needed for that is in `scratch`
    meanwhile.
    """

    channels: tuple[RenderChannel, ...]
    document: Path | None = None
    scratch: Path


class GuideFacts(_Message):
    """One published guide in figures. `matched`: channels of the lineup that were found in it.

    `with_programmes`: those of its channels that have any; `last`: where its stored programmes end in Unix seconds, 0
    without any. `skew`: seconds that its times are later than those of the better guide `skew_from`, for programmes
    that both have; 0 for none.
    """

    source: SourceId
    listed: int
    with_programmes: int
    matched: int
    last: int = 0
    skew: int = 0
    skew_from: str = ""


class Suggested(_Message):
    """An id that a person may accept for a channel. `score` from 0 to 100."""

    channel: str
    source: SourceId
    guide_id: str
    guide_name: str
    score: float
    reason: str


class DoctorAnswer(_Message):
    """What was found. `suggestions`: best first for each channel; `aliases`: XMLTV ids by the channel's name."""

    channels: tuple[ChannelHealth, ...]
    guides: tuple[GuideFacts, ...]
    suggestions: tuple[Suggested, ...] = ()
    aliases: dict[str, str] = {}


class TrimRequest(_Message):
    """Make the guide of the first `days` days of the edition in `folder`, of one further device or of all channels.

    `made_at`: when the edition was made, in Unix seconds.
    """

    folder: Path
    made_at: float
    device: int | None = None
    days: int
