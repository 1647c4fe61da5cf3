"""Times, states and programs as a person reads them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

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
    "switch": ("Switched", "warn"),
    "better": ("Stayed", "calm"),
    "lost": ("Lost", "bad"),
    "failed": ("No help", "bad"),
    "slate": ("Card", "bad"),
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


def ago(moment: datetime) -> str:
    """`5 min ago`."""
    span = lasting(moment)
    return f"{span} ago" if span else "just now"


def lasting(moment: datetime) -> str:
    """`5 min`, the time since `moment`; empty below a minute."""
    seconds = (datetime.now(UTC) - moment).total_seconds()
    for length, unit in _STEPS:
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return ""


def clock(moment: datetime) -> str:
    """`14:02:11 UTC`; the deck's script puts the browser's own time in its place."""
    return f"{moment.astimezone(UTC):%H:%M:%S} UTC"


def exact(moment: datetime) -> str:
    """ISO 8601 with zone, for tool tips and scripts."""
    return moment.isoformat(timespec="seconds")


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
