"""Wait for a condition instead of sleeping."""

import asyncio
import inspect
import time


async def until(condition, deadline=90.0, every=0.02, what=""):
    """Poll `condition` (plain or async) until it returns something true; return that; fail after `deadline` seconds."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if inspect.isawaitable(value):
            value = await value
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline} s: {what or getattr(condition, '__name__', condition)}")
        await asyncio.sleep(every)
