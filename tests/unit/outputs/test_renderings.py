import asyncio
import gzip

from tunerr.outputs.renderings import Renderings


async def test_a_rendering_is_made_once_for_each_key():
    made = []
    kept = Renderings()

    def render():
        made.append(1)
        return b"body"

    first = await kept.get(("json", "v1", "http://a"), render)
    assert await kept.get(("json", "v1", "http://a"), render) is first
    assert len(made) == 1
    assert gzip.decompress(first.gzip) == b"body"
    assert (await kept.get(("json", "v2", "http://a"), render)).etag == first.etag
    assert (await kept.get(("json", "v2", "http://b"), lambda: b"other")).etag != first.etag


async def test_invented_names_do_not_grow_memory():
    kept = Renderings(limit_bytes=10_000)
    made = []

    def our_own():
        made.append(1)
        return b"x" * 1000

    for number in range(1000):
        await kept.get(("json", f"http://{number}"), lambda: b"x" * 1000)
        await kept.get(("json", "http://tv"), our_own)
        assert kept.size <= 10_000
    assert len(made) == 1  # what is asked for stays


async def test_the_newest_is_kept_even_when_it_is_too_large():
    kept = Renderings(limit_bytes=10)
    large = await kept.get(("a",), lambda: b"x" * 1000)
    assert await kept.get(("a",), lambda: b"") is large
    await kept.get(("b",), lambda: b"y")
    assert await kept.get(("a",), lambda: b"again") is not large


async def test_requests_at_once_share_one_rendering():
    kept = Renderings()
    made = []

    def render():
        made.append(1)
        return b"x" * 100

    first, *others = await asyncio.gather(*(kept.get(("a",), render) for _ in range(20)))
    assert all(other is first for other in others)
    assert len(made) == 1
    assert kept.size == first.size
