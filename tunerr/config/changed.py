"""What people who know the described system find changed, on purpose; printed in the settings reference."""

from __future__ import annotations

from typing import NamedTuple


class Change(NamedTuple):
    """One row: the subject, how it was, how it is, why."""

    subject: str
    before: str
    here: str
    why: str


CHANGED = (
    Change("METRICS_ENABLE", "off", "on; the setting turns it off", "monitoring expects /metrics"),
    Change(
        "HDHR_NETWORK_MODE",
        "off, id 0x12345678",
        "on wherever port 65001 is free; one valid id for HTTP and UDP",
        "clients discover tuners by UDP and verify the id's checksum",
    ),
    Change(
        "DEVICE_ID",
        "`iptvtunerr01`",
        "made once: 8 hexadecimal digits with a valid checksum; an invalid value is refused with the nearest valid one",
        "the vendor's tools reject anything else",
    ),
    Change("SSDP_DISABLED", "SSDP on", "off; `false` turns it on", "no HDHomeRun client uses it"),
    Change(
        "BASE_URL",
        "localhost",
        "taken from each request's Host, or the setting",
        "localhost is another machine to a client",
    ),
    Change(
        "Lineup while loading",
        "200 and an empty list",
        "the last good lineup from disk; only at the very first start 503 with Retry-After",
        "Plex drops its mappings when it sees an empty lineup",
    ),
    Change(
        "Guide while loading", "503 with a placeholder body", "503, empty, with Retry-After", "Jellyfin stores any body"
    ),
    Change(
        "/healthz while loading",
        "503",
        "200 as long as the program answers, with `status: loading`; /readyz tells readiness",
        "liveness probes would restart it for ever",
    ),
    Change(
        "All upstreams failed", "502", "503 with 806 (807 without video data), empty body", "that is what tuners answer"
    ),
    Change(
        "All accounts full",
        "805",
        "805 means tuners only; a full account is 806",
        "tuners and accounts are told apart",
    ),
    Change("LINEUP_MAX_CHANNELS", "480", "479 per device; LINEUP_DEVICES adds devices for more", "Plex fails at 480"),
    Change("REFRESH", "0, never", "every 6 hours with jitter; 0 = never", "stale playlists are dead channels"),
    Change(
        "AUTOPILOT_STATE_FILE, host quarantine",
        "off until set",
        "always on, kept in the data folder; a named file is imported (arrives with the autopilot)",
        "learning should need no setting",
    ),
    Change(
        "Learned account limits",
        "only fell, for 24 hours",
        "learned from proof, tried upwards once an hour (arrives with the autopilot)",
        "one hiccup locked a household out",
    ),
    Change("Host penalties", "never decayed", "have a half-life (arrives with the autopilot)", "hosts recover"),
    Change("Bad values", "default and a warning", "all of them listed, exit 2", "a typing error should not hide"),
    Change(
        "Operator endpoints",
        "on port 5004",
        "on the Control Deck's port only (old GET paths on 5004, for the machine itself, arrive with them)",
        "other web pages must not steer the tuner",
    ),
    Change(
        "`?mux=hls&seg=URL`",
        "any URL",
        "ignored; arrives with the gateway work, and only with our signature for channel and origin",
        "it was an open proxy",
    ),
    Change(
        "Control Deck's content policy",
        "inline styles allowed",
        "strict, nothing inline",
        "no foothold for foreign code",
    ),
    Change(
        "Identity of a channel without tvg-id",
        "contained the guide number",
        "computed before numbering",
        "renumbering must not make a new channel",
    ),
    Change(
        "Tests of streams (SMOKETEST_*, LINEUP_PROBE_*)",
        "two engines, ten tests at once, one failure drops a channel",
        "one engine under both names, four at once, each host asked every two seconds. SMOKETEST_ENABLED tests, "
        "LINEUP_PROBE_ENABLED also leaves channels out: those all of whose streams failed twice, an hour apart, and "
        "never more than SMOKETEST_RUN_GUARD percent in one run",
        "bursts of tests made providers refuse, and whole lineups were dropped for it",
    ),
    Change(
        "Free sources",
        "numbered after the highest paid channel; adult ones titled `[NSFW]` when they are let in",
        "numbered as all new channels are, names as they are; FREE_SOURCE_REQUIRE_TVGID is on until set",
        "numbers and names stay when a list moves from free to paid",
    ),
    Change(
        "CF_LEARNED_FILE",
        "a file of what was learned about hosts",
        "User-Agents that a probe found are kept in the data folder; `cf-status` shows them",
        "learning should need no setting",
    ),
    Change(
        "Channels without a guide",
        "one row of eight days, and nothing in gaps",
        "rows of four hours, in gaps as well",
        "televisions show nothing for a programme that began days ago, and offer no channel that has nothing on",
    ),
    Change(
        "Guide matching",
        "at indexing time: id, alias, unique name",
        "for each guide on its own, in more tiers, remembered; ids that say little must be backed by the name",
        "bare numbers matched by luck",
    ),
    Change(
        "Guide health and policy",
        "rows looked up by guide number",
        "by channel; channels that the policy left out are judged again at each refresh",
        "two channels could share a number's programmes",
    ),
    Change(
        "XMLTV_NON_LATIN_TITLE_FALLBACK",
        "the channel's name instead of the title",
        "the channel's name in front of it; the title is kept behind",
        "nothing that a guide says should be lost",
    ),
    Change("Booleans", "read in three ways", "one way: 1/true/yes/on and 0/false/no/off", "one rule is enough"),
)
