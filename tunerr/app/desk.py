"""What belongs to the operator and outlives a change of providers: choices, journal, users, tokens, sessions."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

import aiosqlite

from tunerr.actions.audit import Audit
from tunerr.actions.operators import OneTimeCode, Operators
from tunerr.actions.tokens import Tokens
from tunerr.actions.users import Users
from tunerr.config.sections import DeckSettings
from tunerr.deck.sessions import Sessions
from tunerr.deck.throttle import Throttle
from tunerr.storage.choices import Choices
from tunerr.storage.connection import open_server
from tunerr.storage.folder import DataFolder
from tunerr.support.clock import Clock
from tunerr.support.log_ring import LogRing


@dataclass(frozen=True, slots=True)
class Desk:
    """Lives in the data folder itself; the demo's channels and numbers have their own below it."""

    folder: DataFolder
    state: aiosqlite.Connection
    clock: Clock
    choices: Choices
    audit: Audit
    operators: Operators
    users: Users
    tokens: Tokens
    code: OneTimeCode
    sessions: Sessions
    throttle: Throttle
    logs: LogRing


async def open_desk(folder: DataFolder, deck: DeckSettings, clock: Clock, logs: LogRing, stack: AsyncExitStack) -> Desk:
    """Open state.db and what is in it; `stack` closes it. Raises StorageError."""
    state = await open_server(folder.state_db, kind="state")
    stack.push_async_callback(state.close)
    audit = Audit(state=state, clock=clock)
    operators = Operators(
        state=state,
        clock=clock,
        audit=audit,
        user=deck.user,
        fixed_password=deck.password.get_secret_value() if deck.password else None,
    )
    stack.callback(operators.close)
    await operators.load()
    tokens = Tokens(state=state, clock=clock, audit=audit, role_of=operators.role_of)
    stack.push_async_callback(tokens.aclose)
    await tokens.load()
    sessions, throttle = Sessions(clock=clock, role_of=operators.role_of), Throttle(clock=clock)
    users = Users(operators=operators, tokens=tokens, audit=audit, guesses=throttle, end_sessions=sessions.close_of)
    return Desk(
        folder=folder,
        state=state,
        clock=clock,
        choices=Choices(state=state, clock=clock),
        audit=audit,
        operators=operators,
        users=users,
        tokens=tokens,
        code=OneTimeCode(),
        sessions=sessions,
        throttle=throttle,
        logs=logs,
    )
