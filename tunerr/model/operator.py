"""Who uses the Control Deck, and what they may do."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Final


class Role(enum.IntEnum):
    """What a person may do; each may do what those before may."""

    VIEWER = 1  # looks at everything that holds no secret
    OPERATOR = 2  # changes channels, guide and providers, and stops streams
    ADMIN = 3  # settings, users, tokens


READ: Final = "read"
"""The scope for looking; each other one is for the acts of one area."""

SCOPES: Final = (READ, "streams", "channels", "guide", "providers", "settings", "users", "diagnostics")


_THROUGH: Final = " (token "


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks. `name` is what the journal writes: for a token that of its owner with the token's behind it.

    `scopes`: what a token is for; None for a person, who may do all that the role may.
    """

    name: str
    role: Role
    scopes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class User:
    """Who may log in. The user of the settings is always an administrator; times are None where nobody noted them."""

    name: str
    role: Role
    of_settings: bool
    created_at: datetime | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApiToken:
    """What a program shows instead of a password; it may never do more than its owner.

    `expires_at` None: never. `last_used_at` is exact to a minute, None: never.
    """

    id: int
    name: str
    owner: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None

    @property
    def who(self) -> str:
        """Who acts by it, as the journal says it."""
        return f"{self.owner}{_THROUGH}{self.name})"


def person_behind(who: str) -> str:
    """The user who acts, be it by a token: the other way around of `ApiToken.who`."""
    return who.partition(_THROUGH)[0]
