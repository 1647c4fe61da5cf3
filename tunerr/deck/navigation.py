"""Where one can go in the deck."""

from __future__ import annotations

from dataclasses import dataclass

from tunerr.deck.page import Level
from tunerr.model.operator import Role


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation; `count` names a figure of `Facts` that stands beside it."""

    path: str
    name: str
    level: Level
    role: Role = Role.VIEWER
    count: str = ""

    def holds(self, path: str) -> bool:
        """Whether the page of `path` belongs to it."""
        return path == self.path or (self.path != "/" and path.startswith(f"{self.path}/"))


@dataclass(frozen=True, slots=True)
class Facts:
    """What the frame around every page says: streams that play, channels offered, changes not published."""

    streams: int
    channels: int
    changes: int


# Names are marked for translation by being here; the template translates them.
PLACES = (
    Place("/", "Home", Level.SIMPLE),
    Place("/start", "First steps", Level.SIMPLE),
    Place("/live", "Live", Level.OPERATOR, count="streams"),
    Place("/channels", "Channels", Level.SIMPLE, count="channels"),
    Place("/guide", "Guide", Level.SIMPLE),
    Place("/providers", "Providers", Level.OPERATOR),
    Place("/autopilot", "Autopilot", Level.OPERATOR),
    Place("/activity", "Activity", Level.OPERATOR),
    Place("/diagnostics", "Diagnostics", Level.OPERATOR),
    Place("/settings", "Settings", Level.OPERATOR),
)
"""In their order."""
