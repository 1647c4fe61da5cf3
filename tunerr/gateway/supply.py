"""Keeps a channel supplied: finds a source, watches it, replaces it."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from tunerr.errors import ActionRefused, UpstreamError
from tunerr.gateway.clients import is_media_server
from tunerr.gateway.content_watch import ContentWatch
from tunerr.gateway.feed import Feed
from tunerr.gateway.inspection import Inspection
from tunerr.gateway.intermission import show
from tunerr.gateway.now import SupplyNow
from tunerr.gateway.pull import Means, Patience, Pull
from tunerr.gateway.quality import Quality
from tunerr.gateway.rotation import Rotation
from tunerr.gateway.selector import Candidate
from tunerr.gateway.slate import SlateMaker
from tunerr.gateway.standing import no_other, standings
from tunerr.gateway.state import State
from tunerr.gateway.verdict import is_transient, verdict
from tunerr.model.carried import Carried
from tunerr.model.channel import Channel
from tunerr.support.tasks import Supervisor

_ASKED = "asked"  # the reason and the kind of what happens as an operator asked
_GOOD_PLAY_SECONDS = 5.0  # after that a loss is a new outage and no part of the last one
_LEAST_PATIENCE = 1.0
# A player that has more than this in its buffer is rare; a card must not wait longer for it.
_MOST_BUFFERED = 15.0


class Supply:
    """Feeds a channel from one candidate at a time, with a card while none can be had."""

    def __init__(
        self,
        *,
        channel: Channel,
        candidates: Sequence[Candidate],
        feed: Feed,
        means: Means,
        slates: SlateMaker,
        become: Callable[[State], None],
        note: Callable[[str, str], None],
        on_ended: Callable[[Pull], None],
        on_carried: Callable[[Carried], None],
    ) -> None:
        """`become` takes LIVE, SWITCHING and SLATE; `on_ended` every pull once it is closed.

        `on_carried` hears what each source carries, and again when its layout changes.
        """
        self.pull: Pull | None = None  # the one that feeds
        self.servers_let_go = False  # a card has been shown for longer than media servers may have one
        self.switches: Counter[str] = Counter()  # by the reason why a source was left
        self._channel = channel
        self._rotation = Rotation(candidates, clock=means.clock)
        self._feed = feed
        self._means = means
        self._slates = slates
        self._become = become
        self._note = note
        self._on_ended = on_ended
        self._content = ContentWatch(on_carried)
        self._quality = Quality()
        self._began = means.clock.monotonic()
        self._tasks = Supervisor()
        self._open: set[Pull] = set()
        self._card: asyncio.Task[None] | None = None
        self._lost_at = 0.0
        self._look: asyncio.Timeout | None = None  # the wait for the next look, while a source plays undisturbed
        self._asked: Candidate | None = None  # what the operator gets who asked for another source
        self._why = self._reason = ""
        self._label = ""

    @property
    def label(self) -> str:
        """The source that plays or played last, redacted."""
        return self.pull.label if self.pull is not None else self._label

    @property
    def pulls(self) -> tuple[Pull, ...]:
        """All that are open or being opened: those that `on_ended` has not been told of."""
        return tuple(self._open)

    @property
    def lead(self) -> float:
        """Seconds of media that the source which feeds is ahead of real time."""
        return self.pull.lead if self.pull is not None else 0.0

    @property
    def quality(self) -> int:
        """Percent of the last 10 s in which a source was there and nothing of it was missing; 0 before a picture."""
        return self._quality.percent(self._now())

    def now(self) -> SupplyNow:
        """How the sources stand at this moment."""
        pull = self.pull
        return SupplyNow(
            candidates=standings(
                self._rotation.turns,
                playing=pull.candidate if pull is not None else None,
                opening=[one.candidate for one in self._open if one.picture_after is None],
                accounts=self._means.accounts,
            ),
            source=pull.condition if pull is not None else None,
            continuity_errors=pull.inspector.continuity_errors if pull is not None else 0,
            played=pull.played if pull is not None else 0.0,
            quality=self.quality,
            no_other=self._why_no_other(),
        )

    def switch(self) -> str:
        """Have another source tried, soon; a sentence that says which and how. Raises ActionRefused without one.

        Where the accounts bear it the one that plays stays until the other has a picture, else it makes room.
        """
        playing, other = self._exchange()
        self._asked = other
        if self._look is not None and not self._look.expired():
            self._look.reschedule(asyncio.get_running_loop().time())
        how = "plays on until that has a picture" if self._means.accounts.spare(other.stream) else "makes room for it"
        self._note(_ASKED, f"an operator asked for another source: {self._name(other)} is tried")
        return f"Trying {self._name(other)}; {self._place(playing)} {how}."

    async def run(self) -> None:
        """Feed until no source was to be had for too long; raises TuneError when there never was a picture."""
        try:
            pull: Pull | None = await self._tune()
            outage: float | None = None
            while pull is not None:
                pull = await self._stay(pull)
                if outage is None or self._made_room or pull.played >= _GOOD_PLAY_SECONDS:
                    outage = self._now()
                pull = await self._replace(pull, outage)
        finally:
            await self._tasks.aclose()
            for left in tuple(self._open):
                self._close(left)

    # What pulls tell.

    def shows(self, pull: Pull) -> None:
        """`pull` has a picture: the viewers get it from here on."""
        self._end_card()
        self.servers_let_go = False
        self._feed.begin()
        self.pull = pull
        self._quality.found(self._now())
        if pull.inspector.layout is not None:
            self._rotation.shown(pull.candidate, pull.inspector.layout.codecs)
        name = self._name(pull.candidate)
        if self._why:
            self.switches[self._reason] += 1
            self._note("switch", f"{self._why} → {name} in {self._now() - self._lost_at:.1f} s")
            self._why = ""
        else:
            self._note("live", f"{name} shows a picture after {pull.age:.1f} s")
        self._become(State.LIVE)

    def take(self, pull: Pull, inspection: Inspection) -> None:
        """Pass on what the source that feeds has brought."""
        if pull is self.pull:
            if inspection.broken:
                self._quality.flaw(self._now())
            self._content.take(inspection)
            self._feed.take(inspection)

    def bears(self, fault: UpstreamError) -> bool:
        """A fault in the content is borne when there is nothing else to show."""
        return self.pull is None or not self._rotation.alternative(self.pull.candidate, fault)

    # The first picture.

    async def _tune(self) -> Pull:
        """Try all candidates in their order, those with passing troubles again while there is time.

        One that asks for more time than the others (Retry-After) is not asked again.
        """
        until = self._began + self._means.limits.tune
        failures: list[UpstreamError] = []
        order = list(self._rotation.candidates)
        for lap in range(self._means.limits.retries + 1):
            again: list[tuple[Candidate, float]] = []  # and the seconds that it asks for
            for candidate in order:
                last = candidate is order[-1] and not again
                got = await self._try(candidate, self._patience(until, last=last))
                if isinstance(got, Pull):
                    return got
                failures.append(got)
                self._note("failed", f"{self._name(candidate)} shows no picture: {_about_it(candidate, got)}")
                if is_transient(got):
                    again.append((candidate, got.retry_after))
                if until - self._now() < _LEAST_PATIENCE:
                    raise verdict(failures)
            soonest = min((asked for _, asked in again), default=math.inf)
            pause = max(self._means.limits.retry_pause * (1 << lap), soonest)
            if until - self._now() < pause + _LEAST_PATIENCE:
                break
            await asyncio.sleep(pause)
            order = [candidate for candidate, asked in again if asked <= pause]
        raise verdict(failures)

    def _patience(self, until: float, *, last: bool) -> Patience:
        left = until - self._now()
        return Patience(packet=left if last else min(self._means.limits.candidate, left), picture=left)

    # While it plays.

    async def _stay(self, pull: Pull) -> Pull:
        """Wait until the source that feeds is lost, going back to a better one where that costs nothing."""
        while (ending := await self._ended(pull)) is None:
            if self._asked is not None:
                if not self._means.accounts.spare(self._asked.stream):
                    await self._make_room(pull)
                    return pull
                left, asked, self._asked = pull, self._asked, None
                pull = await self._go_over(left, asked, "an operator asked for it", _ASKED)
                if pull is not left:
                    self._rotation.choose(left.candidate, asked)
                continue
            better = self._rotation.better(pull.candidate)
            if better is not None and self._means.accounts.spare(better.stream):
                pull = await self._go_over(pull, better, "a better source can be had again", "better")
        self._lost(pull, ending)
        return pull

    async def _ended(self, pull: Pull) -> UpstreamError | None:
        """Wait as `Pull.ended`; None when it still plays and it is time to look for another source."""
        try:
            async with asyncio.timeout(self._means.limits.better) as self._look:
                return await pull.ended()
        except TimeoutError:
            return None
        finally:
            self._look = None

    async def _go_over(self, pull: Pull, other: Candidate, why: str, reason: str) -> Pull:
        """Try another source beside the one that feeds; the viewers get it from its first access point on.

        When the one that feeds is lost meanwhile, the trial is given up: that needs a card, and every candidate.
        """
        self._why, self._reason, self._lost_at = why, reason, self._now()
        patience = Patience(self._means.limits.replacement, self._means.limits.access_point)
        trial = await self._try(other, patience, pull.program_time, beside=pull)
        self._why = ""
        if isinstance(trial, UpstreamError):
            self._note(reason, f"{self._name(other)} was tried and shows no picture: {_about_it(other, trial)}")
            return pull
        await pull.stop()
        self._close(pull)
        return trial

    async def _make_room(self, pull: Pull) -> None:
        """Let go of the source that feeds, whose slot the one that was asked for needs."""
        await pull.stop()
        self._why, self._reason, self._lost_at = "an operator asked for it", _ASKED, self._now()
        self._quality.lost(self._lost_at)
        self._close(pull)

    # While it does not.

    def _lost(self, pull: Pull, ending: UpstreamError) -> None:
        self._rotation.played(pull.candidate, pull.played)
        self._rotation.failed(pull.candidate, ending)
        self._lost_at = self._now()
        self._quality.lost(self._lost_at)
        self._why, self._reason = _clause(ending), ending.reason
        self._note(
            "lost", f"{self._name(pull.candidate)} lost after {pull.played:.0f} s: {_about_it(pull.candidate, ending)}"
        )
        self._close(pull)

    async def _replace(self, lost: Pull, outage: float) -> Pull | None:
        """The next source with a picture; None when the outage lasts too long for any viewer.

        What the operator asked for is the first; if that shows nothing, one that made room for it is the second.
        """
        self._become(State.SWITCHING)
        limits = self._means.limits
        buffered = min(max(lost.lead, 0.0), _MOST_BUFFERED)
        self._card = self._tasks.spawn(self._intermission(limits.slate_after + buffered, outage), "slate")
        asked, self._asked = self._asked, None
        first = [one for one in (asked, lost.candidate if self._made_room else None) if one is not None]
        while (left := outage + limits.slate - self._now()) > 0:
            candidate = first.pop(0) if first else self._rotation.next()
            if candidate is None:
                await asyncio.sleep(min(self._rotation.wait(), left))
                continue
            patience = Patience(limits.replacement, max(limits.replacement, limits.access_point))
            got = await self._try(candidate, patience, lost.program_time)
            if isinstance(got, Pull):
                if candidate is asked:
                    self._rotation.choose(lost.candidate, candidate)
                return got
            self._note("failed", f"{self._name(candidate)} is no help: {_about_it(candidate, got)}")
            if self._made_room:  # what takes over now is not what the operator asked for
                self._why, self._reason = f"{self._place(candidate)} shows no picture", got.reason
        self._end_card()
        return None

    async def _intermission(self, delay: float, outage: float) -> None:
        """Show a card after `delay` seconds; media servers, which record it, are let go sooner than people."""
        await asyncio.sleep(delay)
        self._become(State.SLATE)
        self._note("slate", "no source can be had: a card is shown")
        left = max(outage + self._means.limits.slate_server - self._now(), 0.0)
        bound = asyncio.get_running_loop().call_later(left, self._dismiss_servers)
        try:
            await show(self._feed, self._slates, str(self._channel.id), self._means.clock)
        finally:
            bound.cancel()

    def _dismiss_servers(self) -> None:
        self.servers_let_go = True
        self._feed.hub.finish(lambda viewer: is_media_server(viewer.client))

    def _end_card(self) -> None:
        """The card feeds no more from here on: it can't run before its cancellation reaches it."""
        if self._card is not None:
            self._card.cancel()
            self._card = None

    # Shared.

    @property
    def _made_room(self) -> bool:
        """Whether the source that was left last made room for the one asked for, which has not failed since."""
        return self._reason == _ASKED

    def _exchange(self) -> tuple[Candidate, Candidate]:
        """What plays, and what an operator gets for it who asks now. Raises ActionRefused when that is nothing."""
        playing = self.pull.candidate if self.pull is not None else None
        trying = self._look is None or self._asked is not None
        other = self._rotation.other(playing) if playing is not None else None
        if playing is None or other is None or trying:
            raise no_other(self._rotation.turns, playing, trying=trying)
        return playing, other

    def _why_no_other(self) -> str:
        try:
            self._exchange()
        except ActionRefused as refused:
            return refused.message
        return ""

    async def _try(
        self, candidate: Candidate, patience: Patience, after: datetime | None = None, *, beside: Pull | None = None
    ) -> Pull | UpstreamError:
        """A pull that shows a picture, or why there is none; it is given up when `beside` ends before."""
        pull = Pull(candidate=candidate, listener=self, means=self._means, patience=patience, after=after)
        self._open.add(pull)
        self._label = pull.label
        pull.start(self._tasks)
        if beside is not None:
            beside.when_over(lambda: _give_up(pull))
        if await pull.shown():
            return pull
        failure = await pull.ended()
        self._rotation.failed(candidate, failure)
        self._close(pull)
        return failure

    def _close(self, pull: Pull) -> None:
        """Account for a pull of which nothing is left."""
        self._open.discard(pull)
        self._label = pull.label
        if self.pull is pull:
            self.pull = None
        self._on_ended(pull)

    def _name(self, candidate: Candidate) -> str:
        return f"{self._place(candidate)} ({candidate.stream.url})"

    def _place(self, candidate: Candidate) -> str:
        place = self._rotation.candidates.index(candidate) + 1
        return f"source {place} of {len(self._rotation.candidates)}"

    def _now(self) -> float:
        return self._means.clock.monotonic()


def _give_up(trial: Pull) -> None:
    if trial.picture_after is None:
        trial.release()


def _clause(error: UpstreamError) -> str:
    """Its message in the middle of a sentence."""
    return f"{error.message[:1].lower()}{error.message[1:]}".rstrip(".")


def _about_it(candidate: Candidate, error: UpstreamError) -> str:
    """The same where `candidate` was just named."""
    return _clause(error).replace(str(candidate.stream.url), "it")
