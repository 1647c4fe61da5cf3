"""States of a session and the ways between them."""

from __future__ import annotations

import enum


class State(enum.Enum):
    """What a session is doing."""

    OPENING = "opening"  # no picture yet
    LIVE = "live"
    SWITCHING = "switching"  # the source is lost, another is being opened
    SLATE = "slate"  # a card is shown while no source can be had
    DRAINING = "draining"  # no more data, viewers take the rest
    CLOSED = "closed"


_NEXT = {
    State.OPENING: {State.LIVE, State.CLOSED},
    State.LIVE: {State.SWITCHING, State.DRAINING, State.CLOSED},
    State.SWITCHING: {State.LIVE, State.SLATE, State.DRAINING, State.CLOSED},
    State.SLATE: {State.LIVE, State.DRAINING, State.CLOSED},
    State.DRAINING: {State.CLOSED},
    State.CLOSED: set[State](),
}


def transition(current: State, target: State) -> State:
    """`target`, when it may follow `current`; RuntimeError when it may not."""
    if target not in _NEXT[current]:
        raise RuntimeError(f"a session that is {current.value} can't become {target.value}")
    return target
