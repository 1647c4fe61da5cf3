from ipaddress import ip_interface

import pytest

from tests.tools.clock import ManualClock
from tunerr.outputs.hdhr.native.neighbors import REFRESH_S, Neighbors
from tunerr.support.interfaces import Interface

NEAR = (
    "127.0.0.1",
    "127.200.0.9",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.255.1",
    "100.64.0.1",
    "169.254.7.7",
    "::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "::ffff:192.168.1.1",
)
FAR = (
    "8.8.8.8",
    "172.32.0.1",
    "100.128.0.1",
    "192.0.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "2606:4700::1111",
    "2002:c0a8:101::1",
    "64:ff9b::c0a8:101",
    "::ffff:8.8.8.8",
    "::",
    "",
    "a.example",
    "/run/socket",
)


def interface(text, index=2):
    own = ip_interface(text)
    return Interface("eth0", index, own.ip, own.network)


class Machine:
    """Interfaces that a test changes; counts how often they are listed."""

    def __init__(self, *texts):
        self.texts = texts
        self.listed = 0

    def __call__(self):
        self.listed += 1
        return tuple(map(interface, self.texts))


@pytest.mark.parametrize("address", NEAR)
def test_addresses_that_are_not_routed_are_neighbors(address):
    assert Neighbors(ManualClock(), Machine()).include(address)


@pytest.mark.parametrize("address", FAR)
def test_all_others_are_strangers(address):
    assert not Neighbors(ManualClock(), Machine("192.168.1.5/24", "fe80::5/64")).include(address)


def test_public_addresses_of_our_own_networks_are_neighbors():
    neighbors = Neighbors(ManualClock(), Machine("203.0.113.5/28", "2001:db8::5/64"))
    assert neighbors.include("203.0.113.14")
    assert neighbors.include("::ffff:203.0.113.14")
    assert neighbors.include("2001:db8::9")
    assert not neighbors.include("203.0.113.16")
    assert not neighbors.include("2001:db8:0:1::9")


def test_the_interfaces_are_listed_now_and_then_not_for_each_datagram():
    clock, machine = ManualClock(), Machine("203.0.113.5/28")
    neighbors = Neighbors(clock, machine)
    assert neighbors.include("203.0.113.1")
    machine.texts = ("198.51.100.5/28",)
    clock.advance(REFRESH_S - 0.1)
    for _ in range(100):
        assert neighbors.include("203.0.113.1")
        assert not neighbors.include("198.51.100.1")
    assert machine.listed == 1
    clock.advance(0.2)
    assert not neighbors.include("203.0.113.1")
    assert neighbors.include("198.51.100.1")
    assert neighbors.interfaces == (interface("198.51.100.5/28"),)
    assert machine.listed == 2


def test_a_flood_of_invented_addresses_fills_no_memory():
    neighbors = Neighbors(ManualClock(), Machine())
    for number in range(5000):
        assert not neighbors.include(f"8.8.{number >> 8}.{number & 255}")
    assert len(neighbors._verdicts) <= 1024
    assert neighbors.include("10.0.0.1")
