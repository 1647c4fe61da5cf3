import asyncio
import contextlib
import socket

import pytest
import uvloop

from tests.tools.clock import ManualClock
from tests.tools.hdhr_packets import GOLDEN
from tests.tools.identities import MAIN, SECOND
from tests.tools.server import free_port
from tests.tools.until import until
from tunerr.hdhomerun.discovery import read_tuner
from tunerr.outputs.hdhr.native.discovery import EACH_SOURCE, DiscoveryFacts, start_discovery
from tunerr.outputs.hdhr.native.neighbors import Neighbors
from tunerr.outputs.hdhr.native.udp import Arrival, UdpV4
from tunerr.support.tasks import Supervisor

ANY_OF_ANY = GOLDEN["any"]


@contextlib.asynccontextmanager
async def discovery(host="", devices=(MAIN,), clock=None):
    """Discovery on a free port, which it is given as `port`."""
    tasks, port = Supervisor(), free_port(socket.SOCK_DGRAM)
    running = await start_discovery(
        devices,
        host=host,
        port=port,
        http_port=5004,
        neighbors=Neighbors(ManualClock()),
        clock=clock or ManualClock(),
        tasks=tasks,
    )
    try:
        yield running, port
    finally:
        await running.aclose()
        assert tasks.names == ()
        await tasks.aclose()


@contextlib.contextmanager
def client(family=socket.AF_INET):
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        yield sock


async def received(sock):
    """The next reply and the address that it came from."""
    async with asyncio.timeout(5):
        while True:
            with contextlib.suppress(BlockingIOError):
                data, peer = sock.recvfrom(2048)
                return read_tuner(data), peer[:2]
            await asyncio.sleep(0.005)


async def ask(sock, port, address="127.0.0.1", request=ANY_OF_ANY):
    sock.sendto(request, (address, port))
    return await received(sock)


async def silent(sock, running, port, address="127.0.0.1", request=b"nonsense"):
    """Whether `request` is taken and not answered."""
    before = running.facts.ignored
    sock.sendto(request, (address, port))
    await until(lambda: running.facts.ignored == before + 1, deadline=5, every=0.005)
    with pytest.raises(BlockingIOError):
        sock.recvfrom(2048)
    return True


@pytest.mark.parametrize("host", ["", "0.0.0.0"])
async def test_U06_the_reply_leaves_from_the_address_that_was_asked(host):
    async with discovery(host) as (running, port):
        with client() as sock:
            for address in ("127.0.0.1", "127.0.0.2", "127.0.0.9"):
                tuner, source = await ask(sock, port, address)
                assert source == (address, port)
                assert tuner.base_url == f"http://{address}:5004"
                assert tuner.lineup_url == f"http://{address}:5004/lineup.json"
        assert running.facts == DiscoveryFacts(answered=3)


def test_U06_it_is_so_on_the_loop_of_production():
    async def scenario():
        async with discovery() as (running, port):
            with client() as sock:
                assert (await ask(sock, port, "127.0.0.2"))[1] == ("127.0.0.2", port)
                assert await silent(sock, running, port)

    uvloop.run(scenario())


async def test_U06_ipv6_is_answered_from_the_address_that_was_asked():
    try:
        with client(socket.AF_INET6):
            pass
    except OSError:
        pytest.skip("no IPv6 here")
    for host in ("", "::", "::1"):
        async with discovery(host) as (_, port):
            with client(socket.AF_INET6) as sock:
                tuner, source = await ask(sock, port, "::1")
                assert source == ("::1", port)
                assert tuner.base_url == "http://[::1]:5004"


async def test_several_devices_answer_with_a_datagram_each():
    async with discovery(devices=(MAIN, SECOND)) as (running, port):
        with client() as sock:
            first, _ = await ask(sock, port)
            second, _ = await received(sock)
            assert (first.device_id, second.device_id) == (0x1040FE50, 0x105A1B22)
            only, _ = await ask(sock, port, request=GOLDEN["one"])
            assert only.device_id == 0x1040FE50
        assert running.facts.answered == 2


async def test_U03_nonsense_is_met_with_silence():
    async with discovery() as (running, port):
        with client() as sock:
            for datagram in (b"", b"x", ANY_OF_ANY[:-1], ANY_OF_ANY + b"\0" * 60_000, bytes(1460)):
                assert await silent(sock, running, port, request=datagram)
            assert (await ask(sock, port))[0].device_id == 0x1040FE50


async def test_http_on_one_address_is_announced_there_only():
    async with discovery("127.0.0.2") as (_, port):
        with client() as sock:
            assert (await ask(sock, port, "127.0.0.2"))[0].base_url == "http://127.0.0.2:5004"
            # A loopback address is listened on alone.
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.bind(("127.0.0.1", port))


async def test_a_name_is_looked_up():
    async with discovery("localhost") as (_, port):
        with client() as sock:
            assert (await ask(sock, port))[0].base_url == "http://127.0.0.1:5004"


async def test_a_stranger_gets_nothing(monkeypatch):
    monkeypatch.setattr(Neighbors, "include", lambda _, address: address != "127.0.0.1")
    async with discovery() as (running, port):
        with client() as sock:
            assert await silent(sock, running, port, request=ANY_OF_ANY)


async def test_a_flood_is_answered_at_its_rate_and_then_others_are_again():
    clock = ManualClock()
    async with discovery(clock=clock) as (running, port):
        with client() as flooder, client() as other:
            for _ in range(1000):
                for _ in range(100):
                    flooder.sendto(ANY_OF_ANY, ("127.0.0.1", port))
                await asyncio.sleep(0)
            await settled(running)
            assert running.facts.answered == EACH_SOURCE.burst
            assert running.facts.ignored == 0
            # Most of them were left to the kernel.
            assert 0 < running.facts.limited < 50_000
            clock.advance(1)
            await ask(other, port)


async def test_a_socket_that_never_runs_dry_leaves_room_for_the_loop():
    class Endless:
        """Always has a datagram."""

        def __init__(self, real):
            self.real = real
            self.taken = 0

        def __getattr__(self, name):
            return getattr(self.real, name)

        def receive(self):
            self.taken += 1
            return Arrival(b"", ("127.0.0.1", 9), [])

    async with discovery(host="127.0.0.1") as (running, port):
        endless = Endless(running._sockets[0])
        running._read(endless)
        assert endless.taken == 64
        # Now it rests, and is read again afterwards although nobody asks for it.
        with client() as sock:
            sock.sendto(b"x", ("127.0.0.1", port))
            await asyncio.sleep(0)
            assert endless.taken == 64
            await until(lambda: endless.taken == 128, deadline=5, every=0.001)


async def test_it_may_end_while_it_rests():
    async with discovery(host="127.0.0.1") as (running, port):
        with client() as sock:
            for _ in range(64):
                sock.sendto(b"x", ("127.0.0.1", port))
        await until(lambda: running.facts.ignored == 64, deadline=5, every=0)
    await asyncio.sleep(0.02)


async def test_a_taken_port_is_an_error_and_leaves_nothing_open():
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as holder:
        holder.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        holder.bind(("::", 0))
        port = holder.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            await start_discovery(
                (MAIN,),
                host="",
                port=port,
                http_port=5004,
                neighbors=Neighbors(ManualClock()),
                clock=ManualClock(),
                tasks=Supervisor(),
            )
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("0.0.0.0", port))
    with client() as holder, pytest.raises(OSError, match="in use"):
        await start_discovery(
            (MAIN,),
            host="",
            port=holder.getsockname()[1],
            http_port=5004,
            neighbors=Neighbors(ManualClock()),
            clock=ManualClock(),
            tasks=Supervisor(),
        )


async def test_after_the_end_the_port_is_free():
    async with discovery() as (_, port):
        pass
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("0.0.0.0", port))


async def settled(running):
    """Wait until nothing more is taken."""
    before = None
    while running.facts != before:
        before = running.facts
        await asyncio.sleep(0.1)


async def test_groups_are_joined_again_and_again(monkeypatch):
    joined = []
    monkeypatch.setattr("tunerr.outputs.hdhr.native.discovery.REFRESH_S", 0.01)
    monkeypatch.setattr(UdpV4, "join", lambda _, own: joined.append(own))
    async with discovery("127.0.0.1"):
        assert len(joined) == 1
        await until(lambda: len(joined) > 3, every=0.005)
        assert joined[0]
