"""UPnP's discovery: what is answered, over real sockets on loopback, by real clients."""

import asyncio
import os
import re
import socket
import struct
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, ip_address, ip_network

import pytest
from aiohttp import ClientSession, web
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.tools.clients import client, run
from tests.tools.clock import ManualClock
from tests.tools.identities import MAIN
from tests.tools.until import until
from tunerr.model.device_id import DeviceId
from tunerr.outputs.hdhr import documents, ssdp
from tunerr.outputs.hdhr.native.neighbors import Neighbors
from tunerr.outputs.hdhr.native.rate import RateLimit
from tunerr.outputs.hdhr.ssdp_messages import MAX_AGE, Search, adverts, read_search, wanted
from tunerr.support.clock import SystemClock
from tunerr.support.interfaces import Interface

GROUP = ("239.255.255.250", 1900)
TYPE = "urn:schemas-upnp-org:device:MediaServer:1"
LO = Interface("lo", 1, IPv4Address("127.0.0.1"), IPv4Network("127.0.0.0/8"))


def device(number):
    # Ids of this process: other tests, and these ones beside it, may announce devices on loopback at the same time.
    own = DeviceId.nearest(0x10500000 | (os.getpid() & 0x3FFF) << 6 | number << 4)
    return replace(MAIN, device_id=own, friendly_name="Tunerr & Söhne", number=number)


DEVICE, SECOND = device(1), device(2)
UDN = documents.udn(DEVICE)


def search(target="ssdp:all", mx="1", man='"ssdp:discover"', first="M-SEARCH * HTTP/1.1"):
    headers = {"HOST": "239.255.255.250:1900", "MAN": man, "MX": mx, "ST": target}
    lines = (first, *(f"{name}: {value}" for name, value in headers.items() if value is not None))
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


def headers(message):
    first, *lines = message.decode().split("\r\n")
    assert lines[-2:] == ["", ""]
    assert all(": " in line for line in lines[:-2])
    return first, dict(line.split(": ", 1) for line in lines[:-2])


class Control:
    """A control point on loopback: what it heard of our devices, as (first line, headers)."""

    def __init__(self):
        self.heard = []
        self.group = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.group.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.group.bind(GROUP)
        membership = struct.pack("=4s4si", socket.inet_aton(GROUP[0]), socket.inet_aton("127.0.0.1"), LO.index)
        self.group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        self.own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.own.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, membership)
        self.own.bind(("127.0.0.1", 0))
        for each in (self.group, self.own):
            each.setblocking(False)
            asyncio.get_running_loop().add_reader(each, self._take, each)

    def _take(self, sock):
        data = sock.recv(4096)
        if data.startswith((b"HTTP/1.1", b"NOTIFY")):
            first, found = headers(data)
            if found["USN"].startswith((UDN, documents.udn(SECOND))):
                self.heard.append((first, found))

    def ask(self, datagram):
        self.own.sendto(datagram, GROUP)

    async def answers(self, datagram, count, *, silence=0.0):
        """The replies to a search, of which `count` come; then nothing for `silence` seconds."""
        self.heard.clear()
        self.ask(datagram)
        await until(lambda: len(self.replies) >= count, deadline=5)
        await asyncio.sleep(silence)
        assert len(self.replies) == count
        return self.replies

    @property
    def replies(self):
        return [found for first, found in self.heard if first == "HTTP/1.1 200 OK"]

    def notified(self, kind):
        return [found for first, found in self.heard if first == "NOTIFY * HTTP/1.1" and found["NTS"] == kind]

    def close(self):
        for each in (self.group, self.own):
            asyncio.get_running_loop().remove_reader(each)
            each.close()


@pytest.fixture
async def control():
    running = Control()
    yield running
    running.close()


@asynccontextmanager
async def announced(*devices, served=("127.0.0.1",), port=5004, listed=lambda: (LO,)):
    clock = ManualClock()
    running = ssdp.Ssdp(
        devices,
        served=[IPv4Address(address) for address in served],
        http_port=port,
        neighbors=Neighbors(clock, listed),
        limit=RateLimit(clock, each=ssdp.EACH_SOURCE, total=ssdp.ALL_SOURCES),
    )
    await running.start()
    try:
        yield clock
    finally:
        await running.aclose()


async def test_P01_a_search_for_everything_has_one_reply_for_each_target(control):
    async with announced(DEVICE):
        replies = await control.answers(search(), 3, silence=0.1)
    assert [row["ST"] for row in replies] == ["upnp:rootdevice", UDN, TYPE]
    assert [row["USN"] for row in replies] == [f"{UDN}::upnp:rootdevice", UDN, f"{UDN}::{TYPE}"]
    for row in replies:
        assert list(row) == ["CACHE-CONTROL", "LOCATION", "EXT", "SERVER", "ST", "USN"]
        assert (row["CACHE-CONTROL"], row["EXT"]) == ("max-age=1800", "")
        assert row["LOCATION"] == "http://127.0.0.1:5004/device.xml"
        assert re.fullmatch(r"\S+/\S+ UPnP/1\.0 HDHomeRun/1\.0", row["SERVER"])


@pytest.mark.parametrize("target", ["upnp:rootdevice", UDN, TYPE], ids=["root", "udn", "type"])
async def test_P01_a_search_for_one_target_has_one_reply(control, target):
    async with announced(DEVICE):
        (reply,) = await control.answers(search(target), 1, silence=0.1)
    assert reply["ST"] == target


async def test_P01_others_are_met_with_silence(control):
    foreign = (
        search("urn:plex-tv:device:Media:1"), search("uuid:6f1c2f0e-9d5b-5c0a-8a53-6a0f5b7c1a10"), search(""),
        search(man=None), search(man="ssdp:discover"), search(mx=None), search(mx="-3"), search(mx="²"),
        search(first="NOTIFY * HTTP/1.1"), search(first="M-SEARCH / HTTP/1.1"), search() + b"x" * 2000, b"",
        b"\xff" * 500,
    )  # fmt: skip
    async with announced(DEVICE):
        for datagram in foreign:
            control.ask(datagram)
        # What is asked last is answered, so the rest has been read.
        (reply,) = await control.answers(search(UDN, mx="0"), 1, silence=1.0)
    assert reply["ST"] == UDN


async def test_P01_several_devices_answer_each_for_itself(control):
    async with announced(DEVICE, SECOND):
        replies = await control.answers(search("upnp:rootdevice"), 2, silence=0.1)
    assert {row["USN"] for row in replies} == {f"{documents.udn(one)}::upnp:rootdevice" for one in (DEVICE, SECOND)}
    assert {row["LOCATION"].removeprefix("http://127.0.0.1:5004") for row in replies} == {
        "/device.xml", "/device/2/device.xml",
    }  # fmt: skip


async def test_P01_it_is_announced_twice_at_the_start_and_taken_back_at_the_end(control):
    targets = {"upnp:rootdevice", UDN, TYPE}
    async with announced(DEVICE):
        await until(lambda: len(control.notified("ssdp:alive")) == 6)
        assert not control.notified("ssdp:byebye")
    await until(lambda: len(control.notified("ssdp:byebye")) == 3)
    alive, gone = control.notified("ssdp:alive"), control.notified("ssdp:byebye")
    assert {row["NT"] for row in alive} == {row["NT"] for row in gone} == targets
    for row in alive:
        assert list(row) == ["HOST", "CACHE-CONTROL", "LOCATION", "SERVER", "NT", "NTS", "USN"]
        assert row["LOCATION"] == "http://127.0.0.1:5004/device.xml"
    assert {row["HOST"] for row in (*alive, *gone)} == {"239.255.255.250:1900"}
    assert {(row["NT"], row["USN"]) for row in alive} == {(row["NT"], row["USN"]) for row in gone}


async def test_P01_it_is_announced_again_and_again(control, monkeypatch):
    assert ssdp.ROUND_S < 900 <= MAX_AGE / 2
    monkeypatch.setattr(ssdp, "ROUND_S", 0.05)
    async with announced(DEVICE):
        await until(lambda: len(control.notified("ssdp:alive")) >= 15)


async def test_a_network_that_comes_is_followed_and_one_that_goes_is_left(control, monkeypatch):
    monkeypatch.setattr(ssdp, "ROUND_S", 0.05)
    there = []
    async with announced(DEVICE, listed=lambda: tuple(there)) as clock:
        await control.answers(search(mx="0"), 0, silence=0.3)
        there.append(LO)
        clock.advance(60)
        await until(lambda: control.notified("ssdp:alive"))
        await control.answers(search(mx="0"), 3, silence=0.1)
        there.clear()
        clock.advance(60)
        await asyncio.sleep(0.2)
        await control.answers(search(mx="0"), 0, silence=0.3)


async def test_a_network_that_refuses_is_passed_over(control):
    broken = replace(LO, name="gone", index=4711, address=IPv4Address("192.0.2.77"))
    async with announced(DEVICE, served=("0.0.0.0",), listed=lambda: (broken, LO)):
        await control.answers(search(), 3, silence=0.1)


async def test_a_search_from_outside_of_the_network_is_met_with_silence(control):
    narrow = replace(LO, network=IPv4Network("127.0.0.8/29"))
    async with announced(DEVICE, listed=lambda: (narrow,)):
        await control.answers(search(mx="0"), 0, silence=0.5)


async def test_replies_are_spread_over_the_time_that_the_client_waits(control):
    async with announced(DEVICE):
        took = []
        for _ in range(4):
            began = time.monotonic()
            await control.answers(search("upnp:rootdevice", mx="1"), 1)
            took.append(time.monotonic() - began)
    assert max(took) < 5
    assert max(took) - min(took) > 0.02


async def test_whoever_asks_without_end_is_soon_not_answered_any_more(control):
    async with announced(DEVICE) as clock:
        for _ in range(100):
            control.ask(search("upnp:rootdevice", mx="0"))
        await asyncio.sleep(0.5)
        assert len(control.replies) == 10
        clock.advance(0.5)
        await control.answers(search("upnp:rootdevice", mx="0"), 1, silence=0.1)


async def test_what_is_found_describes_the_device(control):
    async def describe(request):
        base = f"http://{request.host}"
        return web.Response(body=documents.device_xml(SECOND, base + SECOND.path), content_type="application/xml")

    app = web.Application()
    app.router.add_get("/device/2/device.xml", describe)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        async with announced(SECOND, port=site._server.sockets[0].getsockname()[1]):
            (reply,) = await control.answers(search("upnp:rootdevice"), 1)
        async with ClientSession() as session, session.get(reply["LOCATION"]) as answer:
            root = etree.fromstring(await answer.read())
    finally:
        await runner.cleanup()
    names = {"u": "urn:schemas-upnp-org:device-1-0"}
    assert root.findtext("u:device/u:UDN", namespaces=names) == reply["USN"].removesuffix("::upnp:rootdevice")
    assert root.findtext("u:device/u:deviceType", namespaces=names) == TYPE
    assert root.findtext("u:device/u:friendlyName", namespaces=names) == "Tunerr & Söhne"


@pytest.mark.client
async def test_P01_gssdp_discover_finds_it():
    program = client("gssdp-discover")
    async with announced(DEVICE):
        await asyncio.sleep(0.5)  # the announcements of the start are over
        seen = await run(program, "-i", "lo", "--timeout=3", "--target=upnp:rootdevice", deadline=20)
    assert f"USN:      {UDN}::upnp:rootdevice" in seen.out
    assert "Location: http://127.0.0.1:5004/device.xml" in seen.out


@pytest.mark.parametrize(
    ("served", "address", "net", "reached"),
    [
        ("0.0.0.0", "127.0.0.1", "127.0.0.0/8", "127.0.0.1"),
        ("0.0.0.0", "192.0.2.7", "192.0.2.0/24", "192.0.2.7"),
        ("192.0.2.7", "192.0.2.7", "192.0.2.0/24", "192.0.2.7"),
        ("192.0.2.8", "192.0.2.7", "192.0.2.0/24", None),
        ("127.0.0.5", "127.0.0.1", "127.0.0.0/8", "127.0.0.5"),
        ("127.0.0.1", "192.0.2.7", "192.0.2.0/24", None),
        ("192.0.2.7", "127.0.0.1", "127.0.0.0/8", None),
        ("0.0.0.0", "fd00::2", "fd00::/64", None),
    ],
)
def test_where_the_http_face_is_for_a_network(served, address, net, reached):
    found = ssdp.reached_at([IPv4Address(served)], Interface("x", 1, ip_address(address), ip_network(net)))
    assert (found and str(found)) == reached


@pytest.mark.parametrize(("host", "count"), [("127.0.0.1", 1), ("localhost", 1), ("", 1), ("::1", 0)])
async def test_the_host_is_that_of_the_http_face(control, host, count):
    running = await ssdp.start_ssdp(
        [DEVICE], host=host, http_port=5004, neighbors=Neighbors(SystemClock()), clock=SystemClock()
    )
    await control.answers(search(UDN, mx="0"), count, silence=0.3)
    await running.aclose()


def test_nobody_is_kept_waiting_for_more_than_five_seconds():
    assert read_search(search(mx="120")) == Search("ssdp:all", 5)
    assert read_search(search(mx="9" * 300)) == Search("ssdp:all", 5)
    assert read_search(search(mx="0")) == Search("ssdp:all", 0)


def test_headers_are_read_whatever_their_case_and_order():
    datagram = b'M-SEARCH * HTTP/1.1\nst:upnp:rootdevice\nX: y\nMx:  2 \nman: "ssdp:discover"\n\n'
    assert read_search(datagram) == Search("upnp:rootdevice", 2)


@given(st.binary(max_size=1500) | st.text(max_size=400).map(lambda text: search(target=text)))
@settings(derandomize=True, max_examples=400)
def test_no_datagram_is_an_error(datagram):
    found = read_search(datagram)
    if found is not None:
        assert 0 <= found.patience <= 5
        assert len(wanted(found, adverts((DEVICE, SECOND)))) in {0, 1, 2, 6}


@given(st.integers(0, 200), st.integers(0, 255), st.integers(0, 200))
@settings(derandomize=True, max_examples=400)
def test_no_broken_search_is_an_error(at, byte, cut):
    datagram = bytearray(search())
    datagram[at % len(datagram)] = byte
    found = read_search(bytes(datagram[: len(datagram) - cut]))
    assert found is None or 0 <= found.patience <= 5
