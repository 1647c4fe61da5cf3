import asyncio
import random
import time
from contextlib import suppress

import pytest

from tests.tools.until import until
from tunerr.errors import AllTunersInUse, TunerInUse, UnknownChannel
from tunerr.gateway.tuners import MOST_LEASES, Claim, TunerPool

ANY = (Claim(),)
REST = 1.0  # seconds


async def test_leases_the_lowest_free_tuner_and_frees_it():
    pool = TunerPool(count=2, patience=0.01, rest=0)
    async with pool.lease("5", ANY) as first, pool.lease("6", ANY) as second:
        assert (first, second, pool.in_use) == (0, 1, 2)
        with pytest.raises(AllTunersInUse) as refused:
            async with pool.lease("7", ANY):
                pass
        assert refused.value.header == "805 All Tuners In Use"
    assert pool.in_use == 0


async def test_a_tuner_asked_for_by_index():
    pool = TunerPool(count=2, patience=0.01, rest=0)
    async with pool.lease("5", [Claim(1)]) as index:
        assert index == 1
        with pytest.raises(TunerInUse):
            async with pool.lease("6", [Claim(1)]):
                pass
        for wrong in (2, 9, -1):
            with pytest.raises(UnknownChannel):
                pool.check(wrong)
    assert pool.in_use == 0


async def test_waits_for_a_tuner_that_is_closing():
    pool = TunerPool(count=1, patience=2, rest=0)
    leave = asyncio.Event()

    async def hold():
        async with pool.lease("5", ANY):
            await leave.wait()

    async with asyncio.TaskGroup() as group:
        group.create_task(hold())
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(0.1, leave.set)
        began = time.monotonic()
        async with pool.lease("6", ANY) as index:
            assert index == 0
        assert 0.05 < time.monotonic() - began < 1


@pytest.mark.parametrize("seed", range(5))
async def test_never_counts_wrong_whoever_is_cancelled_when(seed):
    chance = random.Random(seed)
    pool = TunerPool(count=3, patience=0.05, rest=0)
    held = {}

    async def use(number):
        wanted = chance.choice([None, None, 0, 1, 2])
        try:
            async with pool.lease(str(number), [Claim(wanted)]) as index:
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
    async with pool.lease("a", ANY), pool.lease("b", ANY), pool.lease("c", ANY):
        assert pool.in_use == 3


async def test_a_reserved_tuner_is_for_who_reserved_it_and_names_it():
    pool = TunerPool(count=2, patience=0.01, rest=0)
    pool.reserve(0, "anna")
    pool.reserve(0, "anna")
    assert (pool.reserved_by(0), pool.reserved_by(1), pool.in_use) == ("anna", "", 0)
    with pytest.raises(TunerInUse) as other:
        pool.reserve(0, "bert")
    assert other.value.message == "Tuner 0 is reserved by anna."
    for refused in (Claim(0), Claim(0, "bert")):
        with pytest.raises(TunerInUse):
            async with pool.lease("5", [refused]):
                pass
    async with pool.lease("5", ANY) as index, pool.lease("6", [Claim(0, "anna")]) as mine:
        assert (index, mine) == (1, 0)
    async with pool.lease("5", [Claim(1)]):
        for claim in (Claim(), Claim(None, "anna")):
            with pytest.raises(AllTunersInUse):
                async with pool.lease("6", [claim]):
                    pass
    for wrong in (2, -1):
        with pytest.raises(UnknownChannel):
            pool.reserve(wrong, "anna")


async def waiting(pool, claims):
    """A task that waits for a tuner and holds it for a moment; its result is the index."""

    async def use():
        async with pool.lease("9", claims) as index:
            return index

    task = asyncio.get_running_loop().create_task(use())
    await asyncio.sleep(0)
    assert not task.done()
    return task


async def test_who_waits_gets_a_tuner_whose_reservation_ends():
    pool = TunerPool(count=1, patience=5, rest=0)
    pool.reserve(0, "anna")
    tasks = [await waiting(pool, claims) for claims in (ANY, [Claim(0)], [Claim(0, "bert")])]
    pool.release(0)
    pool.release(0)
    assert await asyncio.wait_for(asyncio.gather(*tasks), 1) == [0, 0, 0]


async def test_a_tuner_that_is_reserved_while_it_closes_goes_to_nobody_who_waits():
    pool = TunerPool(count=1, patience=0.1, rest=0)
    async with pool.lease("5", ANY):
        tasks = [await waiting(pool, claims) for claims in (ANY, [Claim(0)])]
        pool.reserve(0, "anna")
        mine = await waiting(pool, [Claim(0, "anna")])
    refused = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(error) for error in refused] == [AllTunersInUse, TunerInUse]
    assert await mine == 0


async def test_a_claim_that_is_added_while_one_waits_counts():
    pool = TunerPool(count=2, patience=5, rest=0)
    pool.reserve(1, "anna")
    async with pool.lease("5", ANY):
        claims = [Claim()]
        task = await waiting(pool, claims)
        claims.append(Claim(1, "anna"))
        pool.wake()
        assert await asyncio.wait_for(task, 1) == 1


async def test_a_client_that_runs_wild_leases_a_tuner_only_so_often_and_its_last_wish_is_served():
    pool = TunerPool(count=1, patience=REST + 1, rest=REST)
    leased = []

    async def use():
        async with pool.lease("5", ANY):
            leased.append(time.monotonic())
            await asyncio.Event().wait()

    async def change_its_mind():
        while True:
            async with asyncio.TaskGroup() as group:
                using = group.create_task(use())
                await asyncio.sleep(0.01)
                using.cancel()

    with suppress(TimeoutError):
        async with asyncio.timeout(REST * 2.5):
            await change_its_mind()
    before = len(leased)
    last = asyncio.create_task(use())
    await until(lambda: len(leased) > before, deadline=REST + 0.5)
    last.cancel()
    assert all(later - first >= REST - 0.01 for first, later in zip(leased, leased[MOST_LEASES:], strict=False))
    assert MOST_LEASES * 2 < len(leased) <= MOST_LEASES * 4


async def test_another_tuner_takes_over_while_one_rests_and_a_rest_alone_is_no_leak():
    pool = TunerPool(count=2, patience=0.01, rest=REST)
    used = []
    for _ in range(MOST_LEASES * 2):
        async with pool.lease("5", ANY) as index:
            used.append(index)
    assert used == [0] * MOST_LEASES + [1] * MOST_LEASES
    with pytest.raises(TunerInUse, match="too often"):
        async with pool.lease("5", [Claim(1)]):
            pass
    assert pool.in_use == 0
