import asyncio
import time

import pytest

from tests.tools.until import until
from tunerr.app.loop_lag import LoopLag, watch_loop_lag
from tunerr.views.buffering import Machine


def test_nothing_is_known_before_the_first_figure():
    assert LoopLag().now() == Machine(0.0, 0.0)


def test_one_in_a_hundred_is_no_rule_and_a_minute_later_all_is_forgotten():
    lag = LoopLag()
    for index in range(600):
        lag.observe(0.8 if index < 6 else index / 100_000)
    assert lag.now().worst == 0.8
    assert lag.now().usual == pytest.approx(0.006, abs=0.001)
    lag.observe(0.0)
    for _ in range(599):
        lag.observe(0.2)
    assert lag.now() == Machine(usual=0.2, worst=0.2)


async def test_who_holds_the_loop_is_seen_by_all_observers():
    lag, told = LoopLag(), []
    watching = asyncio.get_running_loop().create_task(watch_loop_lag(lag.observe, told.append))
    try:
        await until(lambda: len(told) >= 1, deadline=5)
        time.sleep(0.25)
        await until(lambda: max(told) > 0.1, deadline=5)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    assert lag.now().worst == max(told)
