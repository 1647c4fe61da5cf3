"""Which part of a guide is asked for: the URL with its suffix. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from tunerr.model.source import Source
from tunerr.model.url import SecretUrl

_HOUR = 3600


class Question(NamedTuple):
    """The URL to ask; `partial`: the answer is a part of the guide, what is known of other times stays."""

    location: SecretUrl
    partial: bool


def question(source: Source, now: datetime, *, whole: bool) -> Question:
    """Return what a source is asked now; `whole`: an incremental one is asked for everything.

    The window is rounded to hours, outwards: two questions within the hour are the same URL, so the second one can be
    answered with "not changed".
    """
    asked = source.programmes
    if not asked.suffix or (asked.incremental and whole) or source.location.scheme == "file":
        return Question(source.location, partial=False)
    hour = int(now.timestamp()) // _HOUR
    start, stop = (hour - asked.backfill) * _HOUR, (hour + asked.lookahead + 1) * _HOUR
    words = {"from_unix": str(start), "to_unix": str(stop), "from_ymd": _day(start), "to_ymd": _day(stop)}
    query = asked.suffix
    for token, value in words.items():
        query = query.replace(f"{{{token}}}", value)
    url, mark, fragment = source.location.reveal().partition("#")
    joint = "" if url.endswith(("?", "&")) else "&" if "?" in url else "?"
    return Question(SecretUrl(f"{url}{joint}{query}{mark}{fragment}"), partial=asked.incremental)


def _day(unix: int) -> str:
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%d")
