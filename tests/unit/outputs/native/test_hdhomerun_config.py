"""The vendor's own client against the real server: hdhr.md 2.6. It knows one port only."""

import asyncio
import shutil
import sys
from contextlib import asynccontextmanager

import pytest

from tests.tools.identities import MAIN
from tests.tools.until import until
from tests.unit.gateway.conftest import samples as samples  # noqa: PLC0414 - the fixture is used by its name
from tests.unit.gateway.rig import FakeOpener, Feed, continuity_errors, packets, pid_of, row, running
from tests.unit.outputs.faces import lineup
from tests.unit.outputs.native.control_rig import http_viewer
from tunerr.hdhomerun.getset import CONTROL_PORT
from tunerr.outputs.hdhr.native.control import start_control
from tunerr.outputs.hdhr.native.discovery import start_discovery
from tunerr.outputs.hdhr.native.keepalive import KeepaliveListener
from tunerr.outputs.hdhr.native.neighbors import Neighbors
from tunerr.support.clock import SystemClock
from tunerr.support.snapshot import Published
from tunerr.support.tasks import Supervisor

pytestmark = pytest.mark.skipif(not shutil.which("hdhomerun_config"), reason="hdhomerun_config is not installed")

# An address of our own on the loopback interface: other programs of this machine may have the port elsewhere.
HOST = "127.76.31.9"


# MythTV asks the vendor's library to find a free tuner and to lock it; it keeps the connection until its input ends.
SELECT = """
import ctypes, sys
library = ctypes.CDLL("libhdhomerun.so.4")
for name in ("device_selector_create", "device_selector_choose_and_lock", "device_get_name"):
    getattr(library, "hdhomerun_" + name).restype = ctypes.c_void_p
selector = ctypes.c_void_p(library.hdhomerun_device_selector_create(None))
library.hdhomerun_device_selector_load_from_str(selector, sys.argv[1].encode())
chosen = ctypes.c_void_p(library.hdhomerun_device_selector_choose_and_lock(selector, None))
name = library.hdhomerun_device_get_name(chosen) if chosen else None
print(ctypes.string_at(name).decode() if name else "none", flush=True)
sys.stdin.read()
"""


@asynccontextmanager
async def selected():
    """The name of the tuner that the vendor's library chooses and locks, while its program runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SELECT, HOST, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield (await asyncio.wait_for(process.stdout.readline(), 20)).decode().strip()
    finally:
        process.stdin.close()
        await process.wait()


async def config(*arguments, seconds=30):
    """What the client prints, with its exit status."""
    process = await asyncio.create_subprocess_exec(
        "timeout", "-s", "INT", str(seconds), "hdhomerun_config", HOST, *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    return output.decode(), process.returncode


@asynccontextmanager
async def device(samples):
    data = samples["h264"]
    opener = FakeOpener({f"{number}-0": [Feed(data * 2, rate=len(data) / 12)] for number in (1, 2)})
    clock, tasks = SystemClock(), Supervisor()
    keepalives = KeepaliveListener(clock=clock)
    async with running(opener) as gateway:
        try:
            server = await start_control(
                host=HOST, port=CONTROL_PORT, device=MAIN, gateway=gateway, clock=clock, keepalives=keepalives,
                lineup=Published(lineup(rows=(row(1), row(2)))), is_neighbor=lambda _: True,
            )  # fmt: skip
            discovery = await start_discovery([MAIN], host=HOST, port=CONTROL_PORT, http_port=5004,
                                              neighbors=Neighbors(clock), clock=clock,
                                              tasks=tasks)  # fmt: skip
        except OSError as error:
            pytest.skip(f"port {CONTROL_PORT}: {error.strerror}")
        await keepalives.listen(HOST)
        try:
            yield gateway, server
        finally:
            await server.aclose()
            await discovery.aclose()
            keepalives.close()
            await tasks.aclose()


async def test_C03_C06_C09_get_set_and_locks(samples, tmp_path):
    async with device(samples) as (gateway, _):
        assert await config("get", "/sys/model") == ("hdhomerun5_atsc\n", 0)
        assert await config("get", "/nope") == ("ERROR: unknown getset variable\n", 1)
        assert await config("get", "/tuner9/status") == ("ERROR: invalid tuner number\n", 1)
        assert (await config("get", "help"))[0].startswith("Supported configuration options:\n/ir/target ")
        assert await config("set", "/tuner0/vchannel", "1") == ("", 0)
        await until(lambda: gateway.status()[0].bits_per_second)
        status, code = await config("get", "/tuner0/status")
        assert (status.split(" bps=")[0], code) == ("ch=auto:1 lock=8vsb ss=100 snq=100 seq=100", 0)
        assert await config("get", "/tuner0/streaminfo") == ("1: 1 Channel 1\ntsid=0x0001\n\n", 0)
        assert await config("set", "/tuner0/vchannel", "none") == ("", 0)
        assert await config("set", "/tuner1/lockkey", "77") == ("", 0)
        assert await config("set", "/tuner1/vchannel", "2") == ("ERROR: resource locked by 127.0.0.1\n", 1)
        assert await config("key", "77", "set", "/tuner1/vchannel", "2") == ("", 0)
        assert await config("set", "/tuner1/lockkey", "force") == ("", 0)
        image = tmp_path / "firmware.bin"
        image.write_bytes(bytes(5000))
        assert "error sending upgrade file" in (await config("upgrade", str(image)))[0]
        await until(lambda: gateway.facts.active_sessions == 0)


async def test_C09_scan_and_save(samples, tmp_path):
    saved = tmp_path / "saved.ts"
    async with device(samples) as (gateway, _), asyncio.TaskGroup() as group:
        scan = group.create_task(config("scan", "/tuner1"))
        await config("set", "/tuner0/vchannel", "1")
        output, code = await config("save", "/tuner0", str(saved), seconds=6)
        assert code in {1, 124}  # timeout's own, after the client has ended
        assert ", 0 network errors, 0 transport errors, 0 sequence errors" in output
        body = saved.read_bytes()
        assert [pid_of(packet) for packet in packets(body)[:2]] == [0, 0x1000]
        assert continuity_errors(body) == []
        assert 4 < len(body) / (len(samples["h264"]) / 12) < 6.5, "seconds of stream"
        assert await config("get", "/tuner0/target") == ("none\n", 0)
        scanned, _ = await scan
        lines = scanned.splitlines()
        assert len([line for line in lines if line.startswith("SCANNING: ")]) > 30
        assert {line for line in lines if not line.startswith("SCANNING: ")} == {"LOCK: none (ss=0 snq=0 seq=0)"}
        assert await config("get", "/tuner1/lockkey") == ("none\n", 0)
        assert gateway.status()[1].number is None


async def test_C06_the_device_selector_takes_a_free_tuner_and_one_whose_target_is_dead(samples):
    async with device(samples) as (gateway, _), http_viewer(gateway, row(2), tuner=0):
        async with selected() as first, selected() as second:
            assert first == f"{MAIN.device_id}-1"
            assert second == "none"
            assert await config("get", "/tuner1/lockkey") == ("127.0.0.1\n", 0)
            assert await config("get", "/tuner0/lockkey") == ("192.0.2.7\n", 0)
        # Its client is gone without a word, and its target's port is free: the library breaks that lock.
        for setting in (("lockkey", "force"), ("lockkey", "77"), ("target", "udp://127.0.0.1:9")):
            await config("key", "77", "set", f"/tuner1/{setting[0]}", setting[1])
        assert await config("get", "/tuner1/target") == ("udp://127.0.0.1:9\n", 0)
        async with selected() as third:
            assert third == f"{MAIN.device_id}-1"
            assert await config("get", "/tuner1/target") == ("none\n", 0)
