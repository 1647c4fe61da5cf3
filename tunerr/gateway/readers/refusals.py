"""What the headers of a refusal say: when to ask again, and what HDHomeRun hardware lacks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tunerr.errors import UpstreamError

HDHOMERUN_ERROR = "X-HDHomeRun-Error"
_LONGEST_WAIT = 3600.0
# Code: sentence, reason (hdhr.md, 1.5).
_HARDWARE: dict[int, tuple[str, str]] = {
    801: ("The tuner does not know this channel", "status"),
    802: ("The tuner does not know the transcode profile", "status"),
    803: ("The tuner is busy", "status"),
    804: ("This tuner is in use", "account_full"),
    805: ("All tuners of the device are in use", "account_full"),
    806: ("The tuner could not tune to the channel; the signal may be too weak", "status"),
    807: ("The tuner gets no video data; the signal may be too weak", "status"),
    809: ("The device plays as many streams as it may", "account_full"),
    811: ("The channel is protected by DRM", "drm"),
}


def hardware_refusal(status: int, said: str) -> UpstreamError:
    """The error for an answer whose X-HDHomeRun-Error is `said`: a code, then words."""
    code = said.strip().partition(" ")[0]
    number = int(code) if code.isascii() and code.isdigit() and len(code) <= 3 else 0  # noqa: PLR2004 - 801 to 811
    sentence, reason = _HARDWARE.get(number, ("The tuner refused", "status"))
    return UpstreamError(f"{sentence} (HDHomeRun {number}, HTTP {status}).", reason=reason, status=status)


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that Retry-After asks for, an hour at most; 0 without one. A date counts from the answer's own Date."""
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), _LONGEST_WAIT)
    until, now = _date(said), _date(headers.get("Date", ""))
    if until is None or now is None:
        return 0.0
    return min(max((until - now).total_seconds(), 0.0), _LONGEST_WAIT)


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter for numbers of twenty digits
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
