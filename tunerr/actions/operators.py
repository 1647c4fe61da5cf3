"""The operator's password: kept as an argon2id hash, set with a one-time code, checked one at a time."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor

import aiosqlite
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tunerr.actions.audit import Audit
from tunerr.errors import ActionRefused
from tunerr.storage.connection import select, transaction
from tunerr.support.clock import Clock

MIN_PASSWORD_LENGTH = 8
# Long enough for any passphrase, short enough that hashing it costs what hashing any password costs.
MAX_PASSWORD_LENGTH = 256

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
    """Names and password hashes in state.db, or one fixed pair from the settings, which then always wins."""

    def __init__(
        self, *, state: aiosqlite.Connection, clock: Clock, audit: Audit, user: str, fixed_password: str | None
    ) -> None:
        self.user = user
        self._state = state
        self._clock = clock
        self._audit = audit
        self._hasher = PasswordHasher()
        # One thread: a burst of logins queues here and can't take all cores from the streams.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="argon2")
        self._fixed = fixed_password

    @property
    def fixed(self) -> bool:
        """Whether the settings give the password, so that nobody can change it here."""
        return self._fixed is not None

    async def password_is_set(self) -> bool:
        """Whether anybody can log in."""
        return self.fixed or await self._hash() is not None

    async def verify(self, user: str, password: str) -> bool:
        """Whether this pair may log in. Takes the same time for a wrong name as for a wrong password."""
        good_user = secrets.compare_digest(user.encode(), self.user.encode())
        if self._fixed is not None:
            return secrets.compare_digest(password.encode(), self._fixed.encode()) and good_user
        known = await self._hash()
        if known is None or len(password) > MAX_PASSWORD_LENGTH:
            return False
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._check, known, password) and good_user

    async def set_password(self, code: OneTimeCode, attempt: str, password: str) -> None:
        """Set the password with the one-time code, which is spent. Raises ActionRefused with what is wrong."""
        if self.fixed:
            raise ActionRefused("The password is set by IPTV_TUNERR_WEBUI_PASS.", hint="Change it there.")
        if not code.matches(attempt):
            raise ActionRefused(
                "That is not the code.",
                hint="It stands in the program's output; `iptv-tunerr deck code` prints a new one.",
            )
        if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
            raise ActionRefused(
                f"A password has {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters, this one {len(password)}."
            )
        code.spend()
        loop = asyncio.get_running_loop()
        hashed = await loop.run_in_executor(self._thread, self._hasher.hash, password)
        async with transaction(self._state):
            await self._state.execute(
                "INSERT OR REPLACE INTO operator (name, password_hash, changed_at) VALUES (?, ?, ?)",
                (self.user, hashed, self._clock.now().timestamp()),
            )
        await self._audit.note(who=self.user, act="set-password", subject=self.user, detail="with the one-time code")

    def close(self) -> None:
        """End the hashing thread."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _check(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _hash(self) -> str | None:
        rows = await select(self._state, "SELECT password_hash FROM operator WHERE name = ?", (self.user,))
        return str(rows[0][0]) if rows else None
