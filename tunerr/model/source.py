"""Where channels and programmes come from: one value for each source, whoever configured it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from tunerr.model.channel import SourceId
from tunerr.model.status import SourceKind
from tunerr.model.url import SecretUrl

# The id names files and rows, so nothing else may be in it.
_SOURCE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

Origin = Literal["environment", "operator"]


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


@dataclass(frozen=True, slots=True)
class Source:
    """One source of channels (`playlist`: M3U, panel, device) or of programmes (`guide`). `timeout` in seconds.

    `location` is an http or https URL, or the `file:` URL of an absolute path (percent-encoded); of a panel it is that
    of its get.php. `allow_lan`: what it names may be a private address. `interval`: seconds between refreshes, None
    for the general one. `max_streams`: what the account bears at once when the operator says so. `country` (ISO 3166
    alpha-2, lower case): where its channels are from when nothing else says so. An `id` of other than small letters,
    digits and dashes raises ValueError.
    """

    id: SourceId
    kind: SourceKind
    location: SecretUrl
    timeout: float
    allow_lan: bool = False
    panel: Panel | None = None
    access: Access = Access()
    interval: float | None = None
    max_streams: int | None = None
    country: str = ""
    origin: Origin = "environment"

    def __post_init__(self) -> None:
        if _SOURCE_ID.fullmatch(self.id) is None:
            raise ValueError(f"{self.id!r} is no source id.")
