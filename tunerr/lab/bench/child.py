"""What the bench's own children share."""

from __future__ import annotations

import json
import resource
import sys
import time


def raise_file_limit() -> None:
    """Raise the soft limit of open files to the hard one: a bench opens more than programs usually may."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def tell(event: str, **facts: object) -> None:
    """One JSON line on standard output, with the time `at` in monotonic ns."""
    sys.stdout.write(json.dumps({"event": event, "at": time.monotonic_ns(), **facts}) + "\n")
    sys.stdout.flush()
