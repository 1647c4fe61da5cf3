"""Home: is it fine, what does it do at this moment, and what happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tunerr.gateway.accounts import AccountFacts
from tunerr.gateway.now import CandidateNow, Standing, StreamNow
from tunerr.model.channel import LeftOut
from tunerr.model.guide import GuideHealth
from tunerr.model.happening import Happening
from tunerr.model.samples import percent
from tunerr.model.status import TunerStatus
from tunerr.views.device import ClientUrls
from tunerr.views.history import Trend, Trends
from tunerr.views.verdict import Verdict, count

HAPPENINGS = 12
_REAL = frozenset({"healthy", "good"})
# Where people begin to wait, and where they press the key again.
_FAST_MS, _SLOW_MS = 1000, 3000
_HEALTHY_GUIDE, _POOR_GUIDE = 80.0, 50.0
# A rate that trembles in its last digit would have the page sent every second.
_RATE_STEP = 100_000


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with the word that judges it (`words.FIGURES`) and its last 24 hours. None: nothing is known yet."""

    value: float | None
    word: str
    trend: Trend
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """`picture` in ms, the median of 24 hours; `interruptions` and `repaired` of 24 hours; `guide` in percent."""

    tuners: Figure
    picture: Figure
    interruptions: Figure
    repaired: int
    guide: Figure
    slots: Figure
    channels: Figure


@dataclass(frozen=True, slots=True)
class Watching:
    """A channel that plays, `why` from this source; `cushion`: seconds of stream that bridge an outage of it."""

    request: str
    channel: str
    number: str
    name: str
    viewers: tuple[str, ...]
    source: str
    why: str
    bits_per_second: int
    cushion: int | None
    state: str
    switches: int


@dataclass(frozen=True, slots=True)
class Asking:
    """A program asked for the lineup or the guide (`what`), last at `at`; `program` is its User-Agent."""

    program: str
    address: str
    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HomeView:
    """Everything on the page. `tuners_locked`: sentences on tuners that a client keeps for itself."""

    verdict: Verdict
    demo: bool
    urls: ClientUrls
    figures: Figures
    watching: tuple[Watching, ...]
    tuners_free: int
    tuners_locked: tuple[str, ...]
    left_out: tuple[str, ...]
    happened: tuple[Happening, ...]
    asked: Asking | None


def guide_real(health: GuideHealth | None) -> float | None:
    """Percent of the channels whose guide says more than their name; None while that is not known."""
    if health is None:
        return None
    return percent(sum(row.status in _REAL for row in health.channels), len(health.channels))


def figures(
    *,
    tuners: Sequence[TunerStatus],
    accounts: Iterable[AccountFacts],
    channels: int,
    left_out: int,
    guide: float | None,
    slot_limit: int | None,
    trends: Trends,
) -> Figures:
    """Judge the numbers as they are now, and those of the last 24 hours. `slot_limit`: of all accounts, or None."""
    busy = sum(tuner.number is not None for tuner in tuners)
    slots = sum(account.open for account in accounts)
    known = trends.minutes > 0
    return Figures(
        tuners=Figure(busy, "full" if busy == len(tuners) else "free", trends.tuners, len(tuners)),
        picture=Figure(trends.picture_ms, _speed(trends.picture_ms), trends.picture),
        interruptions=Figure(
            trends.interrupted if known else None,
            "unknown" if not known else "some" if trends.interrupted else "none",
            trends.interruptions,
        ),
        repaired=trends.repaired,
        guide=Figure(guide, _coverage(guide), trends.guide),
        slots=Figure(slots, _room(slots, slot_limit), trends.slots, slot_limit),
        channels=Figure(channels, _offer(channels, left_out), trends.channels),
    )


def watching(streams: Iterable[StreamNow]) -> tuple[Watching, ...]:
    """The channels that play, the one that began last first."""
    return tuple(sorted(map(_watching, streams), key=lambda row: row.request, reverse=True))


def locked(tuners: Iterable[TunerStatus]) -> tuple[str, ...]:
    """Say which idle tuners a client keeps for itself."""
    return tuple(
        f"Tuner {tuner.index} is locked by {tuner.reserved_by}."
        for tuner in tuners
        if tuner.reserved_by and tuner.number is None
    )


def left_out(rows: Iterable[LeftOut]) -> tuple[str, ...]:
    """Say which channels are not offered, and why."""
    return tuple(_left_out(row) for row in rows)


def _left_out(row: LeftOut) -> str:
    examples = f" Among them: {', '.join(row.examples)}." if row.examples else ""
    return f"{count(row.count, 'channel')} {'is' if row.count == 1 else 'are'} left out: {row.reason}.{examples}"


def _watching(stream: StreamNow) -> Watching:
    attempt, candidates = stream.attempt, stream.supply.candidates
    place = next((index for index, one in enumerate(candidates) if one.standing is Standing.PLAYING), None)
    return Watching(
        request=attempt.id,
        channel=attempt.channel,
        number=attempt.number,
        name=attempt.name,
        viewers=tuple(viewer.client.program for viewer in stream.viewers),
        source=candidates[place].host if place is not None else "",
        why=_why(candidates, place) if place is not None else "",
        bits_per_second=round(stream.bits_per_second / _RATE_STEP) * _RATE_STEP,
        cushion=_cushion(stream),
        state=attempt.state,
        switches=attempt.switches,
    )


def _cushion(stream: StreamNow) -> int | None:
    """How far the source is ahead of real time, and the viewer who is closest behind it stays behind it."""
    source = stream.supply.source
    if source is None or not stream.viewers:
        return None
    return max(round(source.lead + min(viewer.cushion for viewer in stream.viewers)), 0)


def _why(candidates: Sequence[CandidateNow], place: int) -> str:
    """Why the one at this place plays: what speaks for it, or what is wrong with the best."""
    if place == 0:
        reasons = candidates[0].reasons
        return f"first choice: {reasons[0]}" if reasons else "first choice"
    best = candidates[0]
    trouble = best.trouble[:1].lower() + best.trouble[1:].rstrip(".")
    return f"choice {place + 1} of {len(candidates)}; {best.host}: {trouble or best.standing.value}"


def _speed(picture_ms: int | None) -> str:
    if picture_ms is None:
        return "unknown"
    return "fast" if picture_ms < _FAST_MS else "fair" if picture_ms < _SLOW_MS else "slow"


def _coverage(guide: float | None) -> str:
    if guide is None:
        return "no_guide"
    return "healthy" if guide >= _HEALTHY_GUIDE else "patchy" if guide >= _POOR_GUIDE else "poor"


def _room(slots: int, limit: int | None) -> str:
    if limit is None:
        return "no_limit"
    return "full" if slots >= limit else "free"


def _offer(channels: int, left_out: int) -> str:
    return "none_offered" if not channels else "some_left_out" if left_out else "offered"
