"""Numbers under any sequence of what may happen to a lineup: real builder, real ledger, a catalog in memory."""

import asyncio
import shutil
import tempfile
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.tools.clock import ManualClock
from tunerr.lineup.allotment import Devices
from tunerr.lineup.builder import LineupBuilder
from tunerr.lineup.favorites import Favorites
from tunerr.lineup.ledger import NumberLedger
from tunerr.lineup.numbering import RESERVED_AFTER
from tunerr.model.channel import Channel, ChannelId, SourceId, Stream
from tunerr.model.numbers import GuideNumber
from tunerr.model.override import ChannelOverride
from tunerr.model.url import SecretUrl, Zone
from tunerr.storage.connection import open_server

LIMIT = 3
SOURCES = (SourceId("m3u"), SourceId("m3u-2"))
# Name, source and the number that the source says: some say the same, one says a number in another device's block.
CHANNELS = {
    ChannelId(f"dna-{name}"): (SOURCES[place % 2], wanted)
    for place, (name, wanted) in enumerate(
        {"a": None, "b": 2, "c": 2, "d": None, "e": 1001, "f": None, "g": 1, "h": None, "i": None, "j": 4}.items()
    )
}
a_channel = st.sampled_from(list(CHANNELS))
a_number = st.sampled_from([GuideNumber(each) for each in (1, 2, 3, 5, 8, 1001, 1002, 2001)])


class World:
    """Catalog, plan and overrides as the builder sees them."""

    def __init__(self):
        self.sources = SOURCES
        self.lost = set()
        self.present = list(CHANNELS)
        self.plan = list(CHANNELS)
        self.fixed = {}

    async def served(self):
        return frozenset(SOURCES) - self.lost

    async def channels(self, ids):
        return tuple(map(channel, self.there(ids)))

    def there(self, ids):
        return [one for one in ids if one in self.present and CHANNELS[one][0] not in self.lost]

    async def chosen(self):
        return None if self.plan is None else tuple(self.plan)

    async def wanted(self):
        return {}

    async def left_out(self):
        return ()

    async def backups(self):
        return {}

    async def all(self):
        return {one: ChannelOverride(number=number) for one, number in self.fixed.items()}


def channel(one):
    source, wanted = CHANNELS[one]
    stream = Stream(SecretUrl(f"http://h/{one}.ts"), source, Zone.INTERNET)
    return Channel(one, one, wanted_number=GuideNumber(wanted) if wanted else None, streams=(stream,))


class Numbers(RuleBasedStateMachine):
    """What clients saw is kept in `seen`: number to channel and the time of its first fetch."""

    @initialize()
    def begin(self):
        self.folder = Path(tempfile.mkdtemp(prefix="numbers-"))
        self.runner = asyncio.Runner()
        self.clock = ManualClock()
        self.world = World()
        self.devices = 1
        self.seen = {}
        self.moved = set()
        self.last = {}
        self.runner.run(self.open())
        self.lineup = self.runner.run(self.build())
        self.note()

    async def open(self):
        self.state = await open_server(self.folder / "state.db", kind="state")
        # Flushing to the disk is what takes the time; these tests have no power cuts.
        await self.state.execute("PRAGMA synchronous = OFF")
        self.ledger = NumberLedger(state=self.state, clock=self.clock)

    async def build(self):
        builder = LineupBuilder(
            reader=self.world,
            plans=self.world,
            overrides=self.world,
            rank=lambda one, _: one,
            ledger=self.ledger,
            favorites=Favorites(state=self.state, clock=self.clock),
            devices=Devices(LIMIT, self.devices),
            clock=self.clock,
        )
        return await builder.build()

    def teardown(self):
        if hasattr(self, "runner"):
            self.runner.run(self.state.close())
            self.runner.close()
            shutil.rmtree(self.folder)

    @rule(order=st.permutations(list(CHANNELS)))
    def shuffle(self, order):
        self.world.present.sort(key=order.index)

    @rule(one=a_channel)
    def vanish(self, one):
        if one in self.world.present:
            self.world.present.remove(one)

    @rule(one=a_channel)
    def come_back(self, one):
        if one not in self.world.present:
            self.world.present.append(one)

    @rule(plan=st.lists(a_channel, unique=True, min_size=1))
    def choose(self, plan):
        self.world.plan = plan

    @rule()
    def choose_all(self):
        self.world.plan = list(CHANNELS)

    @rule(source=st.sampled_from(SOURCES))
    def lose_catalog(self, source):
        self.world.lost.add(source)
        self.world.plan = None

    @rule(source=st.sampled_from(SOURCES))
    def read_catalog(self, source):
        self.world.lost.discard(source)
        self.world.plan = self.world.plan or list(CHANNELS)

    @rule(one=a_channel, number=a_number)
    def fix(self, one, number):
        self.world.fixed[one] = number
        self.moved.add(one)

    @rule(one=a_channel)
    def loosen(self, one):
        self.world.fixed.pop(one, None)
        self.moved.add(one)

    @precondition(lambda self: self.devices < 3)
    @rule()
    def another_device(self):
        self.devices += 1

    @rule(device=st.integers(1, 3))
    def fetch(self, device):
        rows = self.lineup.by_device.get(device, ())
        self.runner.run(self.ledger.mark_served(row.number for row in rows))
        for row in rows:
            self.seen.setdefault(row.number, (row.channel.id, self.now))

    @rule(hours=st.sampled_from([1, 23, 25]))
    def wait(self, hours):
        self.clock.advance(hours * 3600.0)

    @rule()
    def a_day_with_clients(self):
        """What makes numbers theirs for ever."""
        self.publish()
        for device in (1, 2, 3):
            self.fetch(device)
        self.wait(25)

    @rule()
    def restart(self):
        self.runner.run(self.state.close())
        self.runner.run(self.open())

    @rule()
    def publish(self):
        """Build anew and compare with what was, then take it for what is."""
        chosen = self.world.there(self.world.plan if self.world.plan is not None else self.lineup.by_id)
        lineup = self.runner.run(self.build())
        self.check_stayers(lineup, chosen)
        self.check_promises(lineup)
        for one, number in self.world.fixed.items():
            row = lineup.by_id.get(one)
            assert row is None or row.number == number or any(note.startswith(f"{one} ") for note in lineup.notes)
        self.lineup = lineup
        self.note()

    def check_stayers(self, lineup, chosen):
        operators = {row.number for row in lineup.channels if self.world.fixed.get(row.channel.id) == row.number}
        for one in chosen:
            before, after = self.lineup.by_id.get(one), lineup.by_id.get(one)
            if before is None:
                continue
            assert after is not None
            assert after.device == before.device
            displaced = before.number in operators and not self.is_reserved(before.number)
            assert after.number == before.number or one in self.moved or displaced

    def check_promises(self, lineup):
        for row in lineup.channels:
            one = row.channel.id
            if self.seen.get(row.number, (one,))[0] != one:
                assert not self.is_reserved(row.number)
                del self.seen[row.number]
            number, device = self.last.get(one, (None, None))
            if number is not None and self.is_reserved(number) and self.seen[number][0] == one:
                assert row.device == device
                assert row.number == number or one in self.moved

    def note(self):
        self.moved = {one for one in self.moved if one not in self.lineup.by_id}
        self.last |= {row.channel.id: (row.number, row.device) for row in self.lineup.channels}

    @property
    def now(self):
        return self.clock.now().timestamp()

    def is_reserved(self, number):
        return number in self.seen and self.now - self.seen[number][1] >= RESERVED_AFTER

    @invariant()
    def what_is_offered_can_be_told_apart(self):
        if not hasattr(self, "lineup"):
            return
        rows = self.lineup.channels
        assert len({row.number for row in rows}) == len({row.channel.id for row in rows}) == len(rows)
        assert all(len(there) <= LIMIT for there in self.lineup.by_device.values())
        assert set(self.lineup.by_device) <= set(range(1, self.devices + 1))

    @invariant()
    def what_clients_saw_for_a_day_has_one_holder(self):
        if hasattr(self, "seen"):
            for number, (one, _) in self.seen.items():
                if self.is_reserved(number):
                    assert self.runner.run(self.ledger.holder(number)) == one


TestNumbers = Numbers.TestCase
TestNumbers.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
