import asyncio
import contextlib
import socket
import time
from ipaddress import ip_address, ip_interface

import pytest
import uvloop

from tests.tools.hdhr_native_device import NativeDevice, answering, native
from tests.tools.world import pretended_zone
from tunerr.hdhomerun.discovery import TUNER, Request, Tuner
from tunerr.model.url import Zone
from tunerr.providers.hdhr.search import Target, neighborhood, search
from tunerr.support.interfaces import Interface, interfaces

HERE = "127.0.0.1"
BASE = "http://127.0.0.1:5004"


def interface(text, index=2, name="eth0"):
    found = ip_interface(text)
    return Interface(name, index, found.ip, found.network)


async def asked(device, *, seconds=5, enough=1, host=HERE, own=(), **more):
    async with native(device, host=host, tcp=False) as port:
        return await search([Target(ip_address(host), port)], seconds=seconds, own=own, enough=enough, **more)


async def base_of(base, **more):
    """What becomes of a reply that names this base URL."""
    found = await asked(NativeDevice(base_url=base), **more)
    return found[0].base_url if found else None


async def test_a_device_is_asked_twice_and_listed_once():
    device = NativeDevice(base_url=BASE + "/")
    (found,) = await asked(device, seconds=1.5, enough=9)
    assert device.requests == [Request(frozenset({TUNER}))] * 2
    assert (found.device_id, found.base_url, found.tuner_count) == (0x1050ABCE, BASE, 2)
    assert (found.address, found.zone) == (ip_address(HERE), Zone.LOOPBACK)
    assert (found.local, found.elsewhere) == (True, False)


def test_it_works_on_the_production_loop():
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert len(runner.run(asked(NativeDevice(base_url=BASE)))) == 1


async def test_a_second_try_finds_what_the_first_one_missed():
    device = NativeDevice(base_url=BASE)
    answer, tries = device.datagrams, []

    def late(received):
        tries.append(received)
        return answer(received) if len(tries) > 1 else []

    device.datagrams = late
    assert len(await asked(device)) == 1


async def test_several_devices_of_one_program_are_all_there():
    device = NativeDevice(base_url=BASE)
    device.tuners.append(Tuner(0x105A1B22, f"{BASE}/2", "", 4))
    found = await asked(device, enough=2)
    assert [(one.device_id, one.base_url) for one in found] == [(0x1050ABCE, BASE), (0x105A1B22, f"{BASE}/2")]


async def test_two_machines_with_the_same_id_are_two_devices():
    one, other = NativeDevice(0x12345678, "http://127.0.0.3:80"), NativeDevice(0x12345678, "http://127.0.0.5:80")
    async with native(one, host="127.0.0.3", tcp=False) as port, native(other, host="127.0.0.5", port=port, tcp=False):
        targets = [Target(ip_address(host), port) for host in ("127.0.0.3", "127.0.0.5")]
        found = await search(targets, seconds=5, own=(), enough=2, zone_of=lambda _: Zone.PRIVATE)
    assert [str(one.address) for one in found] == ["127.0.0.3", "127.0.0.5"]


async def test_a_program_here_is_listed_once_by_the_address_that_others_can_use():
    own = (interface("127.0.0.3/8"),)
    here, lan = NativeDevice(base_url=BASE), NativeDevice(base_url="http://127.0.0.3:5004")
    async with native(here, tcp=False) as port, native(lan, host="127.0.0.3", port=port, tcp=False):
        targets = [Target(ip_address("127.0.0.3"), port), Target(ip_address(HERE), port)]
        (found,) = await search(targets, seconds=1.5, own=own, zone_of=pretended_zone)
    assert (found.base_url, found.zone, found.local) == ("http://127.0.0.3:5004", Zone.PRIVATE, True)
    assert not found.elsewhere


@pytest.mark.parametrize(
    ("base", "read"),
    [
        ("", "http://127.0.0.1"),
        ("https://tuner.lan:8080/x/", "https://tuner.lan:8080/x"),
        ("http://[::1]:5004", "http://[::1]:5004"),
        ("ftp://127.0.0.1", None),
        ("javascript:alert(1)", None),
        ("http://", None),
        ("http://[::1", None),
        ("http://127.0.0.1:0", None),
        ("http://127.0.0.1:99999", None),
        ("http://user:pass@127.0.0.1", None),
        ("http://127.0.0.1/?a=b", None),
        ("http://127.0.0.1/#a", None),
        ("http://a b", None),
        ("http://a\x1b[2J", None),
        ("http://ä.example", None),
        ("http://" + "a" * 121, None),
    ],
)
async def test_a_base_url_is_a_plain_one_or_the_reply_is_passed_over(base, read):
    assert await base_of(base, seconds=0.3 if read is None else 5) == read


@pytest.mark.parametrize(
    ("base", "elsewhere"),
    [
        ("http://10.0.0.9:5004", True),
        ("http://127.0.0.3:5004", False),
        ("http://[fd00::9]:5004", False),
        ("http://tuner.lan", False),
    ],
)
async def test_a_base_url_of_another_machine_is_marked(base, elsewhere):
    (found,) = await asked(NativeDevice(base_url=base), host="127.0.0.3", zone_of=pretended_zone)
    assert (found.base_url, found.elsewhere) == (base, elsewhere)


async def test_only_neighbors_and_those_that_were_asked_are_heard():
    async with native(NativeDevice(base_url="http://127.0.0.2"), host="127.0.0.2", tcp=False) as port:
        world = {"own": (), "zone_of": pretended_zone}
        (found,) = await search([Target(ip_address("127.0.0.2"), port)], seconds=5, enough=1, **world)
        assert (found.zone, found.local) == (Zone.INTERNET, False)

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            # Whoever is asked at .1 is answered by .2, which is out in the internet and was not asked.
            stranger.bind(("127.0.0.2", 0))
            device = NativeDevice(base_url="http://127.0.0.2")
            answer = device.datagrams

            async def heard(own, seconds):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
                    door.bind((HERE, 0))
                    door.setblocking(False)

                    def read():
                        received, sender = door.recvfrom(2048)
                        for datagram in answer(received):
                            stranger.sendto(datagram, sender)

                    loop = asyncio.get_running_loop()
                    loop.add_reader(door, read)
                    try:
                        target = Target(ip_address(HERE), door.getsockname()[1])
                        return await search([target], seconds=seconds, own=own, enough=1, zone_of=pretended_zone)
                    finally:
                        loop.remove_reader(door)

            assert await heard((), 0.5) == ()
            # In a network with public addresses a neighbor has one.
            assert len(await heard((interface("127.0.0.200/24"),), 5)) == 1


async def test_hostile_replies_are_passed_over_and_cost_little():
    device = NativeDevice(base_url=BASE)
    good = device.tuners[0].encode()
    garbage = [b"", b"\0", good[:-1], good + b"\0", b"<html>", good[:-1] + b"\0", b"\xff" * 60_000]
    device.datagrams = lambda _: [*garbage, good]
    assert len(await asked(device)) == 1


async def test_a_flood_ends_with_the_search_and_one_sender_can_t_hide_others():
    loop, asker, sent = asyncio.get_running_loop(), asyncio.Queue(), 0

    async def flood(flooder):
        nonlocal sent
        place = await asker.get()
        for number in range(100_000):
            with contextlib.suppress(BlockingIOError):
                sent += bool(flooder.sendto(Tuner(number + 1, f"http://127.0.0.3/{number}").encode(), place))
            if number % 50 == 0:
                await asyncio.sleep(0)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flooder:
        flooder.bind(("127.0.0.3", 0))
        flooder.setblocking(False)
        loop.add_reader(flooder, lambda: asker.put_nowait(flooder.recvfrom(2048)[1]))
        async with native(NativeDevice(base_url=BASE), tcp=False) as port, asyncio.TaskGroup() as group:
            targets = [Target(ip_address("127.0.0.3"), flooder.getsockname()[1]), Target(ip_address(HERE), port)]
            flooding = group.create_task(flood(flooder))
            began = time.monotonic()
            found = await search(targets, seconds=2, own=(), zone_of=lambda _: Zone.PRIVATE)
            assert time.monotonic() - began < 20
            flooding.cancel()
        loop.remove_reader(flooder)
    assert sent > 500, "many times what is kept of one sender"
    assert sum(str(one.address) == "127.0.0.3" for one in found) == 32
    assert [one.base_url for one in found if one.device_id == 0x1050ABCE] == [BASE]


async def test_what_can_t_be_asked_delays_nobody():
    async with native(NativeDevice(base_url=BASE), tcp=False) as port:
        unreachable = [Target(ip_address("255.255.255.255")), Target(ip_address("ff02::176"), scope=4_000_000)]
        found = await search([*unreachable, Target(ip_address(HERE), port)], seconds=5, own=(), enough=1)
    assert len(found) == 1


async def test_nobody_there():
    began = time.monotonic()
    assert await search([Target(ip_address("127.0.0.9"), 9)], seconds=0.3, own=()) == ()
    assert 0.25 < time.monotonic() - began < 10


async def test_ipv6_is_asked_too():
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    device = NativeDevice(base_url="http://[::1]:5004")
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as udp:
        try:
            udp.bind(("::1", 0))
        except OSError:
            pytest.skip("no IPv6 here")
        with answering(device, udp):
            target = Target(ip_address("::1"), udp.getsockname()[1])
            (found,) = await search([target], seconds=5, own=(), enough=1)
    assert (found.base_url, found.local, found.elsewhere) == ("http://[::1]:5004", True, False)


async def test_the_multicast_group_of_a_real_link():
    link = next((one for one in interfaces() if one.address.version == 6 and one.address.is_link_local), None)
    if link is None:
        pytest.skip("no link with IPv6 here")
    device = NativeDevice(base_url="http://[fd00::9]:5004")
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as udp:
        udp.bind(("::", 0))
        group = socket.inet_pton(socket.AF_INET6, "ff02::176") + link.index.to_bytes(4, "little")
        udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
        with answering(device, udp):
            targets = [
                Target(one.address, udp.getsockname()[1], one.scope)
                for one in neighborhood([link])
                if one.address.is_multicast
            ]
            (found,) = await search(targets, seconds=5, own=[link], enough=1)
    assert found.base_url == "http://[fd00::9]:5004"
    assert (found.address, found.zone, found.local) == (link.address, Zone.PRIVATE, True)


def test_everybody_near():
    own = (
        interface("127.0.0.1/8", 1, "lo"),
        interface("::1/128", 1, "lo"),
        interface("192.168.1.10/24"),
        interface("10.1.2.3/16", 3),
        interface("10.9.9.1/32", 4),
        interface("fe80::1/64"),
        interface("fd00::1/64"),
    )
    assert [(str(one.address), one.port, one.scope) for one in neighborhood(own)] == [
        ("127.0.0.1", 65001, 0),
        ("10.1.255.255", 65001, 0),
        ("192.168.1.255", 65001, 0),
        ("ff02::176", 65001, 2),
    ]
    assert [str(one) for one in neighborhood(())] == ["127.0.0.1"]
    assert str(Target(ip_address("fd00::1"), 5)) == "[fd00::1]:5"
