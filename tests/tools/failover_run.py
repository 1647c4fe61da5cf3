"""Runs cells of the failover matrix at the same time: one provider, one program, a channel and a viewer for each."""

import asyncio
import contextlib
import time
from itertools import chain
from pathlib import Path

import aiohttp

from tests.tools.clients import client
from tests.tools.failover import Expected, Seen
from tests.tools.recording import Recording, record
from tests.tools.server import start
from tests.tools.stream_facts import judge
from tests.tools.until import until
from tunerr.lab.faults import FaultProvider
from tunerr.lab.media import MediaLibrary, default_folder

AT_ONCE = 40  # viewers; two cores also encode cards and decode recordings meanwhile
JUDGES = 2
UNBOUND = 99  # connections of an account
LONG = 30.0  # a cell that only waits does not count among those
STARTED = 25.0  # seconds in which a fault at the start or in mid-stream must have fired
NOTICED = 0.3  # seconds in which the provider notices a closed socket
FREED = 10.0  # for a tuner after its last viewer: the rest of a stream that ended is waited for


async def run(cells, folder):
    """What came of each cell, by its name."""
    async with FaultProvider(media=MediaLibrary(default_folder(), client("ffmpeg"))) as provider:
        bench = Bench(provider, tuple(cells), Path(folder))
        await bench.offer()
        server = start(
            bench.folder / "data",
            env={"IPTV_TUNERR_M3U_URL": str(bench.playlist), "IPTV_TUNERR_TUNER_COUNT": "255"},
        )
        try:
            seen = await bench.watch_all(await server.ready())
            assert await asyncio.to_thread(server.stop) == 0, server.log[-3000:]
        finally:
            if server.process.poll() is None:
                server.kill()
        return seen


class Bench:
    """Channels c0, c1, … of the provider, one for each cell; their second sources are c0-b, c1-b, …"""

    def __init__(self, provider, cells, folder):
        self.provider, self.cells, self.folder = provider, cells, folder
        self.playlist = folder / "cells.m3u"
        self.names = {cell.name: f"c{index}" for index, cell in enumerate(cells)}
        self.server = None
        self.urls, self.numbers, self.attempts = {}, {}, {}
        self._watching, self._judging = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(JUDGES)

    async def offer(self):
        """Make the channels and write their playlist. Refusals are learned by account: each source has its own."""
        lines = ["#EXTM3U"]
        for cell in self.cells:
            name = self.names[cell.name]
            account = self._account(name, cell.first)
            urls = [await self._channel(name, name, cell.first, account)]
            if cell.second:
                account = account if cell.same_account else self._account(f"{name}-b", cell.second)
                urls.append(await self._channel(name, f"{name}-b", cell.second, account))
            lines += [line for url in urls for line in (f'#EXTINF:-1 tvg-id="{name}.lab",{name}', url)]
        self.playlist.write_text("\n".join((*lines, "")))

    def _account(self, user, source):
        limit, release = source.account
        return self.provider.account(user, "secret", limit=limit or UNBOUND, release=release)

    async def _channel(self, programme, name, source, account):
        """The URL of a source."""
        options = dict(source.options)
        if source.kind == "hls":
            channel = await self.provider.hls_channel(name, programme=programme, **options)
            return channel.url.replace("://", f"://{account.user}:{account.password}@")
        return (await self.provider.ts_channel(name, programme=programme, account=account, **options)).url

    async def watch_all(self, server):
        """Run all cells, long ones first."""
        self.server = server
        for row in await server.json("/lineup.json"):
            self.urls[row["GuideName"]], self.numbers[row["GuideName"]] = row["URL"], row["GuideNumber"]
        polling = asyncio.create_task(self._poll())
        try:
            cells = sorted(self.cells, key=lambda cell: -cell.after)
            return dict(await asyncio.gather(*(self._bounded(cell) for cell in cells)))
        finally:
            polling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await polling

    async def _poll(self):
        while True:
            await self.refresh()
            await asyncio.sleep(1)

    async def refresh(self):
        """Read what the program says of its sessions; the newest of each channel counts."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self.server.base}/debug/stream-attempts.json?limit=200") as answer,
        ):
            if answer.status == 200:
                rows = (await answer.json())["attempts"]
                self.attempts |= {row["channel_name"]: row for row in reversed(rows)}

    async def _bounded(self, cell):
        async with contextlib.AsyncExitStack() as stack:
            if cell.after < LONG:
                await stack.enter_async_context(self._watching)
            seen = await self._watch(cell)
        if seen.recording.path.exists() and seen.recording.received:
            async with self._judging:
                seen.facts = await judge(seen.recording.path, vlc=cell.vlc)
        return cell.name, seen

    async def _watch(self, cell):
        name = self.names[cell.name]
        for fault in cell.faults:
            await self.provider.arm(name, fault)
        for fault in cell.second_faults:
            await self.provider.arm(f"{name}-b", fault)
        recording = Recording(self.folder / f"{name}.ts")
        viewer = asyncio.create_task(
            record(self.urls[name], recording.path, seconds=900, agent=cell.agent, into=recording)
        )
        await self._enough(cell, name, viewer, recording)
        recording.leave()
        await viewer
        left_open = await self._left_open(name)
        await self.refresh()
        fired = tuple(fired.wall for fired in self.provider.fired_on(name))
        return Seen(cell, recording, fired, self.attempts.get(name, {}), left_open)

    async def _enough(self, cell, name, viewer, recording):
        """Wait until all that the cell expects has happened or can't any more, and for the time after."""
        began = time.monotonic()
        while not viewer.done():
            fired = self.provider.fired_on(name)
            late = (fired[0].monotonic + cell.deadline if fired else began + STARTED) < time.monotonic()
            done = (fired or not cell.fires) and self.attempts.get(name, {}).get("switches", 0) >= cell.switches[0]
            if done or late:
                break
            await asyncio.sleep(0.1)
        while not viewer.done() and not recording.answered and time.monotonic() < began + STARTED:
            await asyncio.sleep(0.1)
        if cell.expected is not Expected.REFUSED:
            await asyncio.wait({viewer}, timeout=cell.after)
        else:
            await asyncio.wait({viewer}, timeout=STARTED)

    async def _left_open(self, name):
        """Upstream requests of the channel that are open once its tuner counts as free; -1: it never did."""

        async def free():
            rows = await self.server.json("/status.json")
            return all(row.get("VctNumber") != self.numbers[name] for row in rows)

        def pending():
            requests = chain(self.provider.requests(name), self.provider.requests(f"{name}-b"))
            return sum(request.ended is None for request in requests)

        try:
            await until(free, deadline=FREED, every=0.05)
        except AssertionError:
            return -1
        with contextlib.suppress(AssertionError):
            await until(lambda: not pending(), deadline=NOTICED)
        return pending()
