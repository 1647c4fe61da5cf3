"""The bulk child: one request line on stdin, one answer line on stdout; stdin's end is the parent's end."""

from __future__ import annotations

import errno
import os
import resource
import sqlite3
import sys
import threading
from collections.abc import Mapping
from typing import Any

import orjson

from tunerr.errors import DataFolderError, TunerrError, WorkerError
from tunerr.worker.jobs import JOBS, load

_NICENESS = 10
_MEMORY_BYTES = 1 << 30
_ORPHANED = 3
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def main(arguments: list[str], *, jobs: Mapping[str, str] = JOBS, memory_bytes: int = _MEMORY_BYTES) -> int:
    """Run the job named by the one argument; the exit status. An error that is no TunerrError ends in a traceback."""
    answers = _take_stdout()
    os.nice(_NICENESS)
    # Data is heap and anonymous memory; RLIMIT_AS would also count mapped files, which SQLite makes many of.
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    request = orjson.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_die_with_parent, name="lifeline", daemon=True).start()
    os.write(answers, orjson.dumps(_answer(jobs[arguments[0]], request)) + b"\n")
    return 0


def _take_stdout() -> int:
    """Keep stdout for the answer alone: whatever prints, in Python or below, prints to stderr."""
    answers = os.dup(1)
    os.dup2(2, 1)
    return answers


def _die_with_parent() -> None:
    os.read(0, 1)  # nothing ever comes; it returns when the parent is gone
    os._exit(_ORPHANED)


def _answer(module: str, request: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"ok": load(module)(request)}
    except TunerrError as error:
        return {"error": _described(error)}
    except (MemoryError, OSError, sqlite3.Error) as error:
        told = _translated(error)
        if told is None:
            raise
        return {"error": _described(told)}


def _translated(error: MemoryError | OSError | sqlite3.Error) -> TunerrError | None:
    if isinstance(error, MemoryError):
        allowed = resource.getrlimit(resource.RLIMIT_DATA)[0] >> 20
        return WorkerError(f"The job needs more than {allowed} MB of memory.", hint="The document is far too large.")
    if _disk_is_full(error):
        return DataFolderError("The disk is full.", hint="Free some space; what was there before is still in use.")
    return None


def _disk_is_full(error: OSError | sqlite3.Error) -> bool:
    if isinstance(error, OSError):
        return error.errno in _FULL
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL


def _described(error: TunerrError) -> dict[str, Any]:
    fields = {name: value for name, value in vars(error).items() if name not in ("message", "hint")}
    return {"type": type(error).__name__, "message": error.message, "hint": error.hint, "fields": fields}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
