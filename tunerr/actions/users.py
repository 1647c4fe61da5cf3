"""What an administrator does with users, and everybody with the own password."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from tunerr.actions.audit import Audit
from tunerr.actions.operators import Operators
from tunerr.actions.tokens import Tokens
from tunerr.errors import ActionRefused
from tunerr.model.operator import Role, person_behind

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}", re.ASCII)
_MOST_USERS = 200
_WORDS = {Role.VIEWER: "viewer", Role.OPERATOR: "operator", Role.ADMIN: "administrator"}


class Guesses(Protocol):
    """Counts wrong passwords, so that nobody can go on guessing."""

    def blocked_for(self, address: str) -> float:
        """Seconds to wait; 0 for none."""
        ...

    def failed(self, address: str) -> None:
        """Count one."""
        ...

    def succeeded(self, address: str) -> None:
        """Forget them."""
        ...


class Users:
    """The acts. Each takes `who` acts and returns the sentence to read; they raise ActionRefused and StorageError."""

    def __init__(
        self,
        *,
        operators: Operators,
        tokens: Tokens,
        audit: Audit,
        guesses: Guesses,
        end_sessions: Callable[[str, str], None],
    ) -> None:
        """`end_sessions` takes the user whose sessions end, and the sentence that tells him why."""
        self._operators = operators
        self._tokens = tokens
        self._audit = audit
        self._guesses = guesses
        self._end_sessions = end_sessions

    async def add(self, name: str, role: Role, password: str, *, who: str) -> str:
        """Let somebody new log in."""
        if _NAME.fullmatch(name) is None:
            raise ActionRefused(
                "A user's name has 1 to 64 letters, digits, dots, dashes, underscores or @, and begins with a letter"
                " or a digit."
            )
        self._operators.passwords.usable(password)
        hashed = await self._operators.passwords.hashed(password)
        async with self._operators.turn:
            known = self._operators.all()
            if name.casefold() in {user.name.casefold() for user in known}:
                raise ActionRefused(f"There is a user {name} already.", hint="Take another name.")
            if len(known) >= _MOST_USERS:
                raise ActionRefused(f"There are {_MOST_USERS} users, which is the limit.")
            await self._tokens.drop_of(name)  # one of that name may have had some, before the settings were changed
            await self._operators.keep(name, password_hash=hashed, role=role)
        said = f"{name} may log in now, as {_WORDS[role]}."
        await self._audit.note(who=who, act="user-add", subject=name, detail=said)
        return said

    async def change_role(self, name: str, role: Role, *, who: str) -> str:
        """Give a user another role; the user's sessions end."""
        async with self._operators.turn:
            self._of_the_deck(name, "The settings' user is always an administrator.")
            if self._operators.role_of(name) == role:
                raise ActionRefused(f"{name} is {_WORDS[role]} already.")
            if role < Role.ADMIN:
                self._not_the_last(name)
            await self._operators.keep(name, role=role)
        self._end_sessions(name, "Your role was changed. Log in again.")
        said = f"{name} is {_WORDS[role]} now."
        await self._audit.note(who=who, act="user-role", subject=name, detail=said)
        return said

    async def set_password(self, name: str, password: str, *, who: str) -> str:
        """Set the password of somebody else, whose sessions end."""
        self._of_the_deck(name, "The settings' user sets the own password: in the deck, or with a one-time code.")
        if name == person_behind(who):
            raise ActionRefused("Your own password takes the old one.", hint="Change it on the page of your account.")
        await self._replace(name, password, "An administrator set a new password for you. Log in with it.")
        said = f"{name} has a new password."
        await self._audit.note(who=who, act="user-password", subject=name, detail=said)
        return said

    async def change_own(self, old: str, new: str, *, who: str) -> str:
        """Change the own password; all sessions of the user end, this one too."""
        if self._operators.role_of(who) is None:
            raise ActionRefused("Only a person has a password to change.", hint="Log in with name and password.")
        if self._operators.fixed and who == self._operators.user:
            raise ActionRefused("The password is set by IPTV_TUNERR_WEBUI_PASS.", hint="Change it there.")
        if self._guesses.blocked_for(_own(who)) > 0:
            raise ActionRefused("Too many wrong passwords.", hint="Try again in 15 minutes.")
        # Counted before it is checked: guesses sent at once would all pass before the first has failed.
        self._guesses.failed(_own(who))
        if not await self._operators.verify(who, old):
            raise ActionRefused("The old password is wrong.", hint="Nothing was changed.")
        await self._replace(who, new, "Your password was changed. Log in with the new one.")
        self._guesses.succeeded(_own(who))
        await self._audit.note(who=who, act="user-password", subject=who, detail="changed the own password")
        return "Your password was changed."

    async def remove(self, name: str, *, who: str) -> str:
        """Have a user log in no more; sessions and tokens end."""
        async with self._operators.turn:
            self._of_the_deck(name, "The settings' user can't be removed.")
            if name == person_behind(who):
                raise ActionRefused("You can't remove yourself.", hint="Ask another administrator.")
            self._not_the_last(name)
            await self._tokens.drop_of(name)
            await self._operators.forget(name)
        self._end_sessions(name, "This user was removed.")
        said = f"{name} was removed, with all tokens."
        await self._audit.note(who=who, act="user-remove", subject=name, detail=said)
        return said

    async def _replace(self, name: str, password: str, why: str) -> None:
        self._operators.passwords.usable(password)
        hashed = await self._operators.passwords.hashed(password)
        async with self._operators.turn:
            if self._operators.role_of(name) is None:
                raise _unknown(name)
            await self._operators.keep(name, password_hash=hashed)
        self._end_sessions(name, why)

    def _of_the_deck(self, name: str, otherwise: str) -> None:
        if name == self._operators.user:
            raise ActionRefused(otherwise, hint="IPTV_TUNERR_WEBUI_USER and IPTV_TUNERR_WEBUI_PASS name that user.")
        if self._operators.role_of(name) is None:
            raise _unknown(name)

    def _not_the_last(self, name: str) -> None:
        """The user of the settings counts only with a password: without one nobody can log in as him."""
        admins = {user.name for user in self._operators.all() if user.role == Role.ADMIN}
        able = admins if self._operators.can_log_in(self._operators.user) else admins - {self._operators.user}
        if able == {name}:
            raise ActionRefused(f"{name} is the last administrator who can log in.", hint="Make another one first.")


def _own(who: str) -> str:
    return f"the password of {who}"


def _unknown(name: str) -> ActionRefused:
    return ActionRefused(f"There is no user {name[:64]!r}.", hint="Reload the page of users.")
