"""C06, and that whoever walks away leaves nothing: a model of two clients on a clock of their own."""

import asyncio

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.tools.clock import ManualClock
from tests.tools.identities import MAIN
from tests.tools.until import until
from tests.unit.outputs.faces import lineup
from tests.unit.outputs.native.control_rig import NoKeepalives, QuietGateway, connected, controlled
from tunerr.errors import ActionRefused
from tunerr.hdhomerun.getset import Answer, GetSet
from tunerr.outputs.hdhr.native.locks import Caller, Lock, read_key
from tunerr.outputs.hdhr.native.playback import Means
from tunerr.outputs.hdhr.native.tuner import GRACE, IDLE_LOCK, NativeTuner
from tunerr.outputs.hdhr.native.variables import Variables
from tunerr.support.snapshot import Published
from tunerr.support.tasks import Supervisor

OTHER = "127.0.0.2"
LOCKED = "ERROR: resource locked by 127.0.0.1"
NAME = "/tuner0/lockkey"
SETS = (
    ("vchannel", "1"),
    ("channel", "none"),
    ("target", "none"),
    ("filter", "0x1"),
    ("program", "1"),
    ("channelmap", "us-cable"),
    ("lockkey", "77"),
    ("lockkey", "none"),
)


async def test_C06_lock_by_one_and_what_another_may():
    async with controlled() as server, connected(server) as one, connected(server, OTHER) as two:
        assert await one.ask(NAME, "1234") == "127.0.0.1"
        assert await two.ask(NAME) == "127.0.0.1"
        for key in (0, 1235):
            for name, value in SETS:
                assert await two.ask(f"/tuner0/{name}", value, key) == LOCKED
        assert await one.ask("/tuner0/vchannel", "1") == LOCKED, "its own address is no key"
        assert await one.ask("/tuner0/vchannel", "1", 1234) == "1"
        assert await two.ask("/tuner0/vchannel") == "1", "anybody may read"
        assert await one.ask(NAME, "55", 1234) == "127.0.0.1"
        assert await one.ask("/tuner0/filter", "0x1", 1234) == LOCKED
        assert await two.ask("/tuner1/filter", "0x1", 5) == "0x1", "a key that nothing needs"
        assert await two.ask(NAME, "force") == "none"
        assert await two.ask(NAME, "77") == OTHER
        assert await one.ask(NAME, "none", 55) == "ERROR: resource locked by 127.0.0.2"
        assert await two.ask(NAME, "none", 77) == "none"
        assert await two.ask(NAME, "none") == "none"


async def test_C06_a_lock_reserves_the_tuner_and_force_ends_what_plays():
    gateway = QuietGateway()
    async with controlled(gateway) as server, connected(server) as one, connected(server, OTHER) as two:
        await one.ask(NAME, "1")
        assert gateway.reserved == {0: "127.0.0.1"}
        await one.ask("/tuner0/vchannel", "5.1", 1)
        await one.ask("/tuner0/target", "udp://127.0.0.1:9", 1)
        await until(lambda: len(gateway.watching.get(0, ())) == 2)
        await two.ask(NAME, "force")
        assert gateway.reserved == {}
        assert await two.ask("/tuner0/target") == "none"
        await until(lambda: gateway.idle)


async def test_C06_a_lock_ends_20_seconds_after_its_connection_and_comes_along_to_the_next():
    clock, gateway = ManualClock(), QuietGateway()
    async with controlled(gateway, clock=clock) as server, connected(server, OTHER) as two:
        async with connected(server) as one:
            await one.ask(NAME, "1")
        await until(lambda: server.facts.connections == 1)
        clock.advance(GRACE - 0.1)
        server.tidy()
        async with connected(server) as again:
            assert await again.ask("/tuner0/vchannel", "1", 1) == "1"
            clock.advance(GRACE + 1)
            server.tidy()
            assert await two.ask(NAME) == "127.0.0.1"
        await until(lambda: server.facts.connections == 1)
        clock.advance(GRACE)
        server.tidy()
        assert await two.ask(NAME) == "none"
        await until(lambda: gateway.idle)
        assert await two.ask("/tuner0/vchannel") == "1", "what was wanted is remembered"


async def test_C06_a_lock_without_a_stream_ends_after_a_minute_without_requests():
    clock = ManualClock()
    async with controlled(clock=clock) as server, connected(server) as one, connected(server, OTHER) as two:
        await one.ask(NAME, "1")
        clock.advance(30)
        await one.ask("/tuner0/status")
        clock.advance(IDLE_LOCK - 0.1)
        await two.ask("/tuner0/status")  # who only looks keeps nothing alive
        server.tidy()
        assert await two.ask(NAME) == "127.0.0.1"
        clock.advance(0.1)
        server.tidy()
        assert await two.ask(NAME) == "none"


@pytest.mark.parametrize("text", ["", "0", "x", "4294967296", "-1", "+1", " 1", "\u0661"])
def test_keys_are_32_bits_and_not_zero(text):
    with pytest.raises(ActionRefused):
        read_key(text)


def test_the_holder_is_who_came_last_with_the_key():
    lock, first, second = Lock(), Caller("a"), Caller("b")
    lock.check(5, first)
    lock.take(7, first)
    with pytest.raises(ActionRefused, match="resource locked by a"):
        lock.check(8, second)
    lock.check(7, second)
    assert lock.holder is second
    lock.free()
    lock.check(0, first)
    assert lock.holder is None


WHO = st.sampled_from([1, 2])
# Two of three requests bring the key that opens the lock, or none where it is free.
RIGHT = st.sampled_from([True, True, False])


class TwoClients(RuleBasedStateMachine):
    """Two clients with one tuner; `owner` is the model of who holds its lock."""

    def __init__(self):
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.clock = ManualClock()
        self.gateway = QuietGateway(1)
        self.loop.run_until_complete(self.build())
        self.callers = {who: Caller(f"127.0.0.{who}") for who in (1, 2)}
        self.owner = None
        self.touched = 0.0

    async def build(self):
        self.tasks = Supervisor()
        means = Means(self.gateway, self.tasks, self.clock, NoKeepalives())
        published = Published(lineup())
        self.tuner = NativeTuner(0, means, published)
        self.variables = Variables(device=MAIN, tuners=[self.tuner], lineup=published)

    def settle(self):
        async def turns():
            for _ in range(10):
                await asyncio.sleep(0)

        self.loop.run_until_complete(turns())

    def ask(self, who, name, value, right=False):
        """Set it, as the model says it must go; whether it went."""
        caller = self.callers[who]
        key = (self.owner or 0) if right else 9

        async def answer():
            return self.variables.answer(GetSet(f"/tuner0/{name}", value, key), caller)

        reply = self.loop.run_until_complete(answer())
        allowed = value == "force" or self.owner in (None, key)
        assert isinstance(reply, Answer) == allowed, (reply, self.owner, key)
        self.settle()
        if allowed:
            self.touched = self.clock.monotonic()
        return allowed

    @rule(who=WHO, right=RIGHT, new=st.sampled_from([1, 2]))
    def lock(self, who, right, new):
        if self.ask(who, "lockkey", str(new), right):
            self.owner, self.holder = new, self.callers[who]

    @rule(who=WHO)
    def lock_tune_and_stream(self, who):
        self.lock(who, right=True, new=1)
        self.tune(who, right=True, value="1")
        self.aim(who, right=True, off=False)

    @rule(who=WHO, right=RIGHT, force=st.sampled_from([True, False, False]))
    def unlock(self, who, right, force):
        if self.ask(who, "lockkey", "force" if force else "none", right):
            self.owner = None
            assert not force or self.tuner.target == "none"

    @rule(who=WHO, right=RIGHT, value=st.sampled_from(["1", "1", "5.1", "none"]))
    def tune(self, who, right, value):
        if self.ask(who, "vchannel", value, right):
            assert self.tuner.virtual_channel == value
            self.came(who)

    @rule(who=WHO, right=RIGHT, off=st.booleans())
    def aim(self, who, right, off):
        value = "none" if off else f"udp://127.0.0.{who}:9"
        if self.ask(who, "target", value, right):
            assert self.tuner.target == value
            self.came(who)

    @rule(who=WHO)
    def come_anew(self, who):
        self.callers[who].closed_at = self.clock.monotonic()
        self.callers[who] = Caller(f"127.0.0.{who}")

    @rule(seconds=st.sampled_from([1.0, GRACE / 2, GRACE, IDLE_LOCK]))
    def wait(self, seconds):
        self.clock.advance(seconds)
        self.tuner.tidy()
        self.settle()
        if self.owner is not None and not self.tuner.streams:
            now = self.clock.monotonic()
            if self.holder.gone(now) >= GRACE or now - self.touched >= IDLE_LOCK:
                self.owner = None

    @invariant()
    def who_holds_it_is_shown_and_keeps_it(self):
        assert self.tuner.owner == ("none" if self.owner is None else self.holder.address)
        playing = self.tuner._playback.row is not None
        assert bool(self.gateway.reserved) == (playing or self.owner is not None)
        assert bool(self.gateway.watching.get(0)) == playing
        assert self.tuner.streams == (playing and self.tuner.target != "none")

    def came(self, who):
        if self.owner is not None:
            self.holder = self.callers[who]

    def teardown(self):
        for caller in self.callers.values():
            caller.closed_at = self.clock.monotonic()
        for _ in range(3):
            self.clock.advance(GRACE)
            self.tuner.tidy()
            self.settle()
        assert self.tuner.owner == "none"
        assert self.tuner.target == "none"
        assert self.gateway.idle
        assert self.tasks.names == ()
        self.loop.close()


TestTwoClients = TwoClients.TestCase
TestTwoClients.settings = settings(derandomize=True, max_examples=80, stateful_step_count=25, deadline=None)
