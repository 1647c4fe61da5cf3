"""What the last examination of the guides found, laid out for pages. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tunerr.errors import TunerrError
from tunerr.guide.diagnosis.doctor import Findings, Problem, diagnose, verdict
from tunerr.guide.messages import GuideFacts


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An id that may be the channel's. `score` from 0 to 100."""

    source: str
    guide_id: str
    guide_name: str
    score: int
    reason: str


@dataclass(frozen=True, slots=True)
class Examined:
    """The findings, `at` that time. `suggestions`: by channel id, best first; `numbers`: channels by problem."""

    at: datetime
    verdict: str
    problems: tuple[Problem, ...]
    suggestions: Mapping[str, tuple[Suggestion, ...]]
    numbers: Mapping[str, frozenset[str]]
    guides: Mapping[str, GuideFacts]


@dataclass(frozen=True, slots=True)
class Examination:
    """How far it is: what is known, whether the guides are being examined now, and why the last time failed."""

    known: Examined | None
    running: bool
    failure: TunerrError | None


@dataclass(frozen=True, slots=True)
class ExaminationState:
    """The same in words; `at` is None before the first one ended."""

    at: datetime | None
    running: bool
    problem: str
    hint: str


def examined(found: Findings) -> Examined:
    """Lay out what was found. Compares many names: not on the event loop."""
    problems = diagnose(found)
    suggestions: defaultdict[str, list[Suggestion]] = defaultdict(list)
    for one in found.answer.suggestions:
        suggestions[one.channel].append(
            Suggestion(one.source, one.guide_id, one.guide_name, int(one.score), one.reason)
        )
    numbers: defaultdict[str, set[str]] = defaultdict(set)
    for problem in problems:
        numbers[problem.kind].update(problem.channels)
    return Examined(
        at=found.now,
        verdict=verdict(found, problems),
        problems=problems,
        suggestions={channel: tuple(some) for channel, some in suggestions.items()},
        numbers={kind: frozenset(some) for kind, some in numbers.items()},
        guides={one.source: one for one in found.answer.guides},
    )


def state_of(examination: Examination) -> ExaminationState:
    """Return what a page says of it."""
    failure = examination.failure
    return ExaminationState(
        at=examination.known.at if examination.known is not None else None,
        running=examination.running,
        problem=failure.message if failure is not None else "",
        hint=failure.hint if failure is not None else "",
    )
