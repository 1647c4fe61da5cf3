from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.model.url import Zone
from tunerr.support.zones import zone_of

LOOPBACK = ("127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1")
PRIVATE = (
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.127.255.255",
    "239.1.2.3",
    "224.0.0.1",
    "fd00::1",
    "fc00::1",
    "ff05::1",
    "::ffff:192.168.1.1",
    "64:ff9b::c0a8:101",
    "2002:c0a8:101::1",
)
INTERNET = (
    "1.1.1.1",
    "172.32.0.1",
    "172.15.255.255",
    "100.63.255.255",
    "100.128.0.1",
    "192.0.2.1",
    "198.18.0.7",
    "223.255.255.255",
    "2606:4700::1111",
    "2001:db8::1",
    "64:ff9b::101:101",
    "::ffff:8.8.8.8",
)
NEVER = (
    "0.0.0.0",
    "0.1.2.3",
    "169.254.169.254",
    "192.0.0.8",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "100::1",
    "::127.0.0.1",
    "::ffff:169.254.169.254",
    "2002:a9fe:a9fe::",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        *((text, Zone.LOOPBACK) for text in LOOPBACK),
        *((text, Zone.PRIVATE) for text in PRIVATE),
        *((text, Zone.INTERNET) for text in INTERNET),
        *((text, None) for text in NEVER),
    ],
)
def test_each_address_has_its_zone(text, zone):
    assert zone_of(ip_address(text)) is zone


def test_teredo_is_as_private_as_its_client():
    server, client = IPv4Address("65.54.227.120"), IPv4Address("192.168.0.9")
    address = IPv6Address((0x20010000 << 96) | (int(server) << 64) | (int(client) ^ 0xFFFFFFFF))
    assert zone_of(address) is Zone.PRIVATE


@settings(derandomize=True, max_examples=300)
@given(st.ip_addresses(v=4))
def test_carried_in_ipv6_an_address_keeps_its_zone(inner):
    number = int(inner)
    for carrier in ((0xFFFF << 32) | number, (0x0064FF9B << 96) | number, (0x2002 << 112) | (number << 80)):
        assert zone_of(IPv6Address(carrier)) is zone_of(inner)


@settings(derandomize=True, max_examples=300)
@given(st.ip_addresses())
def test_nothing_that_is_not_global_counts_as_internet(address):
    zone = zone_of(address)
    if address.is_link_local or address.is_unspecified or address.is_loopback:
        assert zone is not Zone.INTERNET
