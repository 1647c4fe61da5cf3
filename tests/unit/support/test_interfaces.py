from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import ifaddr
import pytest

from tunerr.support.interfaces import Interface, interfaces


def found(monkeypatch, *adapters):
    monkeypatch.setattr("tunerr.support.interfaces.ifaddr.get_adapters", lambda: adapters)
    return interfaces()


def test_this_machine_has_a_loopback_interface():
    loopback = [each for each in interfaces() if each.address == IPv4Address("127.0.0.1")]
    assert len(loopback) == 1
    assert loopback[0].index > 0
    assert loopback[0].network == IPv4Network("127.0.0.0/8")
    assert loopback[0].broadcast is None


def test_each_address_of_an_interface_is_listed(monkeypatch):
    adapter = ifaddr.Adapter(
        "eth0",
        "eth0",
        [
            ifaddr.IP("192.168.1.5", 24, "eth0"),
            ifaddr.IP("10.0.0.5", 8, "eth0"),
            ifaddr.IP(("fe80::5%eth0", 0, 3), 64, "eth0"),
        ],
        index=3,
    )
    assert found(monkeypatch, adapter) == (
        Interface("eth0", 3, IPv4Address("192.168.1.5"), IPv4Network("192.168.1.0/24")),
        Interface("eth0", 3, IPv4Address("10.0.0.5"), IPv4Network("10.0.0.0/8")),
        Interface("eth0", 3, IPv6Address("fe80::5"), IPv6Network("fe80::/64")),
    )


def test_an_interface_that_vanished_meanwhile_is_left_out(monkeypatch):
    gone = ifaddr.Adapter("ppp0", "ppp0", [ifaddr.IP("10.0.0.5", 32, "ppp0")], index=None)
    assert found(monkeypatch, gone) == ()


def test_a_system_that_does_not_tell_has_none(monkeypatch):
    def refuse():
        raise OSError(97, "Address family not supported by protocol")

    monkeypatch.setattr("tunerr.support.interfaces.ifaddr.get_adapters", refuse)
    assert interfaces() == ()


@pytest.mark.parametrize(
    ("address", "prefix", "expected"),
    [
        ("192.168.1.5", 24, "192.168.1.255"),
        ("10.1.2.3", 8, "10.255.255.255"),
        ("10.1.2.1", 30, "10.1.2.3"),
        ("10.1.2.1", 31, None),
        ("10.1.2.1", 32, None),
        ("127.0.0.1", 8, None),
    ],
)
def test_where_a_broadcast_goes(monkeypatch, address, prefix, expected):
    (interface,) = found(monkeypatch, ifaddr.Adapter("x", "x", [ifaddr.IP(address, prefix, "x")], index=1))
    assert interface.broadcast == (expected and IPv4Address(expected))


def test_ipv6_has_no_broadcast(monkeypatch):
    (interface,) = found(monkeypatch, ifaddr.Adapter("x", "x", [ifaddr.IP(("fd00::1", 0, 0), 64, "x")], index=1))
    assert interface.broadcast is None
