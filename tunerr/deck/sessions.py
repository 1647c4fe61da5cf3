"""Who is logged in. Sessions live in memory: a restart of the program logs everybody out."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from tunerr.deck.csrf import is_masked, masked, new_secret
from tunerr.deck.notice import NOTHING_TO_SAY, Notice
from tunerr.model.operator import Role, Visitor
from tunerr.support.clock import Clock

LIFETIME_S = 12 * 3600.0
# Of one user; who logs in once more ends the session that was idle for longest.
MOST_OF_ONE = 20
_SESSIONS = 512
_TOLD = 256


@dataclass(frozen=True, slots=True)
class Session:
    """One login; `notice` waits to be shown. `role` is what the user may do at this moment."""

    user: str
    role: Role
    csrf: bytes
    expires_at: float
    notice: Notice = NOTHING_TO_SAY

    @property
    def visitor(self) -> Visitor:
        """Who asks."""
        return Visitor(self.user, self.role)

    def csrf_for_page(self) -> str:
        """The token that must come back with every request that changes something; another one for each page."""
        return masked(self.csrf)

    def gave(self, sent: str) -> bool:
        """Whether a page of this session carried the token `sent`."""
        return is_masked(sent, self.csrf)


class Sessions:
    """Random tokens with a sliding lifetime of 12 hours; only their hashes are kept."""

    def __init__(self, *, clock: Clock, role_of: Callable[[str], Role | None]) -> None:
        """`role_of`: what a user may do; asked anew each time, None for a user who is gone."""
        self._clock = clock
        self._role_of = role_of
        # The one that was asked with last is last.
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._told: OrderedDict[str, str] = OrderedDict()

    def open(self, user: str) -> str:
        """Start a session; returns its token, which is for the cookie alone."""
        now = self._clock.monotonic()
        for key in [key for key, session in self._sessions.items() if session.expires_at <= now]:
            del self._sessions[key]
        own = [key for key, session in self._sessions.items() if session.user == user]
        if len(own) >= MOST_OF_ONE:
            del self._sessions[own[0]]
        if len(self._sessions) >= _SESSIONS:
            self._sessions.popitem(last=False)
        token = secrets.token_urlsafe(32)
        self._sessions[_key(token)] = Session(user, self._role_of(user) or Role.VIEWER, new_secret(), now + LIFETIME_S)
        return token

    def find(self, token: str) -> Session | None:
        """The session of a token, prolonged; None when there is none, or it or its user is over."""
        key = _key(token)
        session = self.standing(token)
        if session is None:
            self._sessions.pop(key, None)
            return None
        self._sessions[key] = session = replace(session, expires_at=self._clock.monotonic() + LIFETIME_S)
        self._sessions.move_to_end(key)
        return session

    def standing(self, token: str) -> Session | None:
        """The session of a token as it is, not prolonged."""
        session = self._sessions.get(_key(token))
        role = self._role_of(session.user) if session is not None else None
        if session is None or role is None or session.expires_at <= self._clock.monotonic():
            return None
        return replace(session, role=role)

    def leave_notice(self, token: str, notice: Notice) -> None:
        """Keep what an act said for the next page of this session; without the session it is lost."""
        session = self.find(token)
        if session is not None:
            self._sessions[_key(token)] = replace(session, notice=notice)

    def take_notice(self, token: str) -> Notice:
        """What was left, once; else nothing."""
        session = self.find(token)
        if session is None:
            return NOTHING_TO_SAY
        self._sessions[_key(token)] = replace(session, notice=NOTHING_TO_SAY)
        return session.notice

    def close(self, token: str) -> None:
        """End one session."""
        self._sessions.pop(_key(token), None)

    def close_of(self, user: str, why: str) -> None:
        """End all sessions of a user; the next page of each is the login, which says `why`."""
        for key in [key for key, session in self._sessions.items() if session.user == user]:
            del self._sessions[key]
            self._told[key] = why
        while len(self._told) > _TOLD:
            self._told.popitem(last=False)

    def why_closed(self, token: str) -> str:
        """Why the session of a token was ended, once; else empty."""
        return self._told.pop(_key(token), "")

    def close_all(self) -> None:
        """End every session, as after a change of password by the one-time code."""
        self._sessions.clear()


def _key(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
