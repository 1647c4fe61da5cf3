"""Sixty viewers zap through twenty channels that break at random: a minute in `--full`, thirty in `--soak`.

The figures of the long run go into docs/reference/soak.md.
"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from tests.tools import soak
from tunerr.lab.faults import FAULTS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "soak.md"
TEXT = """---
id: soak
type: reference
status: stable
tags: [reference, soak, tests]
---

# Soak figures

Written by `./scripts/verify --soak`: {viewers} viewers zap between {channels} channels with two sources each,
transport streams and live HLS, on {tuners} tuners. Meanwhile faults of every kind come over the sources and go away
again. Viewers are players and media servers; some are slow, some take nothing at all; they leave by FIN and RST after
0.2 to 60 seconds. What they got is judged by a packet walk without excusing flags.

| What | Seen on {day} |
|---|---|
| Length | {minutes:g} min, seed {seed} |
| Faults that happened | {faults:,}, of {kinds} kinds |
| Tunes | {tunes:,}; refused with 805 {full:,}, with 806 or 807 {failed:,} |
| Streams judged, violations | {judged:,}, 0 |
| Bytes received by viewers | {gigabytes:.1f} GB |
| Memory after {warm_minutes:g} min, at the end | {warm.megabytes} MB, {end.megabytes} MB |
| File descriptors after warm-up, at the end (nobody watches) | {warm.descriptors}, {end.descriptors} |
| Tasks after warm-up, at the end | {warm.tasks}, {end.tasks} |
| Tuners, provider slots, upstreams and children at the end | 0, 0, 0, 0 |
"""


@pytest_asyncio.fixture
async def household(boot, sources, tmp_path):
    """A factory: the program, who zaps on it, and the weather, by a seed."""
    pool = soak.judges()

    async def factory(seed):
        weather = soak.Weather(sources, seed)
        server = await boot(
            env={
                "IPTV_TUNERR_M3U_URL": await weather.offer(),
                "IPTV_TUNERR_TUNER_COUNT": str(soak.TUNERS),
            },
        )
        urls = [row["URL"] for row in await server.json("/lineup.json")]
        assert len(urls) == soak.CHANNELS
        return server, soak.Household(urls, tmp_path, seed, pool), weather

    yield factory
    await asyncio.to_thread(pool.shutdown, cancel_futures=True)


async def soaked(parts, sources, *, warm_up, minutes):
    """Zap for `warm_up` minutes and then for `minutes`; what was held after each, with nothing wrong."""
    server, home, weather = parts
    await soak.evening(home, weather, warm_up)
    warm = await soak.quiet(server, sources)
    await soak.evening(home, weather, minutes)
    weather.count()
    print(f"seed {home.seed}: {home.tunes} tunes, refused {dict(home.refused)}, {home.judged} judged, {weather.fired}")
    print("\n".join(home.wrong))
    end = await soak.quiet(server, sources, like=warm)
    print(f"warm: {warm}\nend:  {end}")
    assert home.wrong == []
    assert "Traceback" not in server.log
    return warm, end


@pytest.mark.alone
@pytest.mark.timeout(400)
async def test_a_minute_of_zapping_leaves_nothing_behind(household, sources):
    parts = await household(soak.FIXED_SEED)
    await soaked(parts, sources, warm_up=0.4, minutes=0.6)
    home, weather = parts[1:]
    assert home.judged > 50
    assert len(weather.fired) > 15
    assert await asyncio.to_thread(parts[0].stop) == 0


@pytest.mark.soak
@pytest.mark.timeout(0)
async def test_thirty_minutes_of_zapping_leave_nothing_behind(household, sources):
    server, home, weather = parts = await household(soak.SEED)
    # The allocator's pools grow for some thousand tunes and then stand; only what grows after that is a leak.
    warm, end = await soaked(parts, sources, warm_up=soak.MINUTES / 3, minutes=soak.MINUTES * 2 / 3)
    assert len(weather.fired) > 0.9 * len(FAULTS)
    assert end.megabytes <= warm.megabytes * 1.1
    text = TEXT.format(
        viewers=soak.VIEWERS, channels=soak.CHANNELS, tuners=soak.TUNERS, day=f"{datetime.now(UTC):%Y-%m-%d}",
        minutes=soak.MINUTES, seed=home.seed, faults=weather.fired.total(), kinds=len(weather.fired),
        tunes=home.tunes, full=home.refused[805], failed=home.refused[806] + home.refused[807], judged=home.judged,
        gigabytes=home.received / 1e9, warm_minutes=soak.MINUTES / 3, warm=warm, end=end,
    )  # fmt: skip
    await asyncio.to_thread(PAGE.write_text, text)
    assert await asyncio.to_thread(server.stop) == 0
