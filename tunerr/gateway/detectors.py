"""Says when a source is to be given up, by the media it brings and not by its bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tunerr.errors import UpstreamError
from tunerr.gateway.bounds import Bounds
from tunerr.gateway.content import Collapse, Damage, Missing, Repetition, Share
from tunerr.gateway.inspection import Signs
from tunerr.gateway.lead import Lead
from tunerr.support.clock import Clock

# Longer than the usual segment, so that what comes by segments shows its pace too; the history is not much longer.
_PACE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a source is to be given up. `content`: it still plays; leave it only where another one can be tried."""

    error: UpstreamError
    content: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """How a source does. Seconds: `lead` ahead of real time, `silent` without new media.

    `pace`: media in each second of the last 10, 1.0 is real time. `bursty`: it brings its media in bursts, so that its
    lead swings. `breaks`: places in the last 10 s in which packets were lost.
    """

    lead: float
    pace: float
    silent: float
    bursty: bool
    breaks: int


class Detectors:
    """Watches one source from its opening to its end.

    `take` after each chunk; `check` every 100 ms and whenever wanted. When each fault is seen: `bounds.latest`.
    """

    def __init__(self, *, clock: Clock, bounds: Bounds | None = None, bursty: bool = False) -> None:
        """`bursty`: known to bring its media in bursts, as segments are."""
        self._bounds = bounds = bounds or Bounds()
        self._clock = clock
        self._bursty = bursty
        self._began: float | None = None  # first packets
        self._signs = Signs()
        self._lead = Lead(clock=clock)
        self._video = Missing(bounds.no_video, bounds.longest_interval)
        self._audio = Missing(bounds.no_audio, bounds.longest_interval)
        self._points = Missing(bounds.no_keyframe, bounds.longest_interval, unknown=bounds.unknown_interval)
        self._repetition = Repetition(bounds.same_gops, bounds.same_for)
        self._collapse = Collapse(bounds)
        self._scrambled = Share(bounds.scrambled_for)
        self._breaks = Damage(bounds.window)
        self._jumps = Damage(bounds.window)

    @property
    def lead(self) -> float:
        """Seconds of media received minus wall seconds since the first media."""
        return self._lead.value

    @property
    def condition(self) -> Condition:
        """How the source does at this moment."""
        return Condition(
            lead=self.lead,
            pace=self._lead.rate(_PACE_SECONDS),
            silent=self._lead.silent,
            bursty=self._bursty,
            breaks=self._breaks.within(self._progress)[0],
        )

    def take(self, signs: Signs) -> None:
        """Take the totals as they are after a chunk."""
        if self._began is None and signs.packets:
            self._began = self._clock.monotonic()
        if signs.has_video != self._signs.has_video:
            self._video.restart(signs.media)
            self._points.restart(signs.media)
            self._collapse.restart()
        waited, self._signs = self._lead.silent, signs
        if signs.media > 0:
            self._lead.take(signs.media, signs.jumps)
        came_after_silence = self._lead.silent < waited and waited > self._bounds.silence
        self._bursty = self._bursty or came_after_silence or self.lead > self._bounds.bursty
        self._video.take(signs.video_units, signs.media)
        self._audio.take(signs.audio_units, signs.media)
        self._points.take(signs.points, signs.media)
        self._repetition.take(signs)
        if signs.has_video:
            self._collapse.take(signs)
        self._scrambled.take(signs.scrambled, signs.packets, signs.media)
        self._breaks.take(signs.broken, self._progress)
        self._jumps.take(signs.jumps, self._progress)

    def check(self) -> Fault | None:
        """What is wrong at this moment, the worst first."""
        for rule in (self._stalled, self._runs_away, self._starved, self._is_scrambled):
            if (error := rule()) is not None:
                return Fault(error, content=False)
        rules: tuple[Callable[[], UpstreamError | None], ...] = (
            self._no_video,
            self._no_audio,
            self._no_keyframe,
            self._frozen,
            self._lossy,
            self._jumpy,
        )
        return next((Fault(error, content=True) for rule in rules if (error := rule()) is not None), None)

    @property
    def _progress(self) -> float:
        """Seconds of media or of the wall, whichever has moved further: bursts are ahead, jumps are no media."""
        wall = self._clock.monotonic() - self._began if self._began is not None else 0.0
        return max(self._signs.media, wall)

    def _stalled(self) -> UpstreamError | None:
        bounds, lead, silent = self._bounds, self.lead, self._lead.silent
        if self._began is not None and not self._lead.began:
            if self._clock.monotonic() - self._began > bounds.first_media:
                return UpstreamError("Data came, but no clock reference (PCR) in it.", reason="stalled")
            return None
        if silent <= bounds.silence:
            return None
        least = bounds.lead
        if self._bursty or self._lead.burst(bounds.silence):
            late = bounds.lateness * max(lead + silent, 0.0)
            least = -(bounds.overdrawn + min(late, bounds.most_late))
        if lead >= least:
            return None
        return UpstreamError(f"No new media came for {silent:.1f} s.", reason="stalled")

    def _runs_away(self) -> UpstreamError | None:
        """Its clock would have us wait for minutes or hours until more of it is read."""
        if self.lead <= self._bounds.runaway:
            return None
        return UpstreamError(f"The clock of the stream is {self.lead:.0f} s ahead of real time.", reason="jumpy")

    def _starved(self) -> UpstreamError | None:
        bounds, pace = self._bounds, self._lead.rate(self._bounds.pace_over)
        if self._lead.peak(bounds.behind_for) >= -bounds.behind:
            return None
        if max(self._lead.rate(bounds.pace_now), pace) >= bounds.pace:
            return None
        return UpstreamError(f"The source sends {pace:.0%} of real time and its lead ran out.", reason="starved")

    def _is_scrambled(self) -> UpstreamError | None:
        if self._scrambled.value <= self._bounds.scrambled:
            return None
        return UpstreamError("The stream is scrambled by its provider.", reason="scrambled")

    def _no_video(self) -> UpstreamError | None:
        return _absent(self._video, "picture", "no_video") if self._signs.has_video else None

    def _no_audio(self) -> UpstreamError | None:
        return _absent(self._audio, "sound", "no_audio") if self._signs.audio_units else None

    def _no_keyframe(self) -> UpstreamError | None:
        return _absent(self._points, "access point", "no_keyframe") if self._signs.points else None

    def _frozen(self) -> UpstreamError | None:
        seconds = self._repetition.seconds
        if seconds:
            return UpstreamError(f"The picture stood still for {seconds:.0f} s.", reason="frozen")
        if self._signs.has_video and self._collapse.collapsed:
            seconds = self._bounds.collapsed_for
            return UpstreamError(f"The picture had next to no content for {seconds:.0f} s.", reason="frozen")
        return None

    def _lossy(self) -> UpstreamError | None:
        count, seconds = self._breaks.within(self._progress)
        if count <= self._bounds.breaks or seconds < self._bounds.broken_seconds:
            return None
        return UpstreamError(f"Packets were lost in {count} places within 10 s.", reason="lossy")

    def _jumpy(self) -> UpstreamError | None:
        count, _ = self._jumps.within(self._progress)
        if count <= self._bounds.jumps:
            return None
        return UpstreamError(f"The clock of the stream jumped {count} times within 10 s.", reason="jumpy")


def _absent(missing: Missing, what: str, reason: str) -> UpstreamError | None:
    seconds = missing.overdue
    return UpstreamError(f"No {what} came in {seconds:.0f} s of the stream.", reason=reason) if seconds else None
