"""Read models of what the program remembers: its log, its streams, and who did what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from tunerr.gateway.timeline import StreamAttempt
from tunerr.storage.audit import AuditRow
from tunerr.support.log_ring import LogRecord
from tunerr.views.paging import Pages

ROWS: Final = 50
LEVELS: Final = ("debug", "info", "warning", "error", "critical")
"""Of log lines, the least important first."""
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Overview:
    """The way into diagnostics, in figures."""

    streams: int
    playing: int
    failed: int
    lines: int
    warnings: int
    errors: int
    acts: int
    workflows: tuple[tuple[str, str, str], ...]  # name, title, what it is for


@dataclass(frozen=True, slots=True)
class LogRow:
    """One line of the log, without secrets."""

    number: int
    at: datetime | None
    level: str
    event: str
    logger: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LogsView:
    """Lines, newest first. `level`: the least important one that is shown; `kept` of them are in memory.

    `follow`: new lines are wanted as they come.
    """

    follow: bool
    level: str
    channel: str
    request: str
    q: str
    levels: tuple[str, ...]
    kept: int
    rows: tuple[LogRow, ...]
    pages: Pages


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One session. Times in seconds; `status` is "running" while it runs; `failures`: kinds, and how often."""

    id: str
    channel: str
    number: str
    name: str
    started_at: datetime
    duration: float
    status: str
    state: str
    source: str
    viewers: int
    tried: int
    switches: int
    picture_after: float | None
    bytes: int
    failures: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class AttemptsView:
    """Sessions, newest first; `statuses` are those that there are, with how many have them ("running" too)."""

    status: str
    q: str
    statuses: tuple[tuple[str, int], ...]
    rows: tuple[AttemptRow, ...]
    pages: Pages


@dataclass(frozen=True, slots=True)
class AuditView:
    """Operator acts, newest first; `people` and `acts` are those that there are."""

    who: str
    act: str
    people: tuple[str, ...]
    acts: tuple[str, ...]
    rows: tuple[AuditRow, ...]
    pages: Pages


def logs_view(
    records: Sequence[LogRecord],
    *,
    level: str = "",
    channel: str = "",
    request: str = "",
    q: str = "",
    page: str = "",
    follow: str = "",
) -> LogsView:
    """Filter the lines, newest first. `channel` and `request` are fields of a line; `q` is words of any of it."""
    level = level if level in LEVELS else ""
    least, words = LEVELS.index(level) if level else 0, q.lower().split()
    rows = [
        record
        for record in records
        if (not least or (record.level in LEVELS and LEVELS.index(record.level) >= least))
        and (not channel or str(record.fields.get("channel", "")) == channel)
        and (not request or str(record.fields.get("request", "")) == request)
        and (not words or _has(record, words))
    ]
    asked = {"level": level, "channel": channel, "request": request, "q": q}
    pages = paged(len(rows), page, asked)
    return LogsView(
        follow=follow == "1",
        **asked,
        levels=LEVELS[:4],
        kept=len(records),
        rows=tuple(map(_log_row, rows[first(pages) : first(pages) + ROWS])),
        pages=pages,
    )


def attempts_page(attempts: Sequence[StreamAttempt], *, status: str = "", q: str = "", page: str = "") -> AttemptsView:
    """Filter sessions by how they ended and by channel."""
    words = q.lower().split()
    matching = [one for one in attempts if all(word in f"{one.number} {one.name} {one.id}".lower() for word in words)]
    counts = Counter(one.status or "running" for one in matching)
    rows = [one for one in matching if not status or (one.status or "running") == status]
    pages = paged(len(rows), page, {"status": status, "q": q})
    return AttemptsView(
        status=status,
        q=q,
        statuses=tuple(sorted(counts.items())),
        rows=tuple(map(_attempt_row, rows[first(pages) : first(pages) + ROWS])),
        pages=pages,
    )


def overview(
    attempts: Iterable[StreamAttempt],
    records: Iterable[LogRecord],
    acts: int,
    workflows: Iterable[tuple[str, str, str]],
) -> Overview:
    """Count what there is to look at."""
    states = Counter(one.status or "running" for one in attempts)
    levels = Counter(one.level for one in records)
    return Overview(
        streams=states.total(),
        playing=states["running"],
        failed=states.total() - states["running"] - states["ok"],
        lines=levels.total(),
        warnings=levels["warning"],
        errors=levels["error"] + levels["critical"],
        acts=acts,
        workflows=tuple(workflows),
    )


def paged(total: int, page: str, asked: Mapping[str, str]) -> Pages:
    """Which page of 50 rows is meant; one that is not there is the last one."""
    count = max(-(-total // ROWS), 1)
    plain = page.isascii() and page.isdigit() and len(page) <= _DIGITS
    number = min(max(int(page), 1), count) if plain else 1
    return Pages(number, count, total, urlencode({name: value for name, value in asked.items() if value}))


def first(pages: Pages) -> int:
    """Return how many rows come before those of the page."""
    return (pages.page - 1) * ROWS


def as_event(record: LogRecord) -> dict[str, object]:
    """A line as those who follow the log get it."""
    return {"at": record.at, "level": record.level, "event": record.event, "fields": dict(_fields(record))}


def _has(record: LogRecord, words: Sequence[str]) -> bool:
    text = f"{record.event} {record.logger} {' '.join(f'{name}={value}' for name, value in record.fields.items())}"
    return all(word in text.lower() for word in words)


def _fields(record: LogRecord) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(value)) for name, value in record.fields.items())


def _log_row(record: LogRecord) -> LogRow:
    try:
        at = datetime.fromisoformat(record.at)
    except ValueError:
        at = None
    return LogRow(record.number, at, record.level, record.event, record.logger, _fields(record))


def _attempt_row(one: StreamAttempt) -> AttemptRow:
    failures = Counter(outcome.reason for outcome in one.outcomes if outcome.reason != "stopped")
    return AttemptRow(
        id=one.id,
        channel=one.channel,
        number=one.number,
        name=one.name,
        started_at=one.started_at,
        duration=one.duration,
        status=one.status or "running",
        state=one.state,
        source=one.source,
        viewers=len(one.viewers),
        tried=len(one.outcomes),
        switches=one.switches,
        picture_after=next((each.picture_after for each in one.outcomes if each.picture_after is not None), None),
        bytes=one.bytes,
        failures=tuple(failures.most_common()),
    )
