"""The settings of the guide: where programmes come from, how channels are found in them, how much is kept."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import InstanceOf

from tunerr.config import parsers
from tunerr.config.declare import Section, Setting, reads
from tunerr.model.url import SecretUrl

_SWITCH = reads(parsers.boolean)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*", re.ASCII)
_TOKEN = re.compile(r"\{([^{}]*)\}|[{}]")
TOKENS = ("from_unix", "to_unix", "from_ymd", "to_ymd")
"""What a suffix may hold in braces: start and end of the part that is asked for."""


def suffix(text: str) -> str:
    """What is added to the query of a guide's URL; every word in braces is one of TOKENS."""
    word = parsers.line(longest=500)(text).lstrip("?&")
    wrong = [found[0] for found in _TOKEN.finditer(word) if found[1] not in TOKENS]
    if wrong:
        raise ValueError(f"{wrong[0][:40]} is none of {', '.join(f'{{{token}}}' for token in TOKENS)}.")
    if "#" in word or " " in word:
        raise ValueError("The value is no query of a URL: it has a space or a #.")
    return word


def _languages(text: str) -> tuple[str, ...]:
    """Languages as guides write them, in lower case."""
    found = tuple(dict.fromkeys(word.lower() for word in parsers.words(text)))
    if wrong := [word for word in found if _LANGUAGE.fullmatch(word) is None]:
        raise ValueError(f"{wrong[0][:40]!r} is no language, such as en or de.")
    return found


def _paths(text: str) -> tuple[Path, ...]:
    """Paths parted by commas."""
    return tuple(parsers.path(part) for part in text.split(",") if part.strip())


class GuideSettings(Section):
    """Where programmes come from."""

    provider_epg_enabled: Annotated[
        bool, _SWITCH, Setting("PROVIDER_EPG_ENABLED", "Fetch the guide of each panel (xmltv.php).", "false")
    ] = True
    provider_epg_timeout: Annotated[
        float,
        reads(parsers.duration(zero=False)),
        Setting("PROVIDER_EPG_TIMEOUT", "The longest wait for a panel's guide.", "90s", "duration"),
    ] = 90.0
    provider_epg_suffix: Annotated[
        str,
        reads(suffix),
        Setting(
            "PROVIDER_EPG_URL_SUFFIX",
            "Added to the query of each panel's guide; may hold {from_unix}, {to_unix}, {from_ymd} and {to_ymd}.",
            "from={from_unix}&to={to_unix}",
        ),
    ] = ""
    provider_epg_incremental: Annotated[
        bool,
        _SWITCH,
        Setting(
            "PROVIDER_EPG_INCREMENTAL",
            "Ask for the whole guide once, then only for the part that PROVIDER_EPG_URL_SUFFIX says.",
            "true",
        ),
    ] = False
    provider_epg_lookahead: Annotated[
        int,
        reads(parsers.whole(1, 21 * 24)),
        Setting("PROVIDER_EPG_LOOKAHEAD_HOURS", "How far ahead this part reaches.", "48", "hours"),
    ] = 72
    provider_epg_backfill: Annotated[
        int,
        reads(parsers.whole(0, 14 * 24)),
        Setting("PROVIDER_EPG_BACKFILL_HOURS", "How far back this part reaches.", "12", "hours"),
    ] = 6
    short_epg: Annotated[
        bool,
        _SWITCH,
        Setting(
            "PROVIDER_SHORT_EPG_FALLBACK",
            "Ask panels for the next programmes of each channel that the guides know little about.",
            "true",
        ),
    ] = False
    short_epg_min: Annotated[
        int,
        reads(parsers.whole(1, 100)),
        Setting(
            "PROVIDER_SHORT_EPG_MIN_PROGRAMMES",
            "Fewer real programmes than this are little: the panel is asked, and the channel counts as sparse.",
            "4",
            "programmes",
        ),
    ] = 2
    short_epg_limit: Annotated[
        int,
        reads(parsers.whole(1, 100)),
        Setting("PROVIDER_SHORT_EPG_LIMIT", "Programmes that are asked for.", "12", "programmes"),
    ] = 6
    short_epg_concurrency: Annotated[
        int,
        reads(parsers.whole(1, 16)),
        Setting("PROVIDER_SHORT_EPG_CONCURRENCY", "Channels that one panel is asked for at once.", "2", "channels"),
    ] = 8
    short_epg_timeout: Annotated[
        float,
        reads(parsers.duration(zero=False)),
        Setting("PROVIDER_SHORT_EPG_TIMEOUT", "The longest wait for the answer about one channel.", "10s", "duration"),
    ] = 5.0
    xmltv_urls: Annotated[
        tuple[InstanceOf[SecretUrl], ...],
        reads(parsers.locations),
        Setting(
            "XMLTV_URL",
            "External guides: URLs or paths, parted by commas; the first one wins where several know a channel.",
            "https://guide.example/xmltv.xml.gz",
            flag="xmltv",
            secret=True,
        ),
    ] = ()
    xmltv_timeout: Annotated[
        float,
        reads(parsers.duration(zero=False)),
        Setting("XMLTV_TIMEOUT", "The longest wait for an external guide.", "45s", "duration"),
    ] = 45.0
    hdhr_url: Annotated[
        InstanceOf[SecretUrl] | None,
        reads(parsers.location),
        Setting(
            "HDHR_GUIDE_URL",
            "The guide of an HDHomeRun device, XMLTV or JSON; it fills what the guides above lack.",
            "http://192.168.1.20/guide.xml",
            secret=True,
        ),
    ] = None
    hdhr_timeout: Annotated[
        float,
        reads(parsers.duration(zero=False)),
        Setting("HDHR_GUIDE_TIMEOUT", "The longest wait for the device's guide.", "90s", "duration"),
    ] = 90.0
    match: Annotated[
        bool,
        _SWITCH,
        Setting(
            "XMLTV_MATCH_ENABLE",
            "Find channels in guides by name, call sign and number too, not by ids alone.",
            "false",
        ),
    ] = True
    aliases: Annotated[
        InstanceOf[SecretUrl] | None,
        reads(parsers.location),
        Setting(
            "XMLTV_ALIASES",
            "A JSON file of XMLTV ids by channel name: URL or path. It is read again at every refresh of a guide.",
            "/etc/iptv-tunerr/aliases.json",
            secret=True,
        ),
    ] = None
    prefer_languages: Annotated[
        tuple[str, ...],
        reads(_languages),
        Setting("XMLTV_PREFER_LANGS", "Languages whose titles come first, the best first.", "en,de"),
    ] = ()
    prefer_latin: Annotated[
        bool, _SWITCH, Setting("XMLTV_PREFER_LATIN", "Titles in Latin letters come before others.", "true")
    ] = False
    non_latin_title: Annotated[
        str,
        reads(parsers.choice("off", "channel")),
        Setting(
            "XMLTV_NON_LATIN_TITLE_FALLBACK",
            "What stands for titles of which none has Latin letters: off (the title), channel (the channel's name).",
            "channel",
        ),
    ] = "off"
    prune_unlinked: Annotated[
        bool,
        _SWITCH,
        Setting("EPG_PRUNE_UNLINKED", "Leave channels that no guide knows out of guide and M3U.", "true"),
    ] = False
    serve_hours: Annotated[
        int,
        reads(parsers.whole(0, 14 * 24)),
        Setting(
            "EPG_GUIDE_SERVE_WINDOW_HOURS",
            "How far ahead the served guide reaches; 0 = 14 days.",
            "72",
            "hours",
        ),
    ] = 0
    retain_past_hours: Annotated[
        int,
        reads(parsers.whole(0, 14 * 24)),
        Setting("EPG_SQLITE_RETAIN_PAST_HOURS", "How long ended programmes are kept; 0 = 48.", "24", "hours"),
    ] = 0
    max_bytes: Annotated[
        int,
        reads(parsers.whole(0, 999_999_999)),
        Setting(
            "EPG_SQLITE_MAX_BYTES",
            "What the programmes of all guides may take on disk; the days furthest ahead go first. 0 = no limit.",
            "500000000",
            "bytes",
        ),
    ] = 0
    max_mb: Annotated[
        int,
        reads(parsers.whole(0, 1_000_000)),
        Setting("EPG_SQLITE_MAX_MB", "The same in megabytes; the smaller one counts.", "500", "MB"),
    ] = 0
    input_urls: Annotated[
        tuple[InstanceOf[SecretUrl], ...],
        reads(parsers.locations),
        Setting(
            "GUIDE_INPUT_ALLOWED_URLS",
            "Further URLs that a report on a guide may be asked about; those of your guides always may.",
            "https://guide.example/",
            secret=True,
        ),
    ] = ()
    input_roots: Annotated[
        tuple[Path, ...],
        reads(_paths),
        Setting(
            "GUIDE_INPUT_ROOTS", "Folders whose guides a report may be asked about, parted by commas.", "/srv/guides"
        ),
    ] = ()

    @property
    def largest_bytes(self) -> int:
        """What the programmes of all guides may take; 0 = no limit."""
        return min(filter(None, (self.max_bytes, self.max_mb * 1_000_000)), default=0)
