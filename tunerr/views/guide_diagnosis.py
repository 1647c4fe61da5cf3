"""The doctor's page: what is wrong with the guide, how many channels it concerns, and each guide in figures. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tunerr.guide.diagnosis.doctor import Problem, Severity
from tunerr.guide.lookup.stored import Stored
from tunerr.model.status import SourceStatus
from tunerr.views.guide_examined import Examination, ExaminationState, state_of
from tunerr.views.guide_repair import LIST_OF_PROBLEM

_EXAMPLES = 5
_COMMANDS = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of problem. `count`: channels concerned, else how often it was found; `what`: the first of them.

    `path`: where it is repaired, empty when not on the pages of the guide.
    """

    kind: str
    severity: Severity
    count: int
    of_channels: bool
    what: tuple[str, ...]
    why: str
    next_step: str
    commands: tuple[str, ...]
    path: str


@dataclass(frozen=True, slots=True)
class GuideSource:
    """One guide. Times are None without programmes; `skew` in seconds; figures of the examination are -1 before it."""

    id: str
    state: str
    message: str
    hint: str
    succeeded_at: datetime | None
    first: datetime | None
    last: datetime | None
    programmes: int
    listed: int
    with_programmes: int
    matched: int
    skew: int
    skew_from: str


@dataclass(frozen=True, slots=True)
class DiagnosisView:
    """The page. `channels`: those that are offered."""

    examination: ExaminationState
    verdict: str
    findings: tuple[Finding, ...]
    sources: tuple[GuideSource, ...]
    channels: int


def diagnosis_view(
    examination: Examination, statuses: Sequence[SourceStatus], stored: Stored, *, channels: int
) -> DiagnosisView:
    """Return the page; `statuses` of all sources."""
    known = examination.known
    return DiagnosisView(
        examination=state_of(examination),
        verdict=known.verdict if known is not None else "",
        findings=_findings(known.problems) if known is not None else (),
        sources=tuple(_source(one, stored, examination) for one in statuses if one.kind == "guide"),
        channels=channels,
    )


def _findings(problems: Sequence[Problem]) -> tuple[Finding, ...]:
    kinds = dict.fromkeys(problem.kind for problem in problems)
    return tuple(_finding([problem for problem in problems if problem.kind == kind]) for kind in kinds)


def _finding(alike: Sequence[Problem]) -> Finding:
    first, channels = alike[0], {number for problem in alike for number in problem.channels}
    shown = LIST_OF_PROBLEM.get(first.kind, "")
    return Finding(
        kind=first.kind,
        severity=first.severity,
        count=len(channels) or len(alike),
        of_channels=bool(channels),
        what=tuple(problem.what for problem in alike[:_EXAMPLES]),
        why=first.why,
        next_step=first.next_step,
        commands=tuple(problem.commands[0] for problem in alike if problem.commands)[:_COMMANDS],
        path=f"/guide/repair?show={shown}" if shown else "/providers" if first.kind.startswith("source_") else "",
    )


def _source(status: SourceStatus, stored: Stored, examination: Examination) -> GuideSource:
    held = next((one for one in stored.guides if one.source == status.id), None)
    facts = examination.known.guides.get(status.id) if examination.known is not None else None
    return GuideSource(
        id=status.id,
        state=status.state.value,
        message=status.message,
        hint=status.hint,
        succeeded_at=status.succeeded_at,
        first=_time(held.first) if held is not None else None,
        last=_time(held.last) if held is not None else None,
        programmes=held.programmes if held is not None else 0,
        listed=held.listed if held is not None else 0,
        with_programmes=facts.with_programmes if facts is not None else -1,
        matched=facts.matched if facts is not None else -1,
        skew=facts.skew if facts is not None else 0,
        skew_from=facts.skew_from if facts is not None else "",
    )


def _time(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
