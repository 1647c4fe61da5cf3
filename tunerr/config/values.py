"""The value types of settings that have no better home."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from tunerr.model.channel import SourceId
from tunerr.model.status import SourceKind
from tunerr.model.url import SecretUrl

_ADDRESS = re.compile(r"(?P<host>\[[0-9A-Fa-f:.%]+\]|[^\s:/\[\]@]*):(?P<port>\d{1,5})", re.ASCII)
_HIGHEST_PORT = 65535
# The id names files and rows, so nothing else may be in it.
_SOURCE_ID = re.compile(r"[a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Where a server listens. An empty host is every interface."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `:5004`, `host:5004` or `[::1]:5004`; raises ValueError for anything else."""
        match = _ADDRESS.fullmatch(text.strip())
        if match is None or not 1 <= int(match["port"]) <= _HIGHEST_PORT:
            raise ValueError(f"{text[:60]!r} is no address to listen on; write :PORT or HOST:PORT, PORT 1 to 65535.")
        return cls(match["host"].strip("[]"), int(match["port"]))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class SourceSetting:
    """One document to fetch. `timeout` is in seconds; `allow_lan`: what it names may be a private address.

    `location` is an http or https URL, or the `file:` URL of an absolute path (percent-encoded). An `id` of other than
    small letters, digits and dashes raises ValueError.
    """

    id: SourceId
    kind: SourceKind
    location: SecretUrl
    timeout: float
    allow_lan: bool = False

    def __post_init__(self) -> None:
        if _SOURCE_ID.fullmatch(self.id) is None:
            raise ValueError(f"{self.id!r} is no source id.")
