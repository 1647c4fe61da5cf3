"""Discovery in a LAN: the vendor's own tool, broadcasts, IPv6 groups."""

import json
import sys

import pytest

from tests.tools.clients import client
from tests.tools.netns import ADDRESS, ADDRESS_V6, lan

DEVICE = (sys.executable, "-m", "tests.tools.lone_device")
BOTH = f"hdhomerun device 1040FE50 found at {ADDRESS}\nhdhomerun device 105A1B22 found at {ADDRESS}\n"

# Asks each of the addresses once; prints [asked, source, base URL] of each reply, in JSON.
ASK = """
import json, socket, sys
from tunerr.hdhomerun.discovery import DISCOVERY_PORT, Request, read_tuner

for asked in sys.argv[1:]:
    with socket.socket(socket.AF_INET6 if ":" in asked else socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.5)
        if asked.endswith(".255"):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            sock.bind(("10.9.9.1", 0))
        scope = (0, socket.if_nametoindex("hdhr0")) if asked.startswith("f") and "::1" in asked else ()
        sock.sendto(Request(device_id=0x1040FE50).encode(), (asked, DISCOVERY_PORT, *scope))
        try:
            data, source = sock.recvfrom(2048)
        except TimeoutError:
            print(json.dumps([asked, None, None]))
        else:
            print(json.dumps([asked, source[0], read_tuner(data).base_url]))
"""


async def ask(network, *addresses, host=""):
    result = await network.run(*DEVICE, "--host", host, sys.executable, "-c", ASK, *addresses, deadline=90)
    assert result.status == 0, result.err
    return [json.loads(line) for line in result.out.splitlines()]


@pytest.mark.client
async def test_C09_the_vendors_tool_finds_us_by_broadcast_and_by_id():
    tool = client("hdhomerun_config")
    async with lan() as network:
        found = await network.run(*DEVICE, tool, "discover", deadline=90)
        assert (found.status, found.out) == (0, BOTH)
        for name in ("1040FE50", "105A1B22"):
            answer = await network.run(*DEVICE, tool, name, "get", "/sys/model", deadline=90)
            assert (answer.status, answer.out) == (0, "hdhomerun5_atsc\n"), name
            assert "answered=1, ignored=0" in answer.err
        other = await network.run(*DEVICE, tool, "1318DEF6", "get", "/sys/model", deadline=90)
        assert other.status == 1
        assert "answered=0, ignored=2" in other.err


@pytest.mark.client
async def test_U06_http_on_one_address_is_found_by_broadcast():
    tool = client("hdhomerun_config")
    async with lan() as network:
        found = await network.run(*DEVICE, "--host", ADDRESS, tool, "discover", deadline=90)
        assert (found.status, found.out) == (0, BOTH)
        hidden = await network.run(*DEVICE, "--host", "127.0.0.1", tool, "discover", deadline=90)
        assert (hidden.status, hidden.out) == (1, "no devices found\n")


async def test_U06_each_way_of_asking_names_the_address_of_that_interface():
    async with lan() as network:
        assert await ask(network, "255.255.255.255", "10.9.9.255", ADDRESS, "127.0.0.3") == [
            ["255.255.255.255", ADDRESS, f"http://{ADDRESS}:5004"],
            ["10.9.9.255", ADDRESS, f"http://{ADDRESS}:5004"],
            [ADDRESS, ADDRESS, f"http://{ADDRESS}:5004"],
            ["127.0.0.3", "127.0.0.3", "http://127.0.0.3:5004"],
        ]


async def test_U06_http_on_a_second_address_of_the_interface_is_named():
    async with lan() as network:
        second = await network.run("ip", "address", "add", "10.9.9.7/24", "dev", "hdhr0")
        assert second.status == 0
        assert await ask(network, "255.255.255.255", "10.9.9.7", ADDRESS, host="10.9.9.7") == [
            ["255.255.255.255", "10.9.9.7", "http://10.9.9.7:5004"],
            ["10.9.9.7", "10.9.9.7", "http://10.9.9.7:5004"],
            [ADDRESS, None, None],
        ]


async def test_ipv6_groups_are_answered():
    base = f"http://[{ADDRESS_V6}]:5004"
    async with lan() as network:
        if ADDRESS_V6 not in (await network.run("ip", "address")).out:
            pytest.skip("no IPv6 here")
        on_link, in_site, direct = await ask(network, "ff02::176", "ff05::176", ADDRESS_V6)
        assert on_link[1].startswith("fe80::")
        assert on_link[2] == base
        assert in_site == ["ff05::176", ADDRESS_V6, base]
        assert direct == [ADDRESS_V6, ADDRESS_V6, base]
        # Without an address that a URL can have there is nothing to say.
        await network.run("ip", "address", "del", f"{ADDRESS_V6}/64", "dev", "hdhr0")
        assert await ask(network, "ff02::176") == [["ff02::176", None, None]]


# Sends the request with an invented source, as an amplification attack does.
PRETEND = """
import socket, struct, sys, time
from tunerr.hdhomerun.discovery import DISCOVERY_PORT, Request

data = Request().encode()
datagram = struct.pack("!HHHH", 40000, DISCOVERY_PORT, 8 + len(data), 0) + data
ours = socket.inet_aton("10.9.9.1")
with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as sock:
    for source in map(socket.inet_aton, sys.argv[1:]):
        header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(datagram), 1, 0, 64, 17, 0, source, ours)
        sock.sendto(header + datagram, ("10.9.9.1", 0))
time.sleep(0.3)  # until the device has read them: it ends with us
"""


async def test_strangers_are_sent_nothing():
    async with lan() as network:
        sources = ("198.51.100.9", "8.8.8.8", "172.32.0.1", "192.168.77.1")
        result = await network.run(*DEVICE, sys.executable, "-c", PRETEND, *sources, deadline=90)
        assert result.status == 0, result.err
        assert "answered=1, ignored=3" in result.err
