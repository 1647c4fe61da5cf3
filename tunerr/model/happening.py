"""One line of what happened, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

HappeningKind = Literal["stream", "source", "guide", "host", "act"]
"""Of a stream, a source's refresh, the guide, a provider's host, or an operator's act."""
HAPPENING_KINDS: tuple[HappeningKind, ...] = get_args(HappeningKind)


@dataclass(frozen=True, slots=True)
class Happening:
    """`title`: what it is about, `message` a sentence, `detail` more of it or empty; none holds a secret.

    `outcome` is one word for a state: of a stream the kind of its event (`gateway.timeline.Event`), of others ok,
    changed, held, down or done. `actor`: who did it, empty for the program itself. `link`: where there is more,
    a path of the deck, or empty.
    """

    at: datetime
    kind: HappeningKind
    outcome: str
    title: str
    message: str
    detail: str = ""
    actor: str = ""
    link: str = ""
