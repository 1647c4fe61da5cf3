"""The settings of the gateway."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from tunerr.config import identity, parsers
from tunerr.config.declare import Section, Setting, reads

_SWITCH = reads(parsers.boolean)


class GatewaySettings(Section):
    """How streams are fetched and passed on."""

    tuner_count: Annotated[
        int | None,
        reads(identity.tuner_count),
        Setting(
            "TUNER_COUNT",
            "How many channels can be watched at once, 1 to 255, or `auto`.",
            "4",
            "tuners",
            default="auto",
            flag="tuner-count",
            aliases=("HDHR_TUNER_COUNT",),
        ),
    ] = None
    user_agent: Annotated[
        str,
        reads(parsers.line(longest=256)),
        Setting("UPSTREAM_USER_AGENT", "The User-Agent sent to providers.", "VLC/3.0.20 LibVLC/3.0.20"),
    ] = "IPTV-Tunerr"
    headers: Annotated[
        tuple[tuple[str, str], ...],
        Field(repr=False),  # values may be tokens
        reads(parsers.headers),
        Setting(
            "UPSTREAM_HEADERS",
            "Further headers sent to providers, parted by commas.",
            "Referer: https://provider.example/",
            secret=True,
        ),
    ] = ()
    host_agents: Annotated[
        tuple[tuple[str, str], ...],
        reads(parsers.host_agents),
        Setting(
            "HOST_UA",
            "User-Agents for single hosts, host=agent, parted by bars; they win over all others, remembered ones too.",
            "cdn.provider.example=VLC/3.0.20 LibVLC/3.0.20",
        ),
    ] = ()
    sec_fetch: Annotated[
        bool,
        _SWITCH,
        Setting("UPSTREAM_ADD_SEC_FETCH", "Send the Sec-Fetch headers that browsers send to providers.", "true"),
    ] = False
    cookie_jar_file: Annotated[
        Path | None,
        reads(parsers.path),
        Setting(
            "COOKIE_JAR_FILE",
            "A file that keeps the cookies of providers over a restart, in Netscape format.",
            "/var/lib/iptv-tunerr/cookies.txt",
            default="kept while the program runs",
        ),
    ] = None
    retry_limit: Annotated[
        int,
        reads(parsers.whole(0, 10)),
        Setting(
            "UPSTREAM_RETRY_LIMIT",
            "How often a tune asks an upstream again that ended, broke off or failed with 5xx, while there is time.",
            "3",
            "retries",
        ),
    ] = 2
    retry_backoff_ms: Annotated[
        int,
        reads(parsers.whole(0, 10_000)),
        Setting(
            "UPSTREAM_RETRY_BACKOFF_MS",
            "The wait before the first retry; it doubles each time. A longer Retry-After of the provider wins.",
            "500",
            "milliseconds",
        ),
    ] = 1000
    attempt_log: Annotated[
        Path | None,
        reads(parsers.path),
        Setting(
            "STREAM_ATTEMPT_LOG",
            "A file that gets one JSON line for each stream that is over: what was tried and what happened.",
            "/var/log/iptv-tunerr/streams.jsonl",
        ),
    ] = None
    ffmpeg_path: Annotated[
        Path | None,
        reads(parsers.path),
        Setting(
            "FFMPEG_PATH", "The ffmpeg program.", "/usr/bin/ffmpeg", default="the one on PATH, else the bundled one"
        ),
    ] = None
    ffmpeg_disabled: Annotated[
        bool, _SWITCH, Setting("FFMPEG_DISABLED", "Never start ffmpeg; streams that need it fail.", "true")
    ] = False
