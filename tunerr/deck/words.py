"""Times as a person reads them."""

from __future__ import annotations

from datetime import UTC, datetime

_STEPS = ((86400, "d"), (3600, "h"), (60, "min"))


def ago(moment: datetime | None) -> str:
    """`5 min ago`; `never` for None."""
    if moment is None:
        return "never"
    seconds = (datetime.now(UTC) - moment).total_seconds()
    for length, unit in _STEPS:
        if seconds >= length:
            return f"{int(seconds // length)} {unit} ago"
    return "just now"


def exact(moment: datetime | None) -> str:
    """ISO 8601 with zone, for tool tips and scripts."""
    return moment.isoformat(timespec="seconds") if moment else ""
