"""Read models of streams: what plays, what was tried."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from tunerr.gateway.outcome import PlaybackOutcome
from tunerr.gateway.timeline import Event, StreamAttempt
from tunerr.model.status import Client, TunerStatus
from tunerr.support.clock import Clock
from tunerr.views.reports import Query, Reports

_ROWS, _MOST_ROWS = 50, 200
_LIMIT_DIGITS = 6


class Gateway(Protocol):
    """What the reports are made from."""

    def attempts(self) -> tuple[StreamAttempt, ...]:
        """Sessions, newest first; those at work included."""
        ...

    def status(self) -> tuple[TunerStatus, ...]:
        """One entry for each tuner."""
        ...


def stream_reports(gateway: Gateway, clock: Clock) -> Reports:
    """The reports by their paths; `limit` says how many rows of the attempts are wanted."""

    async def attempts(query: Query) -> dict[str, Any]:
        return attempts_view(gateway.attempts(), query.get("limit", ""))

    async def active(_: Query) -> dict[str, Any]:
        return active_view(gateway.attempts(), len(gateway.status()))

    async def relays(_: Query) -> dict[str, Any]:
        return relays_view(gateway.attempts(), clock.now().isoformat(timespec="seconds"))

    return {
        "/debug/stream-attempts.json": attempts,
        "/debug/active-streams.json": active,
        "/debug/shared-relays.json": relays,
    }


def attempts_view(attempts: Iterable[StreamAttempt], limit: str = "") -> dict[str, Any]:
    """Sessions, newest first, with every upstream that was tried and the timeline.

    `limit`: how many, as it was asked for; 50 without a number, 200 at most.
    """
    plain = limit.isascii() and limit.isdigit() and len(limit) <= _LIMIT_DIGITS
    most = min(int(limit), _MOST_ROWS) if plain else _ROWS
    return {"attempts": [attempt_row(attempt) for attempt in list(attempts)[:most]]}


def attempt_row(attempt: StreamAttempt) -> dict[str, Any]:
    """One session as JSON takes it; URLs are redacted."""
    return {
        "req_id": attempt.id,
        **_when(attempt),
        "channel_name": attempt.name,
        "guide_number": attempt.number,
        "final_status": attempt.status,
        "final_mode": "native",
        "state": attempt.state,
        "effective_url": attempt.source,
        "bytes": attempt.bytes,
        "switches": attempt.switches,
        "units_left_out": attempt.left_out,
        "upstreams": [_upstream(index, outcome) for index, outcome in enumerate(attempt.outcomes)],
        "timeline": [_event(event) for event in attempt.events],
    }


def active_view(attempts: Iterable[StreamAttempt], tuners: int) -> dict[str, Any]:
    """Who watches what now; `tuners`: how many the device has."""
    running = [attempt for attempt in attempts if not attempt.status]
    return {
        "tuners": tuners,
        "tuners_in_use": sum(attempt.tuner is not None for attempt in running),
        "streams": [
            {
                "request_id": attempt.id,
                **_when(attempt),
                "channel_name": attempt.name,
                "guide_number": attempt.number,
                "tuner": attempt.tuner,
                "state": attempt.state,
                "source": attempt.source,
                "clients": [_client(client) for client in attempt.viewers],
                "switches": attempt.switches,
                "keyframes": attempt.keyframes,
                "bits_per_second": {str(pid): rate for pid, rate in attempt.rates},
                "cancelable": True,
            }
            for attempt in running
        ],
    }


def relays_view(attempts: Iterable[StreamAttempt], generated_at: str) -> dict[str, Any]:
    """The shared upstreams, under the names of the described system."""
    relays = [
        {
            **_when(attempt),
            "shared_upstream": "session",
            "content_type": "video/mp2t",
            "producer_request_id": attempt.id,
            "subscriber_count": len(attempt.viewers),
            "total_bytes": attempt.bytes,
        }
        for attempt in attempts
        if not attempt.status
    ]
    return {"generated_at": generated_at, "count": len(relays), "relays": relays}


def _when(attempt: StreamAttempt) -> dict[str, Any]:
    """What every report says of a session."""
    return {
        "channel_id": attempt.channel,
        "started_at": attempt.started_at.isoformat(timespec="milliseconds"),
        "duration_ms": round(attempt.duration * 1000),
    }


def _upstream(index: int, outcome: PlaybackOutcome) -> dict[str, Any]:
    return {
        "index": index,
        "url": str(outcome.stream.url),
        "outcome": outcome.reason,
        "status": outcome.status,
        "began_at": outcome.began_at.isoformat(timespec="milliseconds"),
        "picture_after_ms": None if outcome.picture_after is None else round(outcome.picture_after * 1000),
        "played_ms": round(outcome.played * 1000),
        "bytes": outcome.bytes,
        "continuity_errors": outcome.continuity_errors,
    }


def _event(event: Event) -> dict[str, str]:
    return {"at": event.at.isoformat(timespec="milliseconds"), "kind": event.kind, "text": event.text}


def _client(client: Client) -> dict[str, str]:
    return {"address": client.address, "program": client.program}
