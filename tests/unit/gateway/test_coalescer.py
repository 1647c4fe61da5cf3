import asyncio
import time

from tests.tools.until import until
from tunerr.gateway.coalescer import Coalescer


async def test_large_pieces_for_few_viewers_pass_at_once():
    out = []
    coalescer = Coalescer(out.append)
    piece = bytes(10_528)
    coalescer.feed(piece, 1)
    assert out == [piece]
    assert out[0] is piece


async def test_a_crowd_gets_32_kib_at_a_time():
    out = []
    coalescer = Coalescer(out.append)
    for _ in range(8):
        coalescer.feed(bytes(10_528), 8)
    assert [len(data) for data in out] == [4 * 10_528, 4 * 10_528]


async def test_small_pieces_wait_20_ms_at_most():
    out = []
    coalescer = Coalescer(out.append)
    began = time.monotonic()
    coalescer.feed(b"a" * 188, 1)
    coalescer.feed(b"b" * 188, 1)
    coalescer.feed(b"", 1)
    assert out == []
    await until(lambda: out, deadline=2, every=0.002)
    assert 0.015 < time.monotonic() - began < 0.5
    assert out == [b"a" * 188 + b"b" * 188]
    coalescer.feed(b"c" * 188, 1)
    coalescer.flush()
    assert out[1:] == [b"c" * 188]
    await asyncio.sleep(0.03)
    assert len(out) == 2
