"""Who is logged in. Sessions live in memory: a restart of the program logs everybody out."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace

from tunerr.support.clock import Clock

LIFETIME_S = 12 * 3600.0
_SESSIONS = 256


@dataclass(frozen=True, slots=True)
class Session:
    """One login. `csrf` must come back with every request that changes something; `notice` waits to be shown."""

    user: str
    csrf: str
    expires_at: float
    notice: str = ""


class Sessions:
    """Random tokens with a sliding lifetime of 12 hours; only their hashes are kept."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._sessions: dict[str, Session] = {}

    def open(self, user: str) -> str:
        """Start a session; returns its token, which is for the cookie alone."""
        now = self._clock.monotonic()
        self._sessions = {key: session for key, session in self._sessions.items() if session.expires_at > now}
        while len(self._sessions) >= _SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        token = secrets.token_urlsafe(32)
        self._sessions[_key(token)] = Session(user, secrets.token_urlsafe(32), now + LIFETIME_S)
        return token

    def find(self, token: str) -> Session | None:
        """The session of a token, prolonged; None when there is none or it has expired."""
        key = _key(token)
        session = self._sessions.get(key)
        now = self._clock.monotonic()
        if session is None or session.expires_at <= now:
            self._sessions.pop(key, None)
            return None
        self._sessions[key] = session = replace(session, expires_at=now + LIFETIME_S)
        return session

    def leave_notice(self, token: str, notice: str) -> None:
        """Keep a sentence for the next page of this session; without the session it is lost."""
        session = self.find(token)
        if session is not None:
            self._sessions[_key(token)] = replace(session, notice=notice)

    def take_notice(self, token: str) -> str:
        """The sentence that was left, once; else empty."""
        session = self.find(token)
        if session is None:
            return ""
        self._sessions[_key(token)] = replace(session, notice="")
        return session.notice

    def close(self, token: str) -> None:
        """End one session."""
        self._sessions.pop(_key(token), None)

    def close_all(self) -> None:
        """End every session, as after a change of password."""
        self._sessions.clear()


def _key(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
