"""Facts of the panel: which quirks are on, who asked for what."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from tunerr.lab.panel.quirks import Quirk

_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Question:
    """One request for a document. `action` is that of player_api.php, else the file's name; `at` monotonic seconds."""

    action: str
    host: str
    agent: str
    at: float
    status: int


@dataclass(slots=True)
class PanelState:
    """Changed by tests and the command line while the panel runs."""

    quirks: set[Quirk] = field(default_factory=set)
    questions: deque[Question] = field(default_factory=lambda: deque(maxlen=_KEPT))
    token: str = "t0"  # noqa: S105 - what the token host of a laboratory wants to hear
