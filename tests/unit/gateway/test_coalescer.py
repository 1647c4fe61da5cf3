import asyncio
import time

from tests.tools.until import until
from tunerr.gateway.coalescer import Coalescer


async def test_large_chunks_pass_at_once_and_uncopied():
    out = []
    chunk = bytes(32 << 10)
    Coalescer(out.append).feed(chunk)
    assert out == [chunk]
    assert out[0] is chunk


async def test_chunks_are_gathered_to_32_kib():
    out = []
    coalescer = Coalescer(out.append)
    for _ in range(8):
        coalescer.feed(bytes(10_528))
    assert [len(data) for data in out] == [4 * 10_528, 4 * 10_528]
    coalescer.flush()
    assert len(out) == 2


async def test_small_chunks_wait_20_ms_at_most_from_the_first_on():
    out = []
    coalescer = Coalescer(out.append)
    began = time.monotonic()
    coalescer.feed(b"a" * 188)
    coalescer.feed(b"")
    await asyncio.sleep(0.012)
    coalescer.feed(b"b" * 188)
    assert out == []
    await until(lambda: out, deadline=2, every=0.002)
    assert 0.019 < time.monotonic() - began < 0.5
    assert out == [b"a" * 188 + b"b" * 188]


async def test_flushing_leaves_nothing_behind():
    out = []
    coalescer = Coalescer(out.append)
    coalescer.feed(b"c" * 188)
    coalescer.flush()
    coalescer.flush()
    assert out == [b"c" * 188]
    await asyncio.sleep(0.03)
    assert len(out) == 1
