"""When a source counts as faulty, and how soon that is seen."""

from __future__ import annotations

import math
from dataclasses import dataclass

_CHECK = 0.1  # seconds between two checks by the session's timer
# The lead's zero point follows slow clocks (see `lead`): part of real time, and what one step may be in seconds.
_DRIFT = 0.001
_STEP = 0.06


@dataclass(frozen=True, slots=True)
class Bounds:
    """Thresholds of the detectors in seconds, of media where said so (architecture.md, section 4)."""

    # Stalls. Wi-Fi and busy providers pause for up to a second every few minutes.
    silence: float = 1.5  # without new media
    lead: float = 1.0  # of a real-time source: with more in hand players notice nothing, and it may still recover
    bursty: float = 3.0  # a lead that only bursts reach: real-time providers send 2 s ahead at the start
    overdrawn: float = 0.5  # behind real time, of a bursty source: two bursts are never exactly as far apart
    lateness: float = 0.1  # a burst may come later by this part of what the one before held
    most_late: float = 1.0  # so that a stall after long segments is not seen late too
    runaway: float = 90.0  # of lead: reading stops at 25 s, and one portion read at once is a minute of 8 kbit/s
    first_media: float = 5.0  # from the first packet to the second PCR: an encoder that starts needs its first GOP

    # Starvation. Arrivals that vary by ±1 s put a healthy source up to 2 s behind its first packet.
    behind: float = 2.25
    behind_for: float = 2.0  # and it did not catch up in between
    pace: float = 0.97  # of real time, over `pace_over`: clock drift and PCR spacing stay well within
    pace_over: float = 5.0
    pace_now: float = 1.0  # and over this: one that has lost time once and flows again is left alone

    # Content, in seconds of media.
    no_video: float = 2.0  # twice the longest still of slide-show cameras (1 s)
    no_audio: float = 5.0  # players go on without sound; some providers cut it for a few seconds at ads
    no_keyframe: float = 10.0  # the longest GOP of usual encoders
    unknown_interval: float = 10.0  # between access points, while only one has been seen
    longest_interval: float = 3.0  # times the longest interval seen
    same_gops: int = 4  # in a row: test cards repeat two or three
    same_for: float = 6.0
    collapsed: float = 0.05  # of its own median bitrate; a dark scene keeps more
    collapsed_for: int = 8
    median_over: int = 60
    median_least: int = 10  # seconds that say what its bitrate is
    scrambled: float = 0.5  # of all packets: 90 % of those of sound and picture, and room for null packets
    scrambled_for: int = 3  # in each of them: conditional access lets no clear stretch in

    # Damage, in seconds of media or of the wall, whichever has moved further.
    window: int = 10
    breaks: int = 20  # more of them; one lost datagram makes two or three
    broken_seconds: int = 5  # at least: one hiccup of the network is no reason to leave
    jumps: int = 5  # more of them; a break for ads has two


@dataclass(frozen=True, slots=True)
class Latest:
    """A fault, by the reason of its error, is seen `seconds` after `since` at the latest."""

    reason: str
    seconds: float
    since: str


def latest(bounds: Bounds, *, pace: float = 0.5, lead: float = 0.0, interval: float = 1.0) -> tuple[Latest, ...]:
    """When each kind of fault is seen.

    `pace`: part of real time that a starving source delivers, under 0.97; `lead`: of the source in seconds when the
    fault begins; `interval`: its longest one between access points, which is the length of its GOPs, in seconds.
    """
    late = bounds.overdrawn + min(bounds.lateness * lead, bounds.most_late)
    spent = (bounds.behind + lead + _STEP) / (1 - pace - _DRIFT)
    missing = max(bounds.no_keyframe, bounds.longest_interval * interval)
    same = max(math.ceil(bounds.same_for / interval), bounds.same_gops) * interval
    rows = (
        ("stalled", max(bounds.silence, lead - bounds.lead), "the last media of a real-time source"),
        ("stalled", max(bounds.silence, lead + late), "the last media of a bursty source"),
        ("stalled", bounds.first_media, "the first packet, when no media comes at all"),
        ("jumpy", 0.0, f"a lead of {bounds.runaway:g} s, which no data can hold"),
        ("starved", spent + bounds.behind_for, f"the fall to {pace:.0%} of real time"),
        ("no_video", bounds.no_video, "the last picture, in media"),
        ("no_audio", bounds.no_audio, "the last sound, in media"),
        ("no_keyframe", missing, "the last access point, in media"),
        ("frozen", same + 2 * interval, "the first repeated GOP, in media; still pictures give two in alternation"),
        ("frozen", bounds.collapsed_for + 1.0, "the collapse of the bitrate, in media"),
        ("scrambled", bounds.scrambled_for + 1.0, "the first scrambled packet, in media"),
        ("lossy", float(bounds.window), "the first break, at more than 2 a second"),
        ("jumpy", float(bounds.window), "the first jump, at more than 5 in 10 s"),
    )
    return tuple(Latest(reason, seconds + _CHECK, since) for reason, seconds, since in rows)
