import asyncio

from tunerr.support.turns import OneWaits


async def test_one_waits_and_does_it_for_all_who_come_meanwhile():
    turns, begun = asyncio.Lock(), []

    async def work():
        begun.append(turns.locked())

    once = OneWaits(turns)
    async with turns:
        waiting = [asyncio.create_task(once.run(work)) for _ in range(5)]
        await asyncio.sleep(0)
        assert [task.done() for task in waiting] == [False, True, True, True, True]
        assert not begun
    await asyncio.gather(*waiting)
    await once.run(work)
    assert begun == [True, True]
    assert not turns.locked()


async def test_who_comes_while_it_is_done_waits_for_the_next_turn():
    gate, begun = asyncio.Event(), []

    async def work():
        begun.append(len(begun))
        await gate.wait()

    once = OneWaits(asyncio.Lock())
    running = [asyncio.create_task(once.run(work)) for _ in range(2)]
    await asyncio.sleep(0)
    running += [asyncio.create_task(once.run(work)) for _ in range(3)]
    await asyncio.sleep(0)
    assert begun == [0]
    gate.set()
    await asyncio.gather(*running)
    assert begun == [0, 1]


async def test_one_that_is_canceled_while_it_waits_or_fails_keeps_no_other_from_it():
    turns, done = asyncio.Lock(), []

    async def fail():
        raise ValueError

    async def work():
        done.append(1)

    once = OneWaits(turns)
    async with turns:
        waiting = asyncio.create_task(once.run(work))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
    (failed,) = await asyncio.gather(once.run(fail), return_exceptions=True)
    assert isinstance(failed, ValueError)
    await once.run(work)
    assert done == [1]
