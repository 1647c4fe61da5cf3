"""Long runs, by `scripts/verify --soak`; their figures go into docs/reference/soak.md."""

import asyncio
import contextlib
import os
import random
import time
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from tests.tools.until import until

MINUTES = float(os.environ.get("TUNERR_SOAK_MINUTES", "20"))
VIEWERS = 12
CHANNELS = tuple(f"channel-{number}" for number in range(8))
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "soak.md"
TEXT = """---
id: soak
type: reference
status: stable
tags: [reference, soak, tests]
---

# Soak figures

Written by `./scripts/verify --soak`: {viewers} viewers zap between {channels} channels of a provider, each for 1 to 15
seconds, ended by FIN or RST, on 4 tuners.

| What | Seen on {day} |
|---|---|
| Length | {minutes:g} min |
| Tunes | {tunes:,}, of them {refused:,} refused with 805 because 4 other channels played |
| Bytes received by viewers | {gigabytes:.1f} GB |
| Memory after warm-up, at the end | {warm} MB, {end} MB |
| File descriptors after warm-up, at the end (nobody watches) | {fds_warm}, {fds_end} |
| Tuners in use, upstreams open, children at the end | 0, 0, 0 |
"""


class Household:
    """Viewers that zap, and what they saw."""

    def __init__(self, server, urls, seed):
        self.server, self.urls, self.random = server, urls, random.Random(seed)
        self.tunes = self.refused = self.received = 0
        self.wrong = []

    async def zap(self, until_time):
        while time.monotonic() < until_time:
            await self.watch(self.random.choice(self.urls), self.random.uniform(1, 15))

    async def watch(self, url, seconds):
        self.tunes += 1
        async with aiohttp.ClientSession() as session:
            answer = await session.get(url)
            if answer.status == 503 and answer.headers["X-HDHomeRun-Error"].startswith("805"):
                self.refused += 1
                await asyncio.sleep(1)
            elif answer.status != 200:
                self.wrong.append((url, answer.status, answer.headers.get("X-HDHomeRun-Error")))
            else:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        async for piece in answer.content.iter_any():
                            self.received += len(piece)
            if self.random.random() < 0.5 and answer.connection is not None:
                answer.connection.transport.abort()
            answer.close()


def megabytes(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) // 1024


def descriptors(pid):
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


async def quiet(server, provider):
    """Wait until nobody watches and nothing is open; memory and descriptors then."""

    async def idle():
        return provider.open_streams == 0 and await server.tuners_in_use() == 0

    await until(idle, deadline=15, what="tuners and upstreams free")
    await asyncio.sleep(2)  # the kernel's lingering sockets
    return megabytes(server.process.pid), descriptors(server.process.pid)


@pytest.mark.soak
@pytest.mark.timeout(0)
async def test_a_zapping_household_leaves_nothing_behind(boot, provider):
    server = await boot(
        env={"IPTV_TUNERR_M3U_URL": provider.playlist(*CHANNELS), "IPTV_TUNERR_TUNER_COUNT": "4"},
    )
    home = Household(server, [row["URL"] for row in await server.json("/lineup.json")], seed=1)

    async def run(minutes):
        end = time.monotonic() + minutes * 60
        await asyncio.gather(*(home.zap(end) for _ in range(VIEWERS)))
        return await quiet(server, provider)

    # The allocator's pools grow for some thousand tunes and then stand; only what grows after that is a leak.
    warm, fds_warm = await run(MINUTES / 3)
    end, fds_end = await run(MINUTES * 2 / 3)
    assert home.wrong == []
    assert fds_end == fds_warm
    assert end <= warm * 1.1
    assert not Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    await asyncio.to_thread(
        PAGE.write_text,
        TEXT.format(
            viewers=VIEWERS, channels=len(CHANNELS), day=f"{datetime.now(UTC):%Y-%m-%d}", minutes=MINUTES,
            tunes=home.tunes, refused=home.refused, gigabytes=home.received / 1e9,
            warm=warm, end=end, fds_warm=fds_warm, fds_end=fds_end,
        ),
    )  # fmt: skip
    assert await asyncio.to_thread(server.stop) == 0
