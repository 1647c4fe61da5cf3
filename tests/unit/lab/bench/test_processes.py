"""Provider and viewers as the processes that they are."""

import contextlib
import time
from dataclasses import dataclass

import pytest

from tests.tools.until import until
from tunerr.errors import TunerrError
from tunerr.lab.bench.hls import spent
from tunerr.lab.bench.process import cpu_seconds, resident, running, sink, source, told
from tunerr.lab.bench.sink import Load
from tunerr.lab.bench.stream import MEGABITS
from tunerr.lab.bench.viewer import Viewer
from tunerr.lab.media import default_folder


@pytest.fixture
async def provider():
    async with source(default_folder()) as running_source:
        yield running_source


async def test_viewers_measure_the_pace_and_the_age_of_what_they_get(provider):
    async with sink(Load(provider.port, "/b.ts", viewers=20, warm=0.5, seconds=1.5, stalled=2)) as viewers:
        await viewers.started()
        measured = await viewers.measured(0)
    seen = measured.drained
    assert measured.sockets > 0, "the stalled ones are still there"
    assert (seen.lost, seen.sources) == (0, "b")
    assert seen.bytes * 8 / 1e6 / seen.seconds / 20 == pytest.approx(MEGABITS, rel=0.1)
    assert seen.slowest == pytest.approx(MEGABITS, rel=0.2)
    assert 0 < seen.p50 <= seen.p99 <= seen.longest
    assert seen.samples > 100


async def test_a_viewer_whose_connection_ends_is_lost(provider):
    async with sink(Load(provider.port, "/a.ts", viewers=3, warm=0.5, seconds=0.5)) as viewers:
        await viewers.started()
        await provider.end("eof")
        assert (await viewers.measured(0)).drained.lost == 3


@pytest.mark.parametrize("how", ["eof", "reset"])
async def test_the_first_source_ends_on_command_and_is_refused_until_healed(provider, how):
    viewer = await Viewer.come(provider.port, "/a.ts")
    assert await viewer.take_until("a", 5)
    before = time.monotonic_ns()
    assert before < await provider.end(how) < time.monotonic_ns()
    with contextlib.nullcontext() if how == "eof" else pytest.raises(ConnectionResetError):
        await viewer.take_for(5)
    viewer.writer.close()
    with pytest.raises(TunerrError, match="503"):
        await Viewer.come(provider.port, "/a.ts")
    await provider.heal()
    again = await Viewer.come(provider.port, "/a.ts")
    assert await again.take_until("a", 5)
    await again.leave()


async def test_a_stall_is_silence(provider):
    viewer = await Viewer.come(provider.port, "/a.ts")
    assert await viewer.take_until("a", 5)
    await provider.end("stall")
    await viewer.take_for(0.2)
    had = len(viewer.data)
    await viewer.take_for(0.3)
    assert len(viewer.data) == had
    await viewer.leave()


async def test_requests_and_access_points_are_told(provider):
    viewer = await Viewer.come(provider.port, "/b.ts")
    asked = await provider.next("request", "b")
    assert viewer.asked < asked
    await viewer.take_for(1.3)
    assert asked < await provider.next("key", "b") < time.monotonic_ns()
    await viewer.leave()


async def test_cpu_time_and_memory_of_a_family_are_read():
    busy = "(i=0; while [ $i -lt 3000000 ]; do i=$((i+1)); done) & trap 'kill $!' TERM; wait"
    async with running(["sh", "-c", busy], name="busy") as child:
        began = cpu_seconds(child.pid)
        await until(lambda: cpu_seconds(child.pid) - began > 0.05, deadline=20)
        assert resident(child.pid) > 0
    assert cpu_seconds(child.pid) == 0


@dataclass
class Answered:
    started: float
    ended: float | None


def test_what_the_origin_spent_is_counted_once():
    requests = [Answered(2.0, 3.0), Answered(1.0, 2.5), Answered(4.0, None), Answered(9.0, 10.0)]
    assert spent(requests, 0.0, 5.0) == pytest.approx(3.0)
    assert spent(requests, 2.0, 2.75) == pytest.approx(0.75)
    assert spent([], 0.0, 5.0) == 0


async def test_a_child_that_ends_without_a_word_is_an_error_with_its_last_words():
    async with running(["sh", "-c", "echo broken >&2"], name="child", talks=True) as child:
        await child.wait()
        with pytest.raises(TunerrError, match="child did not tell listening: broken"):
            await told(child, "listening")
