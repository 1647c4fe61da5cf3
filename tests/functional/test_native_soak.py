"""Two dozen machines lock, tune, receive, rob and vanish by the native protocol while sources break.

A minute in `--full`, thirty in `--soak`.
"""

import asyncio
import time

import pytest
import pytest_asyncio

from tests.tools import native_soak, soak
from tests.tools.server import native_ports


@pytest_asyncio.fixture
async def house(boot, sources, tmp_path):
    """A factory: the program, who lives with it, and the weather, by a seed."""

    async def factory(seed):
        weather = soak.Weather(sources, seed)
        discover, control, ports = native_ports()
        server = await boot(
            env={
                "IPTV_TUNERR_M3U_URL": await weather.offer(),
                "IPTV_TUNERR_TUNER_COUNT": str(native_soak.TUNERS),
            }
            | ports,
            native=True,
        )
        lineup = await server.json("/lineup.json")
        assert len(lineup) == soak.CHANNELS
        return server, native_soak.House(control, discover, lineup, tmp_path, seed), weather

    return factory


async def evening(house, weather, minutes):
    await asyncio.gather(weather.change(time.monotonic() + minutes * 60), house.evening(minutes))


async def quiet(parts, sources, like=None):
    """What the program holds once all have been gone for long; fails with what the tuners say when that is too much."""
    server, house, _ = parts
    try:
        return await soak.quiet(server, sources, like=like)
    except AssertionError as error:
        left = await house.at_rest(), await server.json("/debug/active-streams.json")
        raise AssertionError(f"{error}; tuners and streams: {left}") from None


async def lived(parts, sources, *, warm_up, minutes):
    """Live for `warm_up` minutes and then for `minutes`: nothing is wrong and nothing is left."""
    server, house, weather = parts
    await evening(house, weather, warm_up)
    warm = await quiet(parts, sources)
    await evening(house, weather, minutes)
    print(
        f"seed {house.seed}: did {dict(house.done)}, refused {dict(house.refused)}, datagrams {dict(house.datagrams)}"
    )
    print("\n".join(house.wrong))
    end = await quiet(parts, sources, like=warm)
    print(f"warm: {warm}\nend:  {end}")
    assert await house.at_rest() == []
    assert await every_tuner_plays(server, house)
    assert house.wrong == []
    assert "Traceback" not in server.log
    assert min(house.datagrams[form] for form in native_soak.SIZES) > 100
    return warm, end


async def every_tuner_plays(server, house):
    """A reservation that was left would refuse its tuner."""
    numbers = [row["GuideNumber"] for row in house.lineup]

    async def status(tuner):
        answer = await server.get(f"/tuner{tuner}/v{numbers[tuner]}?duration=0.5")
        return answer.status

    return set(await asyncio.gather(*map(status, range(native_soak.TUNERS)))) == {200}


@pytest.mark.alone
@pytest.mark.timeout(400)
async def test_a_minute_of_native_clients_leaves_nothing_behind(house, sources):
    parts = await house(soak.FIXED_SEED)
    await lived(parts, sources, warm_up=0.3, minutes=0.7)
    assert parts[1].done["record"] > 50
    assert await asyncio.to_thread(parts[0].stop) == 0


@pytest.mark.soak
@pytest.mark.timeout(0)
async def test_thirty_minutes_of_native_clients_leave_nothing_behind(house, sources):
    parts = await house(soak.SEED)
    warm, end = await lived(parts, sources, warm_up=soak.MINUTES / 3, minutes=soak.MINUTES * 2 / 3)
    assert end.megabytes <= warm.megabytes * 1.1
    assert await asyncio.to_thread(parts[0].stop) == 0
