"""docs/reference/settings.md and .env.minimal.example, made from the declarations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tunerr.config.changed import CHANGED
from tunerr.config.declare import Section, Setting, settings_of
from tunerr.config.reserved import RESERVED
from tunerr.config.sections import SECTIONS
from tunerr.config.written import written

SETTINGS_PAGE = Path("docs/reference/settings.md")
SAMPLE_FILE = Path(".env.minimal.example")

TITLES = {
    "server": "Server",
    "account": "Subscriptions",
    "provider": "Providers",
    "free-source": "Free sources",
    "free": "Free sources: lists of lists",
    "guide": "Guide",
    "lineup": "Lineup",
    "validation": "Tests of channels",
    "gateway": "Gateway",
    "hdhr": "HDHomeRun",
    "deck": "Control Deck",
    "metrics": "Metrics",
}
"""What the sections are called, by their key."""

_INTRODUCTION = """\
---
id: settings
type: reference
status: stable
tags: [settings, environment, configuration]
---

# Settings

This page is generated (`iptv-tunerr config reference --write`).

Settings are environment variables, or lines of a file `.env` in the working directory. The process environment wins
over `.env`, options of `iptv-tunerr run` win over both; an empty value counts as not set. `iptv-tunerr config show`
prints what is in force and where it came from, `iptv-tunerr config check` only what is wrong.

- **Bad values** are listed all at once, each with an example, and nothing starts (exit 2).
- **Unknown names** that begin with `IPTV_TUNERR_` are reported with the nearest known one.
- **Booleans**: 1/true/yes/on and 0/false/no/off.
- **Durations**: `90s`, `5m`, `1h30m`, `7d`, or plain seconds.
- **URLs**: `\\&` stands for `&`. Where a path is allowed, `~` is the home folder.
- **Secret** ones never appear in logs, pages or messages.
- **Numbered** ones (`NAME`, `NAME_2`, `NAME_3` … up to 99) describe several subscriptions.
- **Quotes** around a value in `.env` are removed, and `$` is an ordinary character.

Sources are called `m3u`, `m3u-2` … (playlists by M3U_URL), `xtream`, `xtream-2` … (playlists of panels),
`xtream-guide`, `xtream-guide-2` … (guides of panels) and `xmltv`, `xmltv-2` … (external guides, in the order given).
Free ones are `free`, `free-2` …, `free-list` … (FREE_SOURCES) and `free-country-us`, `free-category-news`, `free-all`.
Without any playlist the demo provider plays; its data is in `demo` below the data folder.
"""

_SAMPLE = """\
# The least that IPTV Tunerr needs to know. Copy this file to `.env` and fill in ONE of the two ways.
# Everything else has a default: docs/reference/settings.md. Without any of this, the demo plays.
"""
_SAMPLE_WAYS = (
    ("A playlist, with its guide", ("M3U_URL", "XMLTV_URL")),
    ("Or an Xtream panel", ("PROVIDER_URL", "PROVIDER_USER", "PROVIDER_PASS")),
    ("As many channels at once as your subscription allows", ("TUNER_COUNT",)),
)


def settings_page() -> str:
    """The whole of docs/reference/settings.md."""
    return "\n".join([_INTRODUCTION, *_sections(), *_changed(), *_reserved()]).rstrip() + "\n"


def sample_file() -> str:
    """The whole of .env.minimal.example."""
    known = {setting.name: setting for section in SECTIONS.values() for _, setting, _ in settings_of(section)}
    lines = [_SAMPLE]
    for title, names in _SAMPLE_WAYS:
        lines += [f"# {title}.", *(f"#{known[name].env}={known[name].example}" for name in names), ""]
    return "\n".join(lines).rstrip() + "\n"


def _sections() -> Iterator[str]:
    for name, section in SECTIONS.items():
        yield f"## {TITLES[name]}\n"
        yield f"{(section.__doc__ or '').strip()}\n"
        yield "| Setting | Default | Meaning | Example |\n|---|---|---|---|"
        yield from _rows(section)
        yield ""


def _rows(section: type[Section]) -> Iterator[str]:
    for _, setting, default in settings_of(section):
        shown = setting.default or (f"`{written(default)}`" if written(default) else "-")
        yield f"| `{setting.env}` | {shown} | {_meaning(setting)} | `{setting.example}` |"


def _meaning(setting: Setting) -> str:
    marks = [
        *([f"Unit: {setting.unit}."] if setting.unit else []),
        *([f"Option `--{setting.flag}`."] if setting.flag else []),
        *(f"Also read as `IPTV_TUNERR_{alias}`." for alias in setting.aliases),
        *(["Numbered."] if setting.numbered else []),
        *(["Secret."] if setting.secret else []),
    ]
    return " ".join([setting.about, *marks])


def _changed() -> Iterator[str]:
    yield "## Changed on purpose\n"
    yield "For people who know the system whose names these settings carry.\n"
    yield "| What | There | Here | Why |\n|---|---|---|---|"
    for row in CHANGED:
        yield f"| {row.subject} | {row.before} | {row.here} | {row.why} |"
    yield ""


def _reserved() -> Iterator[str]:
    yield "## Accepted without effect\n"
    yield "Setting one of these gives a note, not an error.\n"
    yield "| Why | Names |\n|---|---|"
    groups: dict[str, list[str]] = {}
    for name, why in RESERVED.items():
        groups.setdefault(why, []).append(f"`{name}`")
    for why, names in groups.items():
        yield f"| {why[0].upper()}{why[1:]} | {' '.join(names)} |"
