import asyncio

import structlog

from tunerr.support.tasks import Supervisor


async def test_a_task_is_named_and_forgotten_when_done():
    tasks = Supervisor()
    gate = asyncio.Event()
    task = tasks.spawn(gate.wait(), "waiter")
    assert tasks.names == ("waiter",)
    gate.set()
    assert await task is True
    await asyncio.sleep(0)
    assert tasks.names == ()


async def test_a_failure_is_logged_with_its_name():
    async def fail():
        raise RuntimeError("no")

    tasks = Supervisor()
    with structlog.testing.capture_logs() as logs:
        task = tasks.spawn(fail(), "failing")
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0)
    assert [(entry["event"], entry["task"]) for entry in logs] == [("background task failed", "failing")]


async def test_aclose_waits_for_clean_ups_and_for_what_they_start():
    tasks = Supervisor()
    done = []

    async def second():
        try:
            await asyncio.sleep(60)
        finally:
            done.append("second")

    async def first():
        try:
            await asyncio.sleep(60)
        finally:
            tasks.spawn(second(), "second")
            await asyncio.sleep(0.01)
            done.append("first")

    tasks.spawn(first(), "first")
    await asyncio.sleep(0)
    await tasks.aclose()
    assert done == ["first", "second"]
    assert tasks.names == ()


async def test_cancelling_aclose_does_not_hang():
    tasks = Supervisor()
    tasks.spawn(asyncio.sleep(60), "sleeper")
    await asyncio.wait_for(tasks.aclose(), 1)
