"""The settings of the lineup: what of the catalog is offered, and in which order."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from tunerr.config import identity, parsers
from tunerr.config.declare import Section, Setting, reads
from tunerr.model.numbers import LARGEST
from tunerr.model.pattern import UserPattern

_SWITCH = reads(parsers.boolean)
_LANGUAGE = re.compile(r"[a-z]{2}", re.ASCII)
_MOST_CHANNELS = 1_000_000
_MOST_DEVICES = 32


def _words(text: str) -> tuple[str, ...]:
    """Words parted by commas or line ends."""
    return tuple(dict.fromkeys(word.strip() for word in re.split(r"[,\n]", text) if word.strip()))


def _hosts(text: str) -> tuple[str, ...]:
    """Hosts in lower case; of a URL only the host, with its port when it has one."""
    return tuple(re.sub(r"^[a-z]+://|[/?#].*$", "", word.lower()) for word in _words(text))


def _languages(text: str) -> tuple[str, ...]:
    """Two-letter languages; `all` is none of them."""
    words = _words(text.lower())
    if words in {("all",), ("off",)}:
        return ()
    if wrong := [word for word in words if _LANGUAGE.fullmatch(word) is None]:
        raise ValueError(f"{wrong[0][:40]!r} is no language of two letters, such as en or fr, and not `all`.")
    return words


def _pattern(text: str) -> str:
    """A regular expression that can be used."""
    UserPattern.parse(text)
    return text


def _one_of(*words: str, **aliases: str) -> Callable[[str], str]:
    """Parser of one of `words`; `aliases` are older spellings."""
    known = parsers.choice(*words, *aliases)

    def parse(text: str) -> str:
        word = known(text)
        return aliases.get(word, word)

    return parse


class LineupSettings(Section):
    """What is offered."""

    max_channels: Annotated[
        int,
        reads(identity.max_channels),
        Setting(
            "LINEUP_MAX_CHANNELS", "Channels of one device, 1 to 479; 0 = 479. Plex fails at 480.", "200", "channels"
        ),
    ] = 479
    devices: Annotated[
        int,
        reads(parsers.whole(1, _MOST_DEVICES)),
        Setting(
            "LINEUP_DEVICES",
            "Devices that the lineup is spread over, 1 to 32, each with its own id, path and at most 479 channels.",
            "3",
            "devices",
        ),
    ] = 1
    strip_hosts: Annotated[
        tuple[str, ...],
        reads(_hosts),
        Setting("STRIP_STREAM_HOSTS", "Streams on these hosts, and hosts that end so, are not used.", "cdn.example"),
    ] = ()
    guide_id_only: Annotated[bool, _SWITCH, Setting("LIVE_EPG_ONLY", "Only channels that have a tvg-id.", "true")] = (
        False
    )
    drop_music: Annotated[
        bool, _SWITCH, Setting("LINEUP_DROP_MUSIC", "Leave out music channels and radio, by words.", "true")
    ] = False
    drop_sports: Annotated[
        bool, _SWITCH, Setting("LINEUP_DROP_SPORTS", "Leave out sports channels, by words.", "true")
    ] = False
    exclude_ids: Annotated[
        tuple[str, ...],
        reads(_words),
        Setting(
            "LINEUP_EXCLUDE_CHANNEL_IDS",
            "Channels that are left out: channel ids or tvg-ids, parted by commas.",
            "dna-0123456789abcdef,Shop.us",
        ),
    ] = ()
    languages: Annotated[
        tuple[str, ...],
        reads(_languages),
        Setting(
            "LINEUP_LANGUAGE",
            "Only channels in these languages, parted by commas, or `all`; unknown counts as English.",
            "en,fr",
            default="all",
        ),
    ] = ()
    exclude_regex: Annotated[
        str,
        reads(_pattern),
        Setting(
            "LINEUP_EXCLUDE_REGEX",
            "Leave out channels whose name or tvg-id matches this expression, whatever the case.",
            r"\bPPV\b",
        ),
    ] = ""
    free_mode: Annotated[
        str,
        reads(_one_of("supplement", "merge", "full")),
        Setting(
            "FREE_SOURCE_MODE",
            "What free sources add: supplement (only channels that no paid source has), merge (backups for those too), "
            "full (everything).",
            "merge",
        ),
    ] = "supplement"
    free_guide_id: Annotated[
        bool,
        _SWITCH,
        Setting(
            "FREE_SOURCE_REQUIRE_TVGID",
            "Of free sources only channels that have a tvg-id.",
            "false",
            aliases=("FREE_SOURCE_REQUIRE_TVG_ID",),
        ),
    ] = True
    free_drop_adult: Annotated[
        bool,
        _SWITCH,
        Setting("FREE_SOURCE_FILTER_NSFW", "Leave out adult channels of free sources, by words.", "false"),
    ] = True
    free_drop_closed: Annotated[
        bool,
        _SWITCH,
        Setting("FREE_SOURCE_FILTER_CLOSED", "Leave out channels of free sources that are marked as closed.", "false"),
    ] = True
    dna_policy: Annotated[
        str,
        reads(_one_of("off", "prefer_best", "prefer_resilient", best="prefer_best", resilient="prefer_resilient")),
        Setting(
            "DNA_POLICY",
            "Which of several channels with one identity stays: off, prefer_best, prefer_resilient.",
            "prefer_best",
        ),
    ] = "off"
    preferred_hosts: Annotated[
        tuple[str, ...],
        reads(_hosts),
        Setting("DNA_PREFERRED_HOSTS", "Hosts (host or host:port) preferred among duplicates.", "fast.example:8080"),
    ] = ()
    programming_file: Annotated[
        Path | None,
        reads(parsers.path),
        Setting(
            "PROGRAMMING_RECIPE_FILE",
            "A JSON file of group and channel picks; it is read again for every lineup.",
            "/etc/iptv-tunerr/programming.json",
        ),
    ] = None
    exclude_recipe: Annotated[
        str,
        reads(_one_of("off", "sports_now", "sports_na", "kids_safe")),
        Setting(
            "LINEUP_EXCLUDE_RECIPE",
            "Leave out what this recipe would keep: sports_now, sports_na, kids_safe.",
            "sports_now",
        ),
    ] = "off"
    recipe: Annotated[
        str,
        reads(
            _one_of(
                *("off", "high_confidence", "balanced", "guide_first", "resilient"),
                *("sports_now", "sports_na", "kids_safe", "locals_first", "healthy"),
            )
        ),
        Setting(
            "LINEUP_RECIPE",
            "One recipe: off, high_confidence, balanced, guide_first, resilient, sports_now, sports_na, kids_safe, "
            "locals_first, healthy.",
            "locals_first",
        ),
    ] = "off"
    event_past: Annotated[
        float,
        reads(parsers.duration(zero=True)),
        Setting("SPORTS_EVENT_PAST_WINDOW", "How long sports_na keeps an event after its start.", "150m", "duration"),
    ] = 150 * 60.0
    event_future: Annotated[
        float,
        reads(parsers.duration(zero=True)),
        Setting("SPORTS_EVENT_FUTURE_WINDOW", "How early sports_na shows an event.", "4h", "duration"),
    ] = 4 * 3600.0
    shape: Annotated[
        str,
        reads(_one_of("off", "na_en")),
        Setting("LINEUP_SHAPE", "An order: off, na_en (English channels of North America first).", "na_en"),
    ] = "off"
    region_profile: Annotated[
        str,
        reads(_one_of("off", "ca_west", "ca_prairies")),
        Setting("LINEUP_REGION_PROFILE", "The region that na_en puts first: off, ca_west, ca_prairies.", "ca_west"),
    ] = "off"
    dedupe: Annotated[
        str,
        reads(
            _one_of(
                *("off", "identity", "strong"),
                **{"stable": "identity", "true": "identity", "1": "identity", "false": "off", "0": "off"},
            )
        ),
        Setting(
            "LINEUP_DEDUPE",
            "One of several channels that are the same: off; stable, identity, true or 1 (same tvg-id, else same "
            "name); strong (same name).",
            "stable",
        ),
    ] = "off"
    skip: Annotated[
        int,
        reads(parsers.whole(0, _MOST_CHANNELS)),
        Setting("LINEUP_SKIP", "Leave out the first channels.", "479", "channels"),
    ] = 0
    take: Annotated[
        int,
        reads(parsers.whole(0, _MOST_CHANNELS)),
        Setting("LINEUP_TAKE", "Of those that follow only so many; 0 = all.", "479", "channels"),
    ] = 0
    resequence: Annotated[
        bool,
        _SWITCH,
        Setting("GUIDE_NUMBER_RESEQUENCE", "New channels want numbers in the order of the lineup.", "true"),
    ] = False
    resequence_start: Annotated[
        int,
        reads(parsers.whole(1, LARGEST)),
        Setting("GUIDE_NUMBER_RESEQUENCE_START", "The first of these numbers.", "100"),
    ] = 1
    number_offset: Annotated[
        int,
        reads(parsers.whole(-LARGEST, LARGEST)),
        Setting("GUIDE_NUMBER_OFFSET", "Added to the number that a new channel wants.", "1000"),
    ] = 0
    drop_failed: Annotated[
        bool,
        _SWITCH,
        Setting("LINEUP_PROBE_ENABLED", "Leave out channels whose streams failed when they were tested.", "true"),
    ] = False
    guide_policy: Annotated[
        str,
        reads(_one_of("off", "healthy", "strict", "drop_placeholders", placeholder="drop_placeholders")),
        Setting(
            "GUIDE_POLICY",
            "Leave out channels by the health of their guide, once that is known: off, healthy, strict, "
            "drop_placeholders.",
            "healthy",
        ),
    ] = "off"
