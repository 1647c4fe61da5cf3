"""The sampler: a row each minute, stored in batches, on a clock that the test moves."""

from datetime import timedelta
from itertools import pairwise

import pytest

from tests.tools.clock import ManualClock
from tests.tools.samples import AT, day, minute
from tunerr.app.sampling import Sampler
from tunerr.model.samples import Reading, Seen
from tunerr.storage.connection import open_server
from tunerr.storage.samples import SampleStore


class Program:
    """A program whose counters grow by what the test says."""

    def __init__(self, clock):
        self.clock = clock
        self.sent = 0
        self.spans = []

    def look(self):
        return Reading(
            at=self.clock.now(), ready=True, tuners=1, viewers=1, slots=1, slot_limit=None, channels=6,
            guide_linked=None, guide_real=None, lag=0.002, bytes_sent=self.sent, starts=0, starts_failed=0,
            continuity_errors=0,
        )  # fmt: skip

    def seen(self, since, until):
        self.spans.append((since, until))
        return Seen(repaired=1)


@pytest.fixture
async def state(tmp_path):
    db = await open_server(tmp_path / "state.db", kind="state")
    yield db
    await db.close()


@pytest.fixture
def clock():
    return ManualClock(AT)


@pytest.fixture
def program(clock):
    return Program(clock)


def sampler(state, program, known=()):
    return Sampler(look=program.look, seen=program.seen, store=SampleStore(state), known=known)


def pass_minutes(sampler, program, count, *, sent=7_500_000):
    for _ in range(count):
        program.clock.advance(60)
        program.sent += sent
        sampler.minute()


async def test_a_row_each_minute_and_no_moment_counts_twice(state, program):
    taking = sampler(state, program)
    pass_minutes(taking, program, 3)
    rows = taking.samples.current
    assert [row.at - rows[0].at for row in rows] == [0, 60, 120]
    assert {(row.bits_per_second, row.repaired, row.lag_ms) for row in rows} == {(1_000_000, 1, 2.0)}
    moments = [AT + timedelta(minutes=number) for number in range(4)]
    assert program.spans == list(pairwise(moments))


async def test_a_restart_goes_on_where_it_was_stored(state, program):
    taking = sampler(state, program)
    pass_minutes(taking, program, 5)
    await taking.save()
    pass_minutes(taking, program, 2)
    known = await SampleStore(state).latest(program.clock.now().timestamp())
    assert len(known) == 5, "what was not stored is lost, and no more"
    await taking.save()
    again = sampler(state, program, await SampleStore(state).latest(program.clock.now().timestamp()))
    assert again.samples.current == taking.samples.current
    pass_minutes(again, program, 1)
    assert len(again.samples.current) == 8
    assert again.samples.current[-1].bits_per_second == 1_000_000


async def test_a_day_is_kept_in_memory_and_on_disk(state, program):
    taking = sampler(state, program, day())
    program.clock.advance(86400)
    pass_minutes(taking, program, 3)
    assert (len(taking.samples.current), taking.samples.current[0]) == (1440, minute(4))


async def test_what_a_disk_did_not_take_is_stored_later(state, program):
    taking = sampler(state, program)
    pass_minutes(taking, program, 2)
    await state.execute("PRAGMA query_only = ON")
    await taking.save()
    pass_minutes(taking, program, 1)
    await state.execute("PRAGMA query_only = OFF")
    await taking.save()
    assert await SampleStore(state).latest(program.clock.now().timestamp()) == taking.samples.current


async def test_a_disk_that_never_takes_anything_costs_a_day_of_memory_at_most(state, program):
    await state.execute("PRAGMA query_only = ON")
    taking = sampler(state, program)
    pass_minutes(taking, program, 1600)
    await taking.save()
    assert len(taking._unsaved) == 1440


async def test_forgotten_is_forgotten_for_good(state, program):
    taking = sampler(state, program)
    pass_minutes(taking, program, 5)
    await taking.save()
    pass_minutes(taking, program, 1)
    await taking.clear()
    await taking.save()
    assert taking.samples.current == await SampleStore(state).latest(program.clock.now().timestamp()) == ()


async def test_a_clock_that_is_put_back_stops_no_history(state, program):
    taking = sampler(state, program)
    pass_minutes(taking, program, 5)
    program.clock.advance(-3600)
    taking.minute()
    pass_minutes(taking, program, 2)
    assert [row.bits_per_second for row in taking.samples.current] == [1_000_000] * 2
