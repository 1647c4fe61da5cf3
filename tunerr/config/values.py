"""The value types of settings that have no better home."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

_ADDRESS = re.compile(r"(?P<host>\[[0-9A-Fa-f:.%]+\]|[^\s:/\[\]@]*):(?P<port>\d{1,5})", re.ASCII)
_HIGHEST_PORT = 65535


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
