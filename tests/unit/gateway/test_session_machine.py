"""The session under anything that viewers and providers may do, in any order."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.unit.gateway.rig import WATCHER, no_ffmpeg, row
from tunerr.errors import TuneError, TunerInUse, UpstreamError
from tunerr.gateway.gateway import Gateway
from tunerr.gateway.limits import Limits
from tunerr.support.clock import SystemClock

TUNERS = 2
USERS = ("anna", "bert")
STEP = 0.02
LIMITS = Limits(
    tune=0.3, candidate=0.1, replacement=0.1, access_point=0.2, slate_after=0.05, slate_server=0.2, slate=0.4,
    retry_pause=0.01, slot=0.02, drain=0.02,
)  # fmt: skip
FAILURES = ("ended", "reset", "stalled", "status", "drm", "account_full")


class Provider:
    """Streams that the machine ends, silences and refuses; `media` is sent as soon as it is asked for."""

    def __init__(self, media):
        self.media = media
        self.refusing = {}
        self.open = []

    @asynccontextmanager
    async def __call__(self, stream):
        name = stream.url.reveal().rsplit("/", 1)[1]
        if name in self.refusing:
            raise UpstreamError("Refused.", reason=self.refusing[name])
        upstream = Upstream(self.media, str(stream.url))
        self.open.append(upstream)
        try:
            yield upstream
        finally:
            await asyncio.sleep(0)
            self.open.remove(upstream)


class Opener:
    def __init__(self, provider):
        self._provider = provider

    def open(self, stream, *, after=None):
        return self._provider(stream)


class Upstream:
    program_time = None

    def __init__(self, media, label):
        self.label = label
        self.commands = asyncio.Queue()
        self._media = media

    async def chunks(self):
        yield self._media
        while (command := await self.commands.get()) != "end":
            if command == "fail":
                raise UpstreamError("Broken off.", reason="reset")
            yield command


class Household(RuleBasedStateMachine):
    media = b""

    def __init__(self):
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.provider = Provider(self.media)
        self.viewers = []
        self.refused = 0

    @initialize()
    def start(self):
        self.gateway = Gateway(
            opener=Opener(self.provider), ffmpeg=no_ffmpeg, tuner_count=TUNERS, clock=SystemClock(), limits=LIMITS
        )

    def run(self, work):
        return self.loop.run_until_complete(work)

    @rule(number=st.integers(1, 3))
    def tune(self, number):
        async def watch():
            stack = AsyncExitStack()
            try:
                await stack.enter_async_context(self.gateway.watch(row(number, streams=2), client=WATCHER))
            except TuneError:
                self.refused += 1
                return
            self.viewers.append(stack)

        self.run(watch())

    @rule(number=st.integers(1, 3), after=st.sampled_from([0.0, 0.005, 0.05]))
    def tune_and_give_up(self, number, after):
        async def watch():
            try:
                async with asyncio.timeout(after), self.gateway.watch(row(number, streams=2), client=WATCHER):
                    pass
            except (TimeoutError, TuneError):
                pass

        self.run(watch())

    @rule(number=st.integers(1, 3), tuner=st.integers(0, TUNERS - 1), user=st.sampled_from(USERS))
    def tune_natively(self, number, tuner, user):
        async def watch():
            stack = AsyncExitStack()
            native = self.gateway.watch(row(number, streams=2), client=WATCHER, tuner=tuner, user=user, silent=True)
            try:
                await stack.enter_async_context(native)
            except TuneError:
                self.refused += 1
                return
            self.viewers.append(stack)

        self.run(watch())

    @rule(tuner=st.integers(0, TUNERS - 1), user=st.sampled_from(USERS))
    def reserve(self, tuner, user):
        before = self.gateway.status()[tuner]
        try:
            self.gateway.reserve(tuner, user)
        except TunerInUse:
            assert before.clients or before.reserved_by not in {"", user}
            assert self.gateway.status()[tuner].reserved_by == before.reserved_by
        else:
            assert self.gateway.status()[tuner].reserved_by == user

    @rule(tuner=st.integers(0, TUNERS - 1))
    def release(self, tuner):
        self.gateway.release(tuner)
        assert self.gateway.status()[tuner].reserved_by == ""

    @precondition(lambda self: self.viewers)
    @rule(which=st.integers(0, 9))
    def leave(self, which):
        self.run(self.viewers.pop(which % len(self.viewers)).aclose())

    @precondition(lambda self: self.provider.open)
    @rule(which=st.integers(0, 9), command=st.sampled_from(["end", "fail", b"", b"\x00garbage" * 300]))
    def source(self, which, command):
        self.provider.open[which % len(self.provider.open)].commands.put_nowait(command)
        self.pass_time(1)

    @precondition(lambda self: self.provider.open)
    @rule(which=st.integers(0, 9))
    def more_media(self, which):
        self.provider.open[which % len(self.provider.open)].commands.put_nowait(self.media)
        self.pass_time(1)

    @rule(stream=st.sampled_from([f"{number}-{place}" for number in (1, 2, 3) for place in (0, 1)]),
          reason=st.sampled_from([*FAILURES, None]))  # fmt: skip
    def provider_decides(self, stream, reason):
        self.provider.refusing.pop(stream, None)
        if reason is not None:
            self.provider.refusing[stream] = reason

    @rule(steps=st.integers(1, 30))
    def pass_time(self, steps):
        self.run(asyncio.sleep(steps * STEP))

    @rule(number=st.integers(1, 3))
    def operator_stops(self, number):
        channel = row(number).channel.id
        if any(status.channel_id == channel for status in self.gateway.status()):
            self.gateway.stop_streams(channel=channel)
            self.pass_time(1)

    @invariant()
    def no_more_upstreams_than_tuners(self):
        if hasattr(self, "gateway"):
            assert self.gateway.facts.active_sessions <= TUNERS
            assert len(self.provider.open) <= TUNERS
            assert len(self.gateway.attempts()) <= 210

    def teardown(self):
        if hasattr(self, "gateway"):
            for stack in self.viewers:
                self.run(stack.aclose())
            self.run(asyncio.wait_for(self.gateway.aclose(), 5))
            assert self.provider.open == []
            assert self.gateway.facts.active_sessions == 0
            assert self.gateway.facts.viewers == 0
            assert asyncio.all_tasks(self.loop) == set()
        self.loop.close()


@pytest.mark.timeout(300)
def test_nothing_that_happens_breaks_a_session(samples):
    Household.media = samples["h264"][: 188 * 900]
    run_state_machine_as_test(
        Household,
        settings=settings(
            derandomize=True, max_examples=12, stateful_step_count=25, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
