"""URLs that may carry credentials, and the zones that say which addresses a document may name."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

# A file name. Any other segment may be an account, a password or a token: /live/USER/PASS/1.ts, /api/list/USER/PASS
_FILE_NAME = re.compile(r"[^/]{1,60}\.\w{1,5}")


class Zone(enum.IntEnum):
    """How public an address is. A document may name addresses of its own zone or of a more public one."""

    LOOPBACK = 0
    PRIVATE = 1
    INTERNET = 2

    def permits(self, target: Zone) -> bool:
        """Whether a document of this zone may name an address of zone `target`."""
        return target >= self


@dataclass(frozen=True, slots=True, repr=False)
class SecretUrl:
    """A URL that is shown redacted everywhere; `reveal()` is for the socket alone."""

    _raw: str

    def reveal(self) -> str:
        """The URL as it was given."""
        return self._raw

    @property
    def scheme(self) -> str:
        """Lower-case scheme, empty when there is none."""
        return self._raw.partition(":")[0].lower() if ":" in self._raw else ""

    @property
    def host(self) -> str:
        """Lower-case host name without port, empty when there is none."""
        try:
            return urlsplit(self._raw).hostname or ""
        except ValueError:
            return ""

    def __str__(self) -> str:
        """Scheme, host and port, and the last path segment when it is a file name; no account, no query."""
        try:
            parts = urlsplit(self._raw)
            port = f":{parts.port}" if parts.port else ""
            host = parts.hostname or ""
        except ValueError:
            return "(unreadable URL)"
        folder, slash, name = parts.path.rpartition("/")
        hidden = "/…" if folder or (name and not _FILE_NAME.fullmatch(name)) else ""
        path = f"{hidden}{slash}{name}" if _FILE_NAME.fullmatch(name) else hidden or slash
        return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}{path}{'?…' if parts.query else ''}"

    def __repr__(self) -> str:
        return f"SecretUrl({self})"
