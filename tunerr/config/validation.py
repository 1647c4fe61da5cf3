"""The settings of the tests of streams.

SMOKETEST_* and LINEUP_PROBE_* are two names of one engine. Only the switches differ: SMOKETEST_ENABLED tests and
reports, LINEUP_PROBE_ENABLED (a rule of the lineup) leaves out what failed, for which it is tested as well.
"""

from __future__ import annotations

from typing import Annotated

from tunerr.config import parsers
from tunerr.config.declare import Section, Setting, reads


class ValidationSettings(Section):
    """Whether and how streams are tested before their channels are offered."""

    enabled: Annotated[
        bool,
        reads(parsers.boolean),
        Setting(
            "SMOKETEST_ENABLED",
            "Test the streams after each refresh and report it. LINEUP_PROBE_ENABLED tests them too, and leaves out "
            "channels all of whose streams failed twice, an hour apart.",
            "true",
        ),
    ] = False
    timeout: Annotated[
        float,
        reads(parsers.duration(zero=False)),
        Setting(
            "SMOKETEST_TIMEOUT", "The longest test of one stream.", "8s", "duration", aliases=("LINEUP_PROBE_TIMEOUT",)
        ),
    ] = 8.0
    workers: Annotated[
        int,
        reads(parsers.whole(1, 32)),
        Setting(
            "SMOKETEST_CONCURRENCY",
            "Streams tested at once; never more than one of an account, and each host is asked every two seconds.",
            "3",
            "tests",
            aliases=("LINEUP_PROBE_CONCURRENCY",),
        ),
    ] = 4
    max_channels: Annotated[
        int,
        reads(parsers.whole(0, 1_000_000)),
        Setting("SMOKETEST_MAX_CHANNELS", "Channels tested by one run; 0 = all.", "200", "channels"),
    ] = 0
    max_duration: Annotated[
        float,
        reads(parsers.duration(zero=True)),
        Setting(
            "SMOKETEST_MAX_DURATION",
            "The longest run; what it does not reach is kept untested. 0 = no bound.",
            "30m",
            "duration",
            aliases=("LINEUP_PROBE_MAX_DURATION",),
        ),
    ] = 300.0
    cache_ttl: Annotated[
        float,
        reads(parsers.duration(zero=True)),
        Setting(
            "SMOKETEST_CACHE_TTL",
            "How long a result is believed before the stream is tested again.",
            "12h",
            "duration",
            aliases=("LINEUP_PROBE_CACHE_TTL",),
        ),
    ] = 4 * 3600.0
    run_guard: Annotated[
        int,
        reads(parsers.whole(0, 100)),
        Setting(
            "SMOKETEST_RUN_GUARD",
            "The largest share of the channels that one run may drop; a run that would drop more drops none. "
            "0 = nothing is ever dropped.",
            "30",
            "percent",
            aliases=("FALLBACK_RUN_GUARD",),
        ),
    ] = 20
    skip_groups: Annotated[
        tuple[str, ...],
        reads(parsers.words),
        Setting(
            "SMOKETEST_SKIP_GROUPS",
            "Groups that are not tested, parted by commas; * stands for any text.",
            "PPV *,24/7*",
        ),
    ] = ()
    skip_regions: Annotated[
        tuple[str, ...],
        reads(parsers.words),
        Setting(
            "SMOKETEST_SKIP_REGIONS",
            "Countries whose channels are not tested, for example because they play only there, parted by commas.",
            "uk,de",
        ),
    ] = ()
