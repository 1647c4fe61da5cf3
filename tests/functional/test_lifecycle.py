"""Start, stop, crash and start again."""

import asyncio
import contextlib
import signal
import socket
import sqlite3
from pathlib import Path

import aiohttp

from tests.tools.server import free_port, run_to_end, start
from tests.tools.until import until


def children(pid):
    """All living descendants of a process."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in task.read_text().split():
                found += [int(child), *children(child)]
    return found


def alive(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@contextlib.asynccontextmanager
async def watching(url):
    """A viewer that has its first bytes and goes on reading."""
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert answer.status == 200
        assert (await answer.content.readexactly(188))[0] == 0x47

        async def drain():
            async for _ in answer.content.iter_any():
                pass

        reading = asyncio.get_running_loop().create_task(drain())
        try:
            yield answer
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError, aiohttp.ClientError):
                await reading


async def test_sigterm_with_a_stream_open_ends_within_10_seconds(boot):
    server = await boot()
    async with watching((await server.json("/lineup.json"))[0]["URL"]):
        processes = children(server.process.pid)
        assert processes, "the demo encodes while somebody watches"
        started = asyncio.get_running_loop().time()
        assert await asyncio.to_thread(server.stop, 10) == 0, server.log
        print(f"ended {asyncio.get_running_loop().time() - started:.2f} s after SIGTERM")
    assert not [pid for pid in processes if alive(pid)]


async def test_a_signal_that_comes_twice_at_once_is_one(boot):
    server = await boot()
    server.process.send_signal(signal.SIGTERM)
    server.process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(server.process.wait, 15) == 0, server.log


async def test_no_child_outlives_a_killed_server(boot):
    server = await boot()
    urls = [row["URL"] for row in await server.json("/lineup.json")]
    async with watching(urls[0]), watching(urls[4]):
        processes = children(server.process.pid)
        assert len(processes) >= 2
        server.kill()
        await until(lambda: not [pid for pid in processes if alive(pid)], deadline=2, what="children gone in 2 s")


async def test_numbers_and_identity_survive_a_kill_and_a_restart(boot, provider):
    url = provider.playlist("one", "two", "three")
    server = await boot(env={"IPTV_TUNERR_M3U_URL": url})
    before = await server.json("/lineup.json")
    device = (await server.json("/discover.json"))["DeviceID"]
    server.kill()

    provider.documents.clear()  # the provider is gone: the last good lineup must come from disk
    again = await boot(env={"IPTV_TUNERR_M3U_URL": url}, port=server.port)
    assert await again.json("/lineup.json") == before
    assert (await again.json("/discover.json"))["DeviceID"] == device


async def test_the_stored_streams_of_the_demo_are_good_after_a_restart(boot):
    server = await boot()
    assert server.stop() == 0
    before = len(server.log)
    again = await boot()
    await until(lambda: "source=demo " in again.log[before:], deadline=90)
    assert "other addresses" not in again.log


async def test_a_second_server_on_the_same_folder_is_refused(boot, tmp_path):
    first = await boot()
    status, log = await run_to_end(tmp_path / "data")
    assert status == 1
    assert f"pid {first.process.pid}" in log
    assert str(tmp_path / "data") in log
    assert (await first.get("/readyz")).status == 200


async def test_a_taken_port_is_explained(boot, tmp_path):
    first = await boot()
    other = start(tmp_path / "other", port=first.port)
    assert await asyncio.to_thread(other.process.wait, 30) == 1
    assert f"{first.port}: another program uses that port" in other.log
    assert "--addr" in other.log

    deck = start(tmp_path / "third", port=free_port(), deck_port=first.deck_port)
    assert await asyncio.to_thread(deck.process.wait, 30) == 1
    assert "IPTV_TUNERR_WEBUI_PORT" in deck.log


@contextlib.contextmanager
def taken():
    """A UDP and TCP port of 127.0.0.1 that is in use."""
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        udp.bind(tcp.getsockname())
        yield tcp.getsockname()[1]


async def test_a_taken_port_of_the_native_protocol_is_explained_once_and_http_goes_on(boot):
    with taken() as port:
        ports = {f"IPTV_TUNERR_HDHR_{name}_PORT": str(port) for name in ("DISCOVER", "CONTROL")}
        server = await boot(env=ports, native=True)
    [said] = [line for line in server.log.splitlines() if "native protocol" in line]
    for protocol in ("control (TCP)", "discovery (UDP)"):
        assert f"HDHomeRun {protocol} can't listen on 127.0.0.1:{port}: another program uses that port." in said
    assert "IPTV_TUNERR_HDHR_NETWORK_MODE=false" in said
    assert (await server.json("/discover.json"))["BaseURL"] == server.base


async def test_a_database_of_a_later_version_is_refused(boot, tmp_path):
    server = await boot()
    assert server.stop() == 0
    with contextlib.closing(sqlite3.connect(tmp_path / "data" / "demo" / "state.db")) as state:
        state.execute("PRAGMA user_version = 9999")
    status, log = await run_to_end(tmp_path / "data")
    assert status == 1
    assert "9999" in log
