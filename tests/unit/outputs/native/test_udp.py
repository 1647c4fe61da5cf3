import errno
import socket
from ipaddress import ip_address, ip_interface
from pathlib import Path

import pytest

from tests.tools.server import free_port
from tunerr.hdhomerun.discovery import LINK_GROUP, SITE_GROUP
from tunerr.outputs.hdhr.native.own_address import Asked
from tunerr.outputs.hdhr.native.udp import UdpV4, UdpV6, open_v6
from tunerr.support.interfaces import Interface

LOOPBACK = socket.if_nametoindex("lo")
ON_LOOPBACK = Interface("lo", LOOPBACK, ip_address("::1"), ip_interface("::1/128").network)


@pytest.fixture
def v6():
    opened = open_v6("::", free_port(socket.SOCK_DGRAM))
    if opened is None:
        pytest.skip("no IPv6 here")
    yield opened
    opened.close()


def memberships(index):
    """How often each of the groups is joined on an interface."""
    rows = [line.split() for line in Path("/proc/net/igmp6").read_text().splitlines()]
    joined = {row[2]: int(row[3]) for row in rows if int(row[0]) == index}
    return [joined.get(group.packed.hex(), 0) for group in (LINK_GROUP, SITE_GROUP)]


def test_ipv4_tells_where_a_datagram_came_in_and_replies_from_there():
    port = free_port(socket.SOCK_DGRAM)
    ours = UdpV4("0.0.0.0", port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(5)
        peer.sendto(b"hello", ("127.0.0.5", port))
        arrival = ours.receive()
        assert arrival.data == b"hello"
        assert arrival.peer == peer.getsockname()
        assert ours.asked(arrival) == Asked(ip_address("127.0.0.5"), True, LOOPBACK)
        ours.reply(arrival, b"welcome", source=ip_address("127.0.0.6"))
        assert peer.recvfrom(100) == (b"welcome", ("127.0.0.6", port))
        with pytest.raises(BlockingIOError):
            ours.receive()
    ours.close()


def test_a_datagram_longer_than_any_frame_is_cut_and_still_too_long():
    port = free_port(socket.SOCK_DGRAM)
    ours = UdpV4("127.0.0.1", port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.sendto(bytes(60_000), ("127.0.0.1", port))
        assert len(ours.receive().data) == 1461
    ours.close()


def test_the_groups_are_joined_on_each_interface_that_has_ipv6(v6):
    gone = Interface("gone", 2**31 - 1, ip_address("fd00::1"), ip_interface("fd00::1/64").network)
    only_v4 = Interface("lo", LOOPBACK, ip_address("127.0.0.1"), ip_interface("127.0.0.1/8").network)
    before = memberships(LOOPBACK)
    v6.join([gone, only_v4])
    assert memberships(LOOPBACK) == before
    v6.join([gone, ON_LOOPBACK, ON_LOOPBACK])
    v6.join([ON_LOOPBACK])
    assert memberships(LOOPBACK) == [count + 1 for count in before]


@pytest.mark.parametrize("number", [errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL])
def test_a_machine_without_ipv6_has_no_such_socket(monkeypatch, number):
    def refuse(*_):
        raise OSError(number, "no IPv6")

    monkeypatch.setattr("tunerr.outputs.hdhr.native.udp.UdpV6.__init__", refuse)
    assert open_v6("::", 65001) is None


def test_a_taken_ipv6_port_is_an_error(v6):
    port = v6._socket.getsockname()[1]
    with pytest.raises(OSError, match="in use"):
        open_v6("::", port)


def test_both_families_share_a_port(v6):
    UdpV4("0.0.0.0", v6._socket.getsockname()[1]).close()


def test_a_socket_that_cannot_be_bound_is_closed():
    with pytest.raises(OSError, match="assign"):
        UdpV6("2001:db8::1", 0)
