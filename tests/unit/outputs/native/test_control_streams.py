"""Native tuners on a real gateway: true values, targets, and what HTTP viewers see of it."""

import asyncio
import socket
import time
from contextlib import asynccontextmanager

import pytest

from tests.tools.until import until
from tests.unit.gateway.conftest import samples as samples  # noqa: PLC0414 - the fixture is used by its name
from tests.unit.gateway.rig import FakeOpener, Feed, packets, pid_of, row, running
from tests.unit.outputs.native.control_rig import HOME, connected, controlled, http_viewer
from tunerr.errors import TunerInUse
from tunerr.gateway.limits import Limits
from tunerr.outputs.hdhr.native.control import IDLE_S
from tunerr.outputs.hdhr.native.keepalive import KeepaliveListener
from tunerr.outputs.hdhr.native.tuner import GRACE
from tunerr.support.clock import SystemClock

ROWS = (row(1), row(2))


class Ahead(SystemClock):
    """Real time that a test moves on."""

    seconds = 0.0

    def monotonic(self):
        return time.monotonic() + self.seconds

    def advance(self, seconds):
        self.seconds += seconds


def feeds(samples, **more):
    data = samples["h264"]
    return FakeOpener({name: [Feed(data, rate=len(data) / 12, **more)] for name in ("1-0", "2-0")})


@asynccontextmanager
async def playing(samples, *, opener=None, keepalives=None):
    clock = Ahead()
    async with (
        running(opener or feeds(samples), limits=Limits(slot=0.3)) as gateway,
        controlled(gateway, rows=ROWS, clock=clock, keepalives=keepalives and keepalives(clock)) as server,
        connected(server) as client,
    ):
        yield gateway, server, client, clock
    assert gateway.facts.active_sessions == 0


@asynccontextmanager
async def receiver():
    """A UDP port of ours: the queue of what comes, and the address as a target names it."""
    came = asyncio.Queue()

    class Keep(asyncio.DatagramProtocol):
        def datagram_received(self, data, addr):
            came.put_nowait(data)

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Keep, local_addr=(HOME, 0))
    try:
        yield came, "{}:{}".format(*transport.get_extra_info("sockname")), transport
    finally:
        transport.close()


async def several(came, count):
    async with asyncio.timeout(10):
        return [await came.get() for _ in range(count)]


async def silent(came):
    """Nothing comes any more."""
    await asyncio.sleep(0.05)
    while not came.empty():
        came.get_nowait()
    await asyncio.sleep(0.3)
    return came.empty()


async def test_C02_what_is_told_of_a_live_stream_is_true(samples):
    opener = feeds(samples, connect=0.3)
    async with playing(samples, opener=opener) as (gateway, server, client, _):
        assert await client.ask("/tuner1/vchannel", "1") == "1"
        assert await client.ask("/tuner1/status") == "ch=auto:1 lock=none ss=0 snq=0 seq=0 bps=0 pps=0"
        assert await client.ask("/tuner1/streaminfo") == "0: 1 Channel 1 (no data)\ntsid=0x0000\n"
        await until(lambda: gateway.status()[1].bits_per_second)
        seen = gateway.status()[1]
        status = await client.ask("/tuner1/status")
        assert status.startswith("ch=auto:1 lock=8vsb ss=100 snq=100 seq=100 bps=")
        assert 500_000 < int(status.split("bps=")[1].split()[0]) < 2_000_000
        assert await client.ask("/tuner1/streaminfo") == (
            f"{seen.program}: 1 Channel 1\ntsid=0x{seen.transport_stream:04X}\n"
        )
        assert seen.program == 1
        assert seen.transport_stream == 1
        assert seen.clients[0].address == HOME
        assert opener.opened == {"1-0": 1}
        assert await client.ask("/tuner1/vchannel", "2") == "2"
        await until(lambda: server._tuners[1].reception().locked)
        assert opener.open_now == 1
        assert await client.ask("/tuner1/vstatus") == "vch=2 name=Channel 2 auth=unspecified cci=none cgms=none"
        assert await client.ask("/tuner1/channel", "none") == "none"
        await until(lambda: opener.open_now == 0, deadline=15)


@pytest.mark.parametrize(("kind", "header"), [("udp", 0), ("rtp", 12)])
async def test_C07_a_target_gets_whole_datagrams_and_none_ends_it(samples, kind, header):
    async with playing(samples) as (gateway, server, client, _), receiver() as (came, place, _):
        assert await client.ask("/tuner0/lockkey", "9") == HOME
        assert await client.ask("/tuner0/vchannel", "1", 9) == "1"
        assert await client.ask("/tuner0/target", f"{kind}://{place}", 9) == f"{kind}://{place}"
        got = await several(came, 60)
        assert {len(data) for data in got} == {1316 + header}
        body = packets(b"".join(data[header:] for data in got))
        assert [pid_of(packet) for packet in body[:2]] == [0, 0x1000]
        assert gateway.facts.active_sessions == 1
        assert server.facts.streams == 1
        await until(lambda: gateway.status()[0].bits_per_second)
        bits, each_second = (await client.ask("/tuner0/status")).split("bps=")[1].split(" pps=")
        assert int(each_second) == int(bits) // 8 // 1316 > 40
        assert await client.ask("/tuner0/target", "none", 9) == "none"
        assert await silent(came)
        assert await client.ask("/tuner0/vchannel") == "1"
        assert gateway.facts.active_sessions == 1, "the channel is held for the client that is still there"


async def test_C07_only_the_callers_own_address_gets_anything(samples):
    async with playing(samples) as (_, server, client, _), connected(server, "127.0.0.2") as other:
        await client.ask("/tuner0/vchannel", "1")
        for target in ("udp://127.0.0.2:5000", "udp://192.0.2.1:5000", "rtp://[::1]:5000"):
            assert (await client.ask("/tuner0/target", target)).startswith("ERROR: the target must be")
        assert await other.ask("/tuner0/target", "udp://127.0.0.2:5000") == "udp://127.0.0.2:5000"


async def test_C07_without_keepalives_a_target_lives_as_long_as_its_connection_and_20_seconds(samples):
    async with playing(samples) as (gateway, server, client, clock), receiver() as (came, place, _):
        await client.ask("/tuner0/vchannel", "1")
        await client.ask("/tuner0/target", f"udp://{place}")
        await several(came, 5)
        clock.advance(IDLE_S + 1)
        server.tidy()
        await several(came, 5)
        assert server.facts.connections == 1, "who is streamed to may be silent"
        await client.close()
        await until(lambda: server.facts.connections == 0)
        clock.advance(GRACE - 1)
        server.tidy()
        assert server.facts.streams == 1
        clock.advance(1.1)
        server.tidy()
        assert await silent(came)
        assert server.facts.streams == 0
        await until(lambda: gateway.facts.active_sessions == 0)


async def test_C07_with_keepalives_a_target_outlives_its_connection_and_ends_with_them(samples):
    listener = None

    def listen(clock):
        nonlocal listener
        listener = KeepaliveListener(clock=clock)
        return listener

    async with (
        playing(samples, keepalives=listen) as (gateway, server, client, clock),
        receiver() as (came, place, transport),
    ):
        assert await listener.listen(HOME, 0)
        await client.ask("/tuner0/lockkey", "9")
        await client.ask("/tuner0/vchannel", "1", 9)
        await client.ask("/tuner0/target", f"udp://{place}", 9)
        await several(came, 5)
        await client.close()
        await until(lambda: server.facts.connections == 0)
        for _ in range(6):  # 30 s, a keepalive within each five
            clock.advance(4.0)
            transport.sendto(b"\0\0\0\x09", listener.addresses[0])
            await until(lambda: clock.monotonic() - (listener.heard(HOME, int(place.split(":")[1])) or 0) < 3)
            await asyncio.sleep(0.6)
            server.tidy()
            assert server.facts.streams == 1
        assert server._tuners[0].owner == HOME, "a tuner that streams stays locked"
        clock.advance(5)
        await until(lambda: server.facts.streams == 0, deadline=15)
        server.tidy()
        assert server._tuners[0].owner == "none"
        await until(lambda: gateway.facts.active_sessions == 0)
        listener.close()


async def test_C07_a_port_that_nobody_has_ends_the_target(samples):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind((HOME, 0))
        port = free.getsockname()[1]
    async with playing(samples) as (_, server, client, _):
        await client.ask("/tuner0/vchannel", "1")
        await client.ask("/tuner0/target", f"udp://{HOME}:{port}")
        await until(lambda: server.facts.streams == 0, deadline=15)
        assert await client.ask("/tuner0/target") == "none"


async def test_a_channel_that_was_let_go_is_tuned_again_for_a_target(samples):
    async with playing(samples) as (gateway, server, client, clock), receiver() as (came, place, _):
        await client.ask("/tuner0/vchannel", "1")
        await until(lambda: gateway.facts.active_sessions == 1)
        await client.close()
        await until(lambda: server.facts.connections == 0)
        clock.advance(GRACE)
        server.tidy()
        await until(lambda: gateway.facts.active_sessions == 0)
        async with connected(server) as again:
            assert await again.ask("/tuner0/status") == "ch=auto:1 lock=none ss=0 snq=0 seq=0 bps=0 pps=0"
            await again.ask("/tuner0/target", f"udp://{place}")
            await several(came, 3)
            assert await again.ask("/tuner0/vchannel", "2") == "2"
            await several(came, 3)
            assert gateway.status()[0].name == "Channel 2"


async def test_a_locked_tuner_is_nothing_for_http_viewers_and_theirs_nothing_for_us(samples):
    async with playing(samples) as (gateway, _, client, _):
        await client.ask("/tuner0/lockkey", "9")
        assert gateway.status()[0].reserved_by == HOME
        with pytest.raises(TunerInUse):
            async with http_viewer(gateway, ROWS[0], tuner=0):
                pass
        async with http_viewer(gateway, ROWS[0], tuner=None):
            assert await client.ask("/tuner1/lockkey") == "192.0.2.7"
            assert await client.ask("/tuner1/vchannel", "2") == "ERROR: resource locked by 192.0.2.7"
            assert (await client.ask("/tuner1/status")).startswith("ch=auto:1 lock=8vsb")
        await until(lambda: gateway.facts.active_sessions == 0)
        assert await client.ask("/tuner1/vchannel", "2") == "2"


async def test_C06_another_takes_the_lock_of_a_tuner_that_plays_without_one(samples):
    async with playing(samples) as (gateway, server, client, _), connected(server, "127.0.0.2") as other:
        await client.ask("/tuner0/vchannel", "1")
        await until(lambda: gateway.facts.active_sessions == 1)
        assert await other.ask("/tuner0/lockkey", "7") == "127.0.0.2"
        assert gateway.status()[0].reserved_by == "127.0.0.2"
        assert await client.ask("/tuner0/vchannel") == "1"
        assert await client.ask("/tuner0/vchannel", "2") == "ERROR: resource locked by 127.0.0.2"


async def test_C06_a_lock_of_a_tuner_that_an_http_viewer_has_joined_reserves_it_when_he_leaves(samples):
    async with playing(samples) as (gateway, server, client, _), connected(server, "127.0.0.2") as other:
        await client.ask("/tuner0/vchannel", "1")
        await until(lambda: gateway.facts.active_sessions == 1)
        async with http_viewer(gateway, ROWS[0], tuner=None):
            assert await other.ask("/tuner0/lockkey", "7") == "127.0.0.2"
            server.tidy()
            assert gateway.status()[0].reserved_by == ""
        server.tidy()
        assert gateway.status()[0].reserved_by == "127.0.0.2"


async def test_the_way_of_jellyfins_legacy_tuner(samples):
    """Each frame in one read; a busy tuner is one whose lockkey reads anything but none; no keepalives; one write."""
    async with playing(samples) as (gateway, _, client, _), receiver() as (came, place, _):
        async with http_viewer(gateway, ROWS[1], tuner=0):
            assert await client.ask("/tuner0/lockkey") != "none"
        assert await client.ask("/tuner1/lockkey") == "none"
        assert not (await client.ask("/tuner1/lockkey", "4711")).startswith("ERROR")
        assert await client.ask("/tuner1/vchannel", "1 transcode=internet720", 4711) == "1"
        assert await client.ask("/tuner1/target", f"rtp://{place}", 4711) == f"rtp://{place}"
        assert {len(data) for data in await several(came, 20)} == {1328}
        assert await client.ask("/tuner1/target", "none", 4711) == "none"
        assert await client.ask("/tuner1/lockkey", "none", 4711) == "none"
        assert await silent(came)
