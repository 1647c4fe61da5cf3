"""Passwords as argon2id hashes: made and checked off the loop, one at a time."""

from __future__ import annotations

import asyncio
import secrets
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from tunerr.errors import ActionRefused

MIN_PASSWORD_LENGTH = 8
# Long enough for any passphrase, short enough that hashing it costs what hashing any password costs.
MAX_PASSWORD_LENGTH = 256


class Passwords:
    """Hashes and checks. `nobodys` is a hash that no password has and that costs as much to check as any other."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """`hasher` stands for one with the library's own costs, those of RFC 9106's second choice, in tests."""
        self._hasher = hasher or PasswordHasher()
        # One thread: a burst of logins queues here and can't take all cores from the streams.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="argon2")
        salt, digest = map(_random64, (self._hasher.salt_len, self._hasher.hash_len))
        costs = f"m={self._hasher.memory_cost},t={self._hasher.time_cost},p={self._hasher.parallelism}"
        self.nobodys = f"$argon2id$v={ARGON2_VERSION}${costs}${salt}${digest}"

    async def hashed(self, password: str) -> str:
        """The PHC string of a new password."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._hasher.hash, password)

    @staticmethod
    def usable(password: str) -> None:
        """Raise ActionRefused for a new password that is too short or too long."""
        if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
            raise ActionRefused(
                f"A password has {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters, this one {len(password)}."
            )

    async def fits(self, known: str, password: str) -> bool:
        """Whether `password` has the hash `known`."""
        if len(password) > MAX_PASSWORD_LENGTH:
            return False
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._check, known, password)

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _check(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, password)
        except (VerificationError, InvalidHashError):
            return False


def _random64(length: int) -> str:
    return b64encode(secrets.token_bytes(length)).decode().rstrip("=")
