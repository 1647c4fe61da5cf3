"""API tokens: what programs show instead of a password."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import aiosqlite
import structlog

from tunerr.actions.audit import Audit
from tunerr.errors import ActionRefused, StorageError
from tunerr.model.operator import SCOPES, ApiToken, Role, person_behind
from tunerr.storage.tokens import TokenStore
from tunerr.support.behind import WriteBehind
from tunerr.support.clock import Clock
from tunerr.support.tasks import Supervisor

log = structlog.get_logger(__name__)

PREFIX = "tnr_"
"""How each token begins, so that people and scanners of leaked secrets know it when they see one."""

_RANDOM_BYTES = 32
_MOST_OF_ONE = 50
_LONGEST_DAYS = 3650
_NAME = re.compile(r"[\w .@/-]{1,64}")
_NOTED_EVERY = timedelta(minutes=1)


class Tokens:
    """All tokens, in memory as in state.db.

    Kept are SHA-256 hashes. A password's hash is slow because passwords can be guessed; 256 random bits can't, so a
    fast hash is as safe, and asking with a token costs nothing.
    """

    def __init__(
        self, *, state: aiosqlite.Connection, clock: Clock, audit: Audit, role_of: Callable[[str], Role | None]
    ) -> None:
        """`role_of` tells what a user may do, None for whom there is not."""
        self._store = TokenStore(state)
        self._clock = clock
        self._audit = audit
        self._role_of = role_of
        self._known: dict[str, ApiToken] = {}
        self._behind = WriteBehind(self._note_used, background=Supervisor(), name="store when tokens were used")

    async def load(self) -> None:
        """Read the database: before anything else. Raises StorageError."""
        self._known = await self._store.all()

    async def aclose(self) -> None:
        """Wait until it is stored when tokens were used."""
        await self._behind.aclose()

    def all(self) -> tuple[ApiToken, ...]:
        """Return all tokens, the oldest first."""
        return tuple(self._known.values())

    def find(self, secret: str) -> ApiToken | None:
        """The token that is in force by its secret, noted as used; None when there is none, or its owner is gone."""
        key = _hash(secret)
        token = self._known.get(key)
        now = self._clock.now()
        if token is None or (token.expires_at is not None and token.expires_at <= now):
            return None
        if self._role_of(token.owner) is None:
            return None
        if token.last_used_at is None or now - token.last_used_at >= _NOTED_EVERY:
            token = self._known[key] = replace(token, last_used_at=now)
            self._behind.add((token.id, now))
        return token

    async def make(self, name: str, scopes: Collection[str], days: int | None, *, who: str) -> str:
        """Make a token of `who`; returns its secret, which is not kept. `days`: how long it holds, None for ever.

        Raises ActionRefused.
        """
        if self._role_of(who) is None:
            raise ActionRefused("Only a person makes tokens.", hint="Log in to the deck and make it there.")
        name = name.strip()
        if _NAME.fullmatch(name) is None:
            raise ActionRefused("A token needs a name of 1 to 64 letters, digits, spaces, dots, dashes, slashes or @.")
        chosen = frozenset(scopes)
        if not chosen or not chosen <= set(SCOPES):
            raise ActionRefused("A token needs a scope.", hint=f"The scopes are: {', '.join(SCOPES)}.")
        if days is not None and not 1 <= days <= _LONGEST_DAYS:
            raise ActionRefused(f"A token holds for 1 to {_LONGEST_DAYS} days, or until it is revoked.")
        own = [token for token in self._known.values() if token.owner == who]
        if any(token.name == name for token in own):
            raise ActionRefused(f"You have a token {name} already.", hint="Take another name, or revoke that one.")
        if len(own) >= _MOST_OF_ONE:
            raise ActionRefused(f"You have {_MOST_OF_ONE} tokens, which is the limit.", hint="Revoke some.")
        secret = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
        now = self._clock.now()
        token = ApiToken(0, name, who, chosen, now, now + timedelta(days=days) if days is not None else None)
        self._known[_hash(secret)] = replace(token, id=await self._store.add(token, _hash(secret)))
        await self._audit.note(who=who, act="token-make", subject=name, detail=f"for {', '.join(sorted(chosen))}")
        return secret

    async def revoke(self, token: int, *, who: str) -> str:
        """End a token: one's own, or any as an administrator. Raises ActionRefused."""
        person = person_behind(who)
        found = next(((key, one) for key, one in self._known.items() if one.id == token), None)
        if found is None or (found[1].owner != person and self._role_of(person) != Role.ADMIN):
            raise ActionRefused("There is no such token.", hint="Reload the page of tokens.")
        key, one = found
        await self._store.remove(token)
        self._known.pop(key, None)
        said = f"The token {one.name} of {one.owner} is worth nothing now."
        await self._audit.note(who=who, act="token-revoke", subject=one.name, detail=said)
        return said

    async def drop_of(self, owner: str) -> None:
        """End all tokens of one owner, who goes."""
        await self._store.remove_of(owner)
        self._known = {key: token for key, token in self._known.items() if token.owner != owner}

    async def _note_used(self, used: Sequence[tuple[int, datetime]]) -> None:
        try:
            await self._store.used(dict(used))
        except StorageError as error:
            log.warning("when tokens were used was not stored", tokens=len(used), error=error.message)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
