"""Minutes of a day of which everything is known."""

from dataclasses import replace
from datetime import UTC, datetime

from tunerr.model.samples import Sample

AT = datetime(2026, 11, 22, tzinfo=UTC)
_QUIET = Sample(
    at=0, ready=True, tuners=1, viewers=2, bits_per_second=8_000_000, slots=1, slot_limit=4, channels=479,
    guide_linked=99.0, guide_real=90.0, starts=0, starts_failed=0, picture_ms=None, interruptions=0, repaired=0,
    continuity_errors=0, lag_ms=1.5,
)  # fmt: skip


def minute(number, **more):
    """The sample of a minute of that day, quiet but for what `more` says."""
    return replace(_QUIET, at=int(AT.timestamp()) + 60 * number, **more)


def day(**more):
    """The 1,440 samples of the whole day."""
    return tuple(minute(number, **more) for number in range(1, 1441))
