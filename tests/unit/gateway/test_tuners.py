import asyncio
import random
import time

import pytest

from tunerr.errors import AllTunersInUse, TunerInUse, UnknownChannel
from tunerr.gateway.tuners import TunerPool


async def test_leases_the_lowest_free_tuner_and_frees_it():
    pool = TunerPool(count=2, patience=0.01)
    async with pool.lease("5") as first, pool.lease("6") as second:
        assert (first, second, pool.in_use) == (0, 1, 2)
        with pytest.raises(AllTunersInUse) as refused:
            async with pool.lease("7"):
                pass
        assert refused.value.header == "805 All Tuners In Use"
    assert pool.in_use == 0


async def test_a_tuner_asked_for_by_index():
    pool = TunerPool(count=2, patience=0.01)
    async with pool.lease("5", 1) as index:
        assert index == 1
        with pytest.raises(TunerInUse):
            async with pool.lease("6", 1):
                pass
        for wrong in (2, 9, -1):
            with pytest.raises(UnknownChannel):
                async with pool.lease("6", wrong):
                    pass
    assert pool.in_use == 0


async def test_waits_for_a_tuner_that_is_closing():
    pool = TunerPool(count=1, patience=2)
    leave = asyncio.Event()

    async def hold():
        async with pool.lease("5"):
            await leave.wait()

    async with asyncio.TaskGroup() as group:
        group.create_task(hold())
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(0.1, leave.set)
        began = time.monotonic()
        async with pool.lease("6") as index:
            assert index == 0
        assert 0.05 < time.monotonic() - began < 1


@pytest.mark.parametrize("seed", range(5))
async def test_never_counts_wrong_whoever_is_cancelled_when(seed):
    chance = random.Random(seed)
    pool = TunerPool(count=3, patience=0.05)
    held = {}

    async def use(number):
        wanted = chance.choice([None, None, 0, 1, 2])
        try:
            async with pool.lease(str(number), wanted) as index:
                assert index not in held
                held[index] = number
                try:
                    await asyncio.sleep(chance.random() * 0.02)
                finally:
                    del held[index]
        except (AllTunersInUse, TunerInUse):
            pass

    tasks = []
    for number in range(300):
        tasks.append(asyncio.get_running_loop().create_task(use(number)))
        if chance.random() < 0.4:
            await asyncio.sleep(chance.random() * 0.003)
        if chance.random() < 0.5:
            chance.choice(tasks).cancel()
        assert pool.in_use >= len(held)
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert not [result for result in results if isinstance(result, Exception)]
    assert pool.in_use == 0
    async with pool.lease("a"), pool.lease("b"), pool.lease("c"):
        assert pool.in_use == 3
