"""Where channels and programmes come from: one value for each source, whoever configured it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlencode

from tunerr.model.channel import SourceId
from tunerr.model.status import SourceKind
from tunerr.model.url import SecretUrl, Zone

# The id names files and rows, so nothing else may be in it.
_SOURCE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

Origin = Literal["environment", "operator", "playlist"]
"""Who named a source; of those that playlists name nothing is kept."""


@dataclass(frozen=True, slots=True)
class Access:
    """How a source is asked and its streams are opened. `proxy`: http, https or socks5; None goes there directly.

    `headers` may hold credentials and go to the source's documents and streams; a row's own headers win over them.
    """

    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    proxy: SecretUrl | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """One account of an Xtream panel. `hosts` are base URLs without a slash at the end, the preferred one first."""

    hosts: tuple[SecretUrl, ...]
    user: str = field(repr=False)
    password: str = field(repr=False)
    output: Literal["ts", "m3u8"] = "ts"
    vod: bool = True

    @property
    def playlist(self) -> SecretUrl:
        """The get.php of the preferred host."""
        return self._document("get.php", type="m3u_plus", output=self.output)

    @property
    def guide(self) -> SecretUrl:
        """The xmltv.php of the preferred host."""
        return self._document("xmltv.php")

    @property
    def short(self) -> SecretUrl:
        """The question to the preferred host for the next programmes of one channel, but for which one."""
        return self.api("get_short_epg")

    def api(self, action: str = "") -> SecretUrl:
        """A question to player_api.php of the preferred host; without an action it is about the account."""
        return self._document("player_api.php", **({"action": action} if action else {}))

    def _document(self, name: str, **more: str) -> SecretUrl:
        query = urlencode({"username": self.user, "password": self.password, **more})
        return SecretUrl(f"{self.hosts[0].reveal()}/{name}?{query}")


@dataclass(frozen=True, slots=True)
class Programmes:
    """What is particular to a source of programmes.

    `of`: the playlist whose provider made it, whose ids and numbers it therefore knows. `shift`: how its times are
    moved: hours (`+1`, `-2.5`) or a zone (`Europe/Berlin`) whose local time they are, whatever offset they state; empty
    for as they are. `suffix`: added to the query, with `{from_unix} {to_unix} {from_ymd} {to_ymd}` of a window that
    reaches `lookahead` hours from now on and `backfill` hours back. `incremental`: the suffix asks for a part only, and
    what is known of other times stays. `short`: the panel is asked for the next programmes of single channels that the
    other guides know little about. `named_in`: the zone of the playlist that named this guide; None: the operator did.
    """

    of: SourceId | None = None
    shift: str = ""
    suffix: str = ""
    lookahead: int = 72
    backfill: int = 6
    incremental: bool = False
    short: bool = False
    named_in: Zone | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One source of channels (`playlist`: M3U, panel, device) or of programmes (`guide`). `timeout` in seconds.

    `location` is an http or https URL, or the `file:` URL of an absolute path (percent-encoded); of a panel it is that
    of its get.php, of a `device` (HDHomeRun) its base address without a slash at the end. `allow_lan`: what it names
    may be a private address. `interval`: seconds between refreshes, None for the general one. `max_streams`: what the
    account bears at once when the operator says so. `country` (ISO 3166 alpha-2, lower case): where its channels are
    from when nothing else says so. `free`: a public list, which only fills what the others lack. `named_guides`: the
    guides that a playlist names are fetched. An `id` of other than small letters, digits and dashes raises ValueError.
    """

    id: SourceId
    kind: SourceKind
    location: SecretUrl
    timeout: float
    allow_lan: bool = False
    panel: Panel | None = None
    device: bool = False
    access: Access = Access()
    interval: float | None = None
    max_streams: int | None = None
    country: str = ""
    free: bool = False
    named_guides: bool = True
    programmes: Programmes = Programmes()
    origin: Origin = "environment"

    def __post_init__(self) -> None:
        if _SOURCE_ID.fullmatch(self.id) is None:
            raise ValueError(f"{self.id!r} is no source id.")
