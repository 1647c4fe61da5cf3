"""A provider as the batch sees it: streams with findings, and workers whose time a test moves."""

import heapq
import itertools
from collections import Counter
from random import Random

from tests.tools.clock import ManualClock
from tunerr.model.channel import ChannelId, SourceId, Stream
from tunerr.model.stream_test import Finding
from tunerr.model.url import SecretUrl, Zone
from tunerr.providers.validation.batch import Batch, Limits, Verdict, Wait, Work
from tunerr.providers.validation.pace import Pace
from tunerr.providers.validation.targets import Candidate, Target

PASS = Finding.PASS
CDN = "cdn.example"


def target(key, host=CDN, account="a", url=None):
    return Target(key, host, account, Stream(SecretUrl(url or f"http://{host}/{key}"), SourceId("m3u"), Zone.INTERNET))


def channel(name, *targets, group="", region="", **options):
    return Candidate(ChannelId(name), targets or (target(name, **options),), group, region)


def channels(count, prefix="c", **options):
    return [channel(f"{prefix}{number}", **options) for number in range(count)]


class Simulation:
    """One run by `workers` virtual workers; `answer(work)` gives a Finding or a Verdict, each takes `takes` seconds."""

    def __init__(
        self, candidates, answer, *, clock=None, known=None, spare=lambda _: True, seed=0, takes=0.4, **limits
    ):
        self.clock = clock or ManualClock()
        self.pace = Pace(clock=self.clock)
        self.answer, self.takes = answer, takes
        self.asked = []  # (time, Work)
        self.most = Counter()  # most tests open at once, by account
        self.batch = Batch(
            candidates, known=known or {}, limits=Limits(**{"max_duration": 0.0, **limits}), pace=self.pace,
            spare=spare, clock=self.clock, random=Random(seed),
        )  # fmt: skip

    def run(self, workers=4, longest=86400.0):
        order = itertools.count()
        events = [(self.clock.monotonic(), next(order), None) for _ in range(workers)]  # what each worker ends then
        open_now, latest = Counter(), self.clock.monotonic() + longest
        while events:
            at, _, work = heapq.heappop(events)
            self.clock.advance(max(at - self.clock.monotonic(), 0.0))
            assert at < latest, "the run does not end"
            if work is not None:
                open_now[work.target.account] -= 1
                said = self.answer(work)
                self.batch.done(work, said if isinstance(said, Verdict) else Verdict(said, said.value))
            step = self.batch.next()
            if isinstance(step, Work):
                self.asked.append((self.clock.monotonic(), step))
                open_now[step.target.account] += 1
                self.most[step.target.account] = max(self.most[step.target.account], open_now[step.target.account])
                heapq.heappush(events, (self.clock.monotonic() + self.takes, next(order), step))
            elif isinstance(step, Wait):
                assert step.seconds > 0
                heapq.heappush(events, (self.clock.monotonic() + step.seconds, next(order), None))
        return self

    def times(self, host):
        return [at for at, work in self.asked if work.target.host == host]

    def keys(self):
        return [work.target.key for _, work in self.asked]
