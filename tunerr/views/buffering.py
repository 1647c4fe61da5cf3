"""Why does it buffer: the provider, this machine, or the viewer."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tunerr.gateway.detectors import Condition
from tunerr.gateway.now import StreamNow, ViewerNow

# Of real time, over 10 s. Clocks drift by 0.1 % and PCRs are up to 0.1 s apart, which is 1 %; viewers feel the rest.
SLOW_PACE = 0.95
# Seconds in hand below which a slow pace is felt: players start with about one.
LITTLE_LEAD = 1.0
# Seconds without new media. Busy providers and Wi-Fi pause for up to one; the gateway looks for another source then.
LONG_SILENCE = 1.5
# Seconds in which a lost source is still the likely reason of what a viewer complains about.
LATELY = 60.0
# Seconds that the event loop is late in 1 % of all cases, six times a minute. VLC, the most impatient of the usual
# players, has 1 s in hand: a quarter of it again and again is felt, as is a half of it at once.
LATE_LOOP = 0.25
LATEST_LOOP = 0.5
# Seconds of stream that a viewer could have taken. Another 512 KB are on their way to it by then, 0.5 s at 8 Mbit/s.
LARGE_BACKLOG = 2.0
# A viewer that has just come is still given what it gets in hand, up to 20 s of stream at once; and the pace of a
# source that has just come is that of its last second or two.
SETTLING = 5.0

_SOURCE_TROUBLES = frozenset({"lost", "slate"})
_NO_SOURCE = "The source was lost and another one is being opened."
_CARD = "No source can be had, so a card is shown."
_NOTHING_YET = {
    "opening": "There is no picture yet: the first source is being opened.",
    "draining": "The stream is ending.",
    "closed": "The stream has ended.",
}


class Cause(enum.Enum):
    """Who it is."""

    PROVIDER = "provider"
    MACHINE = "machine"
    VIEWER = "viewer"
    FINE = "fine"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Machine:
    """How late the event loop was in the last minute, in seconds: in all but 1 % of the cases, and at most."""

    usual: float = 0.0
    worst: float = 0.0


@dataclass(frozen=True, slots=True)
class Buffering:
    """The answer in a sentence, the figures that it rests on (a sentence each), and what to do. None is empty."""

    cause: Cause
    sentence: str
    evidence: tuple[str, ...]
    next_step: str


def why_it_buffers(stream: StreamNow, machine: Machine, now: datetime) -> Buffering:
    """The cause at this moment, the surest first.

    Without a source it is the provider. A late loop comes next, for it makes sources and viewers look slow. A source
    that is slow now counts before viewers, who all wait for it; viewers that lag now before a source lost lately.
    """
    state, source = stream.attempt.state, stream.supply.source
    if state in _NOTHING_YET:
        return Buffering(Cause.UNKNOWN, _NOTHING_YET[state], (_lasted(stream),), "Wait for it; the timeline goes on.")
    if source is None:
        return _without_source(stream)
    lagging = [viewer for viewer in stream.viewers if _lags(viewer, now)]
    return (
        _late_loop(machine)
        or _weak_source(source, stream.supply.played)
        or _lagging_viewers(stream.viewers, lagging)
        or _lost_lately(stream, now)
        or _fine(source, stream.viewers, machine)
    )


def _without_source(stream: StreamNow) -> Buffering:
    turns = [event for event in stream.attempt.events if event.kind in _SOURCE_TROUBLES | {"asked"}]
    if turns and turns[-1].kind == "asked":
        return Buffering(
            Cause.UNKNOWN,
            "The source makes room for another one, as an operator asked.",
            (_capital(turns[-1].text),),
            "Wait for it; the old one comes back when the other shows no picture.",
        )
    troubles = tuple(
        f"Source {place}: {one.trouble}" for place, one in enumerate(stream.supply.candidates, 1) if one.trouble
    )
    return Buffering(
        Cause.PROVIDER,
        _CARD if stream.attempt.state == "slate" else _NO_SOURCE,
        troubles or (_lasted(stream),),
        "The sources are tried by themselves until one plays. A second provider of the channel would help.",
    )


def _late_loop(machine: Machine) -> Buffering | None:
    if machine.usual < LATE_LOOP and machine.worst < LATEST_LOOP:
        return None
    return Buffering(
        Cause.MACHINE,
        "This program does not get to send in time.",
        (_loop(machine),),
        "See what else keeps this machine busy, or let fewer streams run at once.",
    )


def _weak_source(source: Condition, played: float) -> Buffering | None:
    least = 0.0 if source.bursty else LITTLE_LEAD
    slow = source.pace < SLOW_PACE and source.lead < least and played >= SETTLING
    silent = source.silent >= LONG_SILENCE and source.lead < least
    if not (slow or silent or source.breaks):
        return None
    if source.breaks and not (slow or silent):
        sentence = "Packets are missing in what the provider sends."
    else:
        sentence = "The provider sends more slowly than the stream plays."
    return Buffering(
        Cause.PROVIDER,
        sentence,
        _of_source(source),
        "Try another source. If none is better, it is the provider's line.",
    )


def _lagging_viewers(viewers: Sequence[ViewerNow], lagging: Sequence[ViewerNow]) -> Buffering | None:
    if not lagging:
        return None
    evidence = tuple(_of_viewer(viewer) for viewer in lagging)
    places = {viewer.client.address for viewer in lagging}
    if len(lagging) == len(viewers) and len(places) > 1:
        return Buffering(
            Cause.MACHINE,
            "Nobody takes the stream as fast as it plays, so it is this machine's network.",
            evidence,
            "Look at this machine's network connection; a cable is better than Wi-Fi.",
        )
    others = len(viewers) - len(lagging)
    well = {0: "", 1: " The other viewer keeps up."}.get(others, f" The other {others} viewers keep up.")
    return Buffering(
        Cause.VIEWER,
        f"{lagging[0].client.address} takes the stream more slowly than it plays.{well}",
        evidence,
        "Look at that player and its network; a player that is paused looks the same.",
    )


def _lost_lately(stream: StreamNow, now: datetime) -> Buffering | None:
    losses = [
        event
        for event in stream.attempt.events
        if event.kind in _SOURCE_TROUBLES and (now - event.at).total_seconds() <= LATELY
    ]
    if not losses:
        return None
    ago = (now - losses[-1].at).total_seconds()
    return Buffering(
        Cause.PROVIDER,
        f"A source was lost {ago:.0f} s ago. Another one plays now.",
        tuple(_capital(event.text) for event in losses),
        "Nothing now. If it happens often, put a more reliable source first.",
    )


def _fine(source: Condition, viewers: Sequence[ViewerNow], machine: Machine) -> Buffering:
    slowest = max((viewer.backlog for viewer in viewers), default=0.0)
    who = f"{_count(len(viewers), 'viewer')}, the slowest {slowest:.1f} s behind." if viewers else "Nobody watches."
    return Buffering(
        Cause.FINE,
        "Nothing buffers here: the source is in time and all viewers keep up.",
        (*_of_source(source), who, _loop(machine)),
        "If somebody complains all the same, look at the player: its decoder, or the network behind it.",
    )


def _lags(viewer: ViewerNow, now: datetime) -> bool:
    if (now - viewer.since).total_seconds() < SETTLING:
        return False
    lapped = viewer.lapped_ago is not None and viewer.lapped_ago <= LATELY
    return viewer.backlog >= LARGE_BACKLOG or lapped or viewer.dropped


def _of_viewer(viewer: ViewerNow) -> str:
    lapped = f"; the stream went on without it {_count(viewer.lapped, 'time')}" if viewer.lapped else ""
    return f"{viewer.client.address}: {viewer.backlog:.1f} s behind what it could have{lapped}."


def _of_source(source: Condition) -> tuple[str, ...]:
    ahead = f"{source.lead:.1f} s ahead of real time" if source.lead >= 0 else f"{-source.lead:.1f} s behind real time"
    rows = [f"The source is {ahead} and sent {source.pace:.0%} of real time in the last 10 s."]
    if source.silent >= LONG_SILENCE:
        rows.append(f"Nothing new came for {source.silent:.1f} s.")
    if source.breaks:
        rows.append(f"{_count(source.breaks, 'continuity error')} in the last 10 s.")
    return tuple(rows)


def _loop(machine: Machine) -> str:
    return (
        f"In the last minute the event loop was at most {machine.worst * 1000:.0f} ms late, in 99 of 100 cases"
        f" {machine.usual * 1000:.0f} ms or less."
    )


def _lasted(stream: StreamNow) -> str:
    return f"It began {stream.attempt.duration:.0f} s ago."


def _capital(text: str) -> str:
    """A line of the timeline as a sentence of its own."""
    return f"{text[:1].upper()}{text[1:]}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
