"""Times, figures, states and programs as a person reads them: the filters and tables of all templates.

Words of the tables are marked for translation by being in one; the macro `state` translates them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import pass_context
from jinja2.runtime import Context

_ZONE = "zone"

_STEPS = ((86400, "d"), (3600, "h"), (60, "min"))

# State: its word and its color.
VERDICTS = {
    "ready": ("Ready", "ok"),
    "troubled": ("Ready, with a problem", "warn"),
    "starting": ("Starting", "calm"),
    "down": ("Not ready", "bad"),
}
SOURCES = {
    "waiting": ("Not asked yet", "calm"),
    "ok": ("Up to date", "ok"),
    "failed": ("Failed", "bad"),
    "refused": ("Held back", "warn"),
}
PROBES = {
    "ok": ("Works", "ok"),
    "cloudflare": ("Behind Cloudflare", "warn"),
    "bad_status": ("Refuses", "bad"),
    "rate_limited": ("Asked too often", "warn"),
    "timeout": ("No answer", "bad"),
    "error": ("Fails", "bad"),
}
STREAMS = {
    "opening": ("Opening", "calm"),
    "live": ("Live", "ok"),
    "switching": ("Switching", "warn"),
    "slate": ("Card", "bad"),
    "draining": ("Ending", "calm"),
    "closed": ("Ended", "calm"),
}

HAPPENINGS = {
    "live": ("Started", "ok"),
    "switch": ("Switched", "calm"),
    "repaired": ("Repaired", "ok"),
    "back": ("Back again", "warn"),
    "better": ("Stayed", "calm"),
    "asked": ("Asked for", "calm"),
    "viewer": ("Viewer", "calm"),
    "lost": ("Lost", "bad"),
    "failed": ("No help", "bad"),
    "slate": ("Card", "bad"),
    "ended": ("Ended", "bad"),
    "ok": ("Fine", "ok"),
    "changed": ("Changed", "calm"),
    "held": ("Held back", "warn"),
    "down": ("Failed", "bad"),
    "done": ("Done", "calm"),
}
HAPPENING_KINDS = {
    "stream": ("Streams", "calm"),
    "source": ("Sources", "calm"),
    "guide": ("Guide", "calm"),
    "host": ("Hosts", "calm"),
    "act": ("Operators", "calm"),
}
# The judgement beside a figure of Home.
FIGURES = {
    "free": ("some free", "ok"),
    "full": ("all in use", "warn"),
    "fast": ("fast", "ok"),
    "fair": ("fair", "warn"),
    "slow": ("slow", "bad"),
    "none": ("none seen", "ok"),
    "some": ("some seen", "warn"),
    "healthy": ("healthy", "ok"),
    "patchy": ("patchy", "warn"),
    "poor": ("poor", "bad"),
    "no_guide": ("no guide yet", "calm"),
    "no_limit": ("limit not known", "calm"),
    "offered": ("all offered", "ok"),
    "some_left_out": ("some left out", "calm"),
    "none_offered": ("none yet", "bad"),
    "unknown": ("nothing known yet", "calm"),
}
BUFFERING = {
    "fine": ("Fine", "ok"),
    "provider": ("Provider", "bad"),
    "machine": ("This machine", "bad"),
    "viewer": ("Viewer", "warn"),
    "unknown": ("Not known yet", "calm"),
}
STANDINGS = {
    "playing": ("Plays", "ok"),
    "opening": ("Being tried", "calm"),
    "ready": ("Ready", "calm"),
    "waiting": ("Waits", "warn"),
    "full": ("Account full", "warn"),
    "never": ("Can't be played", "bad"),
}
VIEWERS = {
    "well": ("Keeps up", "ok"),
    "behind": ("Falls behind", "warn"),
    "dropped": ("Given up", "bad"),
}
ENDINGS = {
    "running": ("Plays", "ok"),
    "ok": ("Ended", "calm"),
    "all_tuners_in_use": ("No tuner was free", "warn"),
    "upstream_concurrency_limited": ("Account was full", "warn"),
    "all_upstreams_failed": ("No source could be had", "bad"),
    "stream_ended_after_progress": ("All sources were lost", "bad"),
    "rejected": ("Turned away", "warn"),
}

GUIDES = {
    "healthy": ("Good", "ok"),
    "good": ("Good", "ok"),
    "sparse": ("Next to nothing", "warn"),
    "placeholder_only": ("Name only", "warn"),
    "matched_no_programmes": ("No programmes", "bad"),
    "unlinked": ("In no guide", "bad"),
    "new": ("Not made yet", "calm"),
}
GUIDE_METHODS = {
    "chosen": ("your choice", "ok"),
    "own": ("the provider's own list", "ok"),
    "id": ("the same id", "ok"),
    "alias": ("alias file", "ok"),
    "name": ("the same name", "ok"),
    "words": ("the same words", "warn"),
    "timeshift": ("the name without +1", "ok"),
    "call_sign": ("the call sign", "warn"),
    "number": ("the number", "warn"),
}
PROGRAMMES = {
    "live": ("live", "calm"),
    "new": ("new", "calm"),
    "premiere": ("premiere", "calm"),
    "repeat": ("repeat", "calm"),
}
SEVERITIES = {
    "error": ("Error", "bad"),
    "warning": ("Warning", "warn"),
    "note": ("Note", "calm"),
}

# Where the value of a setting comes from.
ORIGINS = {
    "default": ("default", "calm"),
    "deck": ("set here", "ok"),
    "environment": ("set by the environment", "warn"),
    ".env": ("set by the file .env", "warn"),
    "flag": ("set by an option", "warn"),
}
LOG_LEVELS = {
    "debug": ("Debug", "calm"),
    "info": ("Info", "calm"),
    "warning": ("Warning", "warn"),
    "error": ("Error", "bad"),
    "critical": ("Error", "bad"),
}
# How a source of a session did.
FAILURES = {
    "stopped": ("let go", "calm"),
    "better": ("a better one took over", "calm"),
    "ended": ("ended", "warn"),
    "empty": ("no picture", "bad"),
    "stalled": ("fell silent", "bad"),
    "timeout": ("no answer in time", "bad"),
    "status": ("refused", "bad"),
    "refused": ("address not allowed", "bad"),
    "account_full": ("account full", "warn"),
    "unreachable": ("not reachable", "bad"),
    "reset": ("connection lost", "bad"),
    "html": ("a page instead of a stream", "bad"),
    "garbage": ("no stream data", "bad"),
    "drm": ("protected", "warn"),
    "scrambled": ("scrambled", "warn"),
    "starved": ("slower than real time", "bad"),
    "no_video": ("picture missing", "bad"),
    "no_audio": ("sound missing", "bad"),
    "no_keyframe": ("no place to start from", "bad"),
    "frozen": ("picture stood still", "bad"),
    "lossy": ("packets lost", "bad"),
    "jumpy": ("clock jumped", "bad"),
    "failed": ("could not be opened", "bad"),
    "key": ("key not given", "bad"),
    "ffmpeg": ("ffmpeg failed", "bad"),
    "unsupported": ("not supported", "warn"),
}

_PRODUCT = re.compile(r"([A-Za-z][\w.-]*)/v?(\d+(?:\.\d+)?)")
# Browsers name themselves last, after all that they are compatible with; the special ones come before Chrome.
_BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
# Programs that don't carry the name they are known by.
_KNOWN_AS = {
    "Lavf": "FFmpeg", "LibVLC": "VLC", "AppleCoreMedia": "Apple player", "Edg": "Edge", "OPR": "Opera",
    "PlexMediaServer": "Plex", "Mozilla": "Browser",
}  # fmt: skip
_VERSION_OF_A_PART = {"Lavf", "AppleCoreMedia", "Mozilla"}
_LONGEST = 32
_MEGA = 1_000_000

ROLES = {
    "viewer": ("Viewer", "calm"),
    "operator": ("Operator", "calm"),
    "admin": ("Administrator", "warn"),
}

TABLES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "guides": GUIDES,
    "guide_methods": GUIDE_METHODS,
    "programmes": PROGRAMMES,
    "severities": SEVERITIES,
    "verdicts": VERDICTS,
    "sources": SOURCES,
    "probes": PROBES,
    "streams": STREAMS,
    "happenings": HAPPENINGS,
    "origins": ORIGINS,
    "log_levels": LOG_LEVELS,
    "failures": FAILURES,
    "happening_kinds": HAPPENING_KINDS,
    "figures": FIGURES,
    "buffering": BUFFERING,
    "standings": STANDINGS,
    "viewers": VIEWERS,
    "endings": ENDINGS,
    "roles": ROLES,
}
"""By name: of each state its word and its color (ok, warn, bad, calm)."""


def ago(moment: datetime) -> str:
    """`5 min ago`."""
    span = lasting(moment)
    return f"{span} ago" if span else "just now"


def lasting(moment: datetime) -> str:
    """`5 min`, the time since `moment`; empty below a minute."""
    return span_of((datetime.now(UTC) - moment).total_seconds())


def span_of(seconds: float) -> str:
    """`4 min`; empty below a minute."""
    for length, unit in _STEPS:
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return ""


def span(seconds: float) -> str:
    """`4 min`, `12 s`, `0.4 s`."""
    long = span_of(seconds)
    if long:
        return long
    return f"{seconds:.0f} s" if seconds >= 10 or seconds == int(seconds) else f"{seconds:.1f} s"  # noqa: PLR2004 - tenths below ten


@pass_context
def clock(context: Context, moment: datetime) -> str:
    """`14:02:11` in the zone of the visitor."""
    return f"{_local(context, moment):%H:%M:%S}"


@pass_context
def hour_and_minute(context: Context, moment: datetime) -> str:
    """`14:02` in the zone of the visitor."""
    return f"{_local(context, moment):%H:%M}"


@pass_context
def day(context: Context, moment: datetime) -> str:
    """`Mon 23 Nov` in the zone of the visitor."""
    return f"{_local(context, moment):%a %-d %b}"


def exact(moment: datetime) -> str:
    """ISO 8601 with zone, for machines."""
    return moment.isoformat(timespec="seconds")


@pass_context
def moment_of(context: Context, moment: datetime) -> str:
    """`2026-11-23 14:02:11 CET` in the zone of the visitor, for tool tips."""
    return f"{_local(context, moment):%Y-%m-%d %H:%M:%S %Z}"


def number(value: float) -> str:
    """`12,345`."""
    return f"{value:,}"


def rate(bits_per_second: float) -> str:
    """`7.9 Mbit/s`; `850 kbit/s` below one of them."""
    if bits_per_second >= _MEGA:
        return f"{bits_per_second / _MEGA:.1f} Mbit/s"
    return f"{bits_per_second / 1000:.0f} kbit/s"


def size(count: float) -> str:
    """`4.2 MB`, in powers of 1000."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:  # noqa: PLR2004 - the step of the units
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def sparkline(values: Sequence[float | None], *, width: int = 120, height: int = 28) -> list[str]:
    """Return the paths of an SVG: one for each run of values that are known, scaled to the highest of them."""
    known = [value for value in values if value is not None]
    top = max(known, default=0) or 1
    step = width / max(len(values) - 1, 1)
    paths: list[str] = []
    after_gap = True
    for index, value in enumerate(values):
        if value is not None:
            point = f"{index * step:.1f} {height - 2 - (height - 4) * value / top:.1f}"
            if after_gap:
                paths.append(f"M{point}")
            else:
                paths[-1] += f"L{point}"
        after_gap = value is None
    return paths


def program(agent: str) -> str:
    """The program that names itself `agent`: `VLC 3.0` for `VLC/3.0.20`; `Unknown player` when it tells none."""
    products = _PRODUCT.findall(agent)
    if not products:
        return agent[:_LONGEST] or "Unknown player"
    versions = dict(reversed(products))
    name = products[0][0]
    if name == "Mozilla":
        name = next((browser for browser in _BROWSERS if browser in versions), "Mozilla")
    version = "" if name in _VERSION_OF_A_PART else f" {versions[name]}"
    return f"{_KNOWN_AS.get(name, name)}{version}"[:_LONGEST]


def _local(context: Context, moment: datetime) -> datetime:
    zone: ZoneInfo = context[_ZONE]
    return moment.astimezone(zone)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "ago": ago,
    "lasting": lasting,
    "span": span,
    "clock": clock,
    "hm": hour_and_minute,
    "day": day,
    "exact": exact,
    "moment": moment_of,
    "number": number,
    "rate": rate,
    "size": size,
    "program": program,
}
"""By their names in templates."""
