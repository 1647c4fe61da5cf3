"""One map from errors to JSON problems, for both ports."""

from __future__ import annotations

from typing import Final

from tunerr.errors import (
    ActionRefused,
    Forbidden,
    NotFound,
    NotReady,
    QueryRefused,
    StorageError,
    TunerrError,
    WorkerError,
    WrongName,
)

_STATUS: Final[tuple[tuple[type[TunerrError], int], ...]] = (
    (QueryRefused, 400),
    (Forbidden, 403),
    (NotFound, 404),
    (ActionRefused, 409),
    (WrongName, 421),
    (WorkerError, 502),
    (NotReady, 503),
    (StorageError, 503),
)


def problem(error: TunerrError) -> tuple[int, dict[str, str]]:
    """Return the HTTP status and the body of an answer; 500 for errors that no client can do anything about."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    return status, {"error": error.message, "hint": error.hint}
