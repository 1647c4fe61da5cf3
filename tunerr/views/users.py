"""The pages of users and of API tokens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tunerr.model.operator import SCOPES, ApiToken, Role, User, Visitor, person_behind

ROLES: Final = {
    Role.VIEWER: "Viewer: sees everything that is no secret.",
    Role.OPERATOR: "Operator: changes channels, guide and providers, and stops streams.",
    Role.ADMIN: "Administrator: settings, users and everything else.",
}
"""What each role is for."""

_SCOPES: Final[Mapping[str, str]] = {
    "read": "look at every page, as JSON",
    "streams": "stop streams and try other sources",
    "channels": "change channels and publish",
    "guide": "refresh and repair the guide",
    "providers": "add, change, refresh and remove providers",
    "settings": "change settings",
    "users": "add, change and remove users: as much as everything",
    "diagnostics": "reset what was learned, make debug bundles",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose, and what it is for."""

    name: str
    about: str


@dataclass(frozen=True, slots=True)
class UserRow:
    """One user. `mine`: whoever asks. `of_settings`: the settings name this one, who can't be changed here."""

    name: str
    role: str
    of_settings: bool
    mine: bool
    tokens: int
    created_at: datetime | None
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class UsersView:
    """All users, and the roles there are."""

    users: tuple[UserRow, ...]
    roles: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token; the secret itself is not known here."""

    id: int
    name: str
    owner: str
    mine: bool
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    expired: bool
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokensView:
    """The own tokens, for administrators everybody's; and what the own account may change here.

    `person`: a token that asks has no account. `password_elsewhere`: the settings give it.
    """

    tokens: tuple[TokenRow, ...]
    scopes: tuple[Choice, ...]
    everybodys: bool
    person: bool
    password_elsewhere: bool


def users_view(users: Iterable[User], tokens: Iterable[ApiToken], visitor: Visitor) -> UsersView:
    """Everybody who may log in, the user of the settings first."""
    owners = [token.owner for token in tokens]
    me = person_behind(visitor.name)
    return UsersView(
        users=tuple(
            UserRow(
                name=user.name,
                role=user.role.name.lower(),
                of_settings=user.of_settings,
                mine=user.name == me,
                tokens=owners.count(user.name),
                created_at=user.created_at,
                changed_at=user.changed_at,
            )
            for user in users
        ),
        roles=tuple(Choice(role.name.lower(), about) for role, about in ROLES.items()),
    )


def tokens_view(
    tokens: Iterable[ApiToken], visitor: Visitor, *, now: datetime, person: bool, password_elsewhere: bool
) -> TokensView:
    """The tokens that `visitor` may see, the newest first."""
    me, everybodys = person_behind(visitor.name), visitor.role == Role.ADMIN
    shown = sorted((one for one in tokens if everybodys or one.owner == me), key=lambda one: one.id, reverse=True)
    return TokensView(
        tokens=tuple(
            TokenRow(
                id=one.id,
                name=one.name,
                owner=one.owner,
                mine=one.owner == me,
                scopes=tuple(scope for scope in SCOPES if scope in one.scopes),
                created_at=one.created_at,
                expires_at=one.expires_at,
                expired=one.expires_at is not None and one.expires_at <= now,
                last_used_at=one.last_used_at,
            )
            for one in shown
        ),
        scopes=tuple(Choice(name, about) for name, about in _SCOPES.items()),
        everybodys=everybodys,
        person=person,
        password_elsewhere=password_elsewhere,
    )
