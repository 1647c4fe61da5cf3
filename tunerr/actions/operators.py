"""Who may log in: the user of the settings, and those whom an administrator added."""

from __future__ import annotations

import asyncio
import secrets

import aiosqlite

from tunerr.actions.audit import Audit
from tunerr.actions.passwords import Passwords
from tunerr.errors import ActionRefused
from tunerr.model.operator import Role, User
from tunerr.storage.operators import OperatorStore, StoredOperator
from tunerr.support.clock import Clock

# No letters or digits that are mistaken for one another when read from a terminal.
_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE_GROUPS = 2
_CODE_GROUP_LENGTH = 4


class OneTimeCode:
    """The code that lets the first visitor set the password. It is known to the program's own output only."""

    def __init__(self) -> None:
        self._value = ""

    def renew(self) -> str:
        """Make a new code, which replaces an older one, and return it for printing."""
        groups = (
            "".join(secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_GROUP_LENGTH)) for _ in range(_CODE_GROUPS)
        )
        self._value = "-".join(groups)
        return self._value

    def matches(self, attempt: str) -> bool:
        """Whether `attempt` is the code; case, spaces and a missing dash do not matter."""
        plain = "".join(attempt.upper().split()).replace("-", "")
        return bool(self._value) and secrets.compare_digest(
            plain.encode(errors="replace"), self._value.replace("-", "").encode()
        )

    def spend(self) -> None:
        """Make the code worthless."""
        self._value = ""


class Operators:
    """Everybody who may log in, in memory as in state.db, which only this program writes.

    The user of the settings is an administrator whatever the database says; a password of the settings always wins.
    """

    def __init__(
        self, *, state: aiosqlite.Connection, clock: Clock, audit: Audit, user: str, fixed_password: str | None
    ) -> None:
        self.user = user
        """The name of the user of the settings."""
        self.passwords = Passwords()
        self.turn = asyncio.Lock()
        """Held by an act from what it checks until what it changed is stored."""
        self._store = OperatorStore(state)
        self._clock = clock
        self._audit = audit
        self._fixed = fixed_password
        self._known: dict[str, StoredOperator] = {}

    async def load(self) -> None:
        """Read the database: before anything else. Raises StorageError."""
        self._known = {row.name: row for row in await self._store.all()}

    @property
    def fixed(self) -> bool:
        """Whether the settings give the password of their user, so that nobody can change it here."""
        return self._fixed is not None

    def password_is_set(self) -> bool:
        """Whether any administrator can log in."""
        return self.fixed or any(self.role_of(name) == Role.ADMIN for name in self._known)

    def can_log_in(self, name: str) -> bool:
        """Whether there is a password for this user."""
        return name in self._known or (self.fixed and name == self.user)

    def role_of(self, name: str) -> Role | None:
        """What a user may do now; None when there is no such user."""
        if name == self.user:
            return Role.ADMIN
        row = self._known.get(name)
        return row.role if row is not None else None

    def all(self) -> tuple[User, ...]:
        """Return everybody by name, the user of the settings first."""
        first = self._known.get(self.user)
        times = (first.created_at, first.changed_at) if first is not None and not self.fixed else ()
        others = sorted((row for row in self._known.values() if row.name != self.user), key=lambda row: row.name)
        return (
            User(self.user, Role.ADMIN, True, *times),
            *(User(row.name, row.role, False, row.created_at, row.changed_at) for row in others),
        )

    async def verify(self, user: str, password: str) -> bool:
        """Whether this pair may log in. Takes the same time for a wrong name as for a wrong password."""
        row = self._known.get(user)
        settled = self.fixed and secrets.compare_digest(user.encode(), self.user.encode())
        known = row.password_hash if row is not None and not settled else self.passwords.nobodys
        fits = await self.passwords.fits(known, password)
        if settled and self._fixed is not None:
            return secrets.compare_digest(password.encode(), self._fixed.encode())
        return fits

    async def set_password(self, code: OneTimeCode, attempt: str, password: str) -> None:
        """Set the password of the settings' user with the one-time code, which is spent.

        Raises ActionRefused with what is wrong.
        """
        if self.fixed:
            raise ActionRefused("The password is set by IPTV_TUNERR_WEBUI_PASS.", hint="Change it there.")
        if not code.matches(attempt):
            raise ActionRefused(
                "That is not the code.",
                hint="It stands in the program's output; `iptv-tunerr deck code` prints a new one.",
            )
        self.passwords.usable(password)
        code.spend()
        hashed = await self.passwords.hashed(password)
        async with self.turn:
            await self.keep(self.user, password_hash=hashed, role=Role.ADMIN)
        await self._audit.note(who=self.user, act="set-password", subject=self.user, detail="with the one-time code")

    async def keep(self, name: str, *, password_hash: str | None = None, role: Role | None = None) -> None:
        """Store a new user, or what changed of one. A new one needs both. Hold `turn`. Raises StorageError."""
        now = self._clock.now()
        row = self._known.get(name) or StoredOperator(name, "", Role.VIEWER, now, now)
        row = row._replace(password_hash=password_hash or row.password_hash, role=role or row.role, changed_at=now)
        await self._store.put(row)
        self._known[name] = row

    async def forget(self, name: str) -> None:
        """Remove a user. Hold `turn`. Raises StorageError."""
        await self._store.remove(name)
        self._known.pop(name, None)

    def close(self) -> None:
        """End the hashing thread."""
        self.passwords.close()
