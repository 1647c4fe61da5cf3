import asyncio

from tunerr.support.snapshot import Published


async def test_everyone_waiting_gets_what_is_published():
    box = Published(1)
    waiting = [asyncio.ensure_future(box.changed()) for _ in range(3)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    box.publish(2)
    assert await asyncio.gather(*waiting) == [2, 2, 2]
    assert box.current == 2


async def test_a_change_before_the_wait_is_not_reported_again():
    box = Published("a")
    box.publish("b")
    later = asyncio.ensure_future(box.changed())
    await asyncio.sleep(0)
    assert not later.done()
    box.publish("c")
    assert await later == "c"
