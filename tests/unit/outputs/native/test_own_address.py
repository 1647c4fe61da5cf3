from ipaddress import ip_address, ip_interface

import pytest

from tunerr.outputs.hdhr.native.own_address import Asked, named_address, source_address
from tunerr.support.interfaces import Interface

EVERY = (ip_address("0.0.0.0"), ip_address("::"))
LAN, OTHER = 2, 3


def interface(index, text):
    own = ip_interface(text)
    return Interface(f"eth{index}", index, own.ip, own.network)


OWN = (
    interface(1, "127.0.0.1/8"),
    interface(1, "::1/128"),
    interface(LAN, "192.168.1.5/24"),
    interface(LAN, "192.168.1.6/24"),
    interface(LAN, "2606:4700::5/64"),
    interface(LAN, "fd00::6/64"),
    interface(LAN, "fd00::5/64"),
    interface(LAN, "fe80::5/64"),
    interface(OTHER, "10.0.0.5/24"),
    interface(OTHER, "fe80::6/64"),
)


def named(address, served=EVERY, *, direct=True, index=LAN):
    found = named_address(Asked(ip_address(address), direct, index), tuple(map(ip_address, served)), OWN)
    return found and str(found)


@pytest.mark.parametrize("address", ["192.168.1.5", "192.168.1.6", "127.0.0.2", "::1", "fd00::6", "2606:4700::5"])
def test_the_address_that_was_asked_is_named(address):
    assert named(address) == address


def test_after_a_broadcast_it_is_the_receiving_interfaces():
    assert named("192.168.1.5", direct=False) == "192.168.1.5"
    assert named("10.0.0.5", direct=False, index=OTHER) == "10.0.0.5"


def test_what_http_does_not_serve_is_not_answered():
    assert named("192.168.1.5", ["192.168.1.6"]) is None
    assert named("127.0.0.1", ["192.168.1.6"]) is None
    assert named("192.168.1.5", ["::"]) is None
    assert named("fd00::5", ["0.0.0.0"]) is None
    assert named("10.0.0.5", ["192.168.1.6"], direct=False, index=OTHER) is None


def test_a_broadcast_finds_the_one_address_that_http_serves():
    assert named("192.168.1.5", ["192.168.1.6"], direct=False) == "192.168.1.6"


@pytest.mark.parametrize("group", ["ff02::176", "ff05::176"])
def test_after_a_group_the_interfaces_private_address_is_named(group):
    assert named(group, direct=False) == "fd00::5"
    assert named(group, ["2606:4700::5"], direct=False) == "2606:4700::5"


def test_a_link_local_address_is_never_in_a_url():
    assert named("fe80::5") == "fd00::5"
    assert named("fe80::6", index=OTHER) is None
    assert named("ff02::176", direct=False, index=OTHER) is None


@pytest.mark.parametrize(
    ("asked", "direct", "chosen", "source"),
    [
        ("127.0.0.2", True, "127.0.0.2", "127.0.0.2"),
        ("192.168.1.5", False, "192.168.1.6", "192.168.1.6"),
        ("fe80::5", True, "fd00::5", "fe80::5"),
        ("ff02::176", False, "fd00::5", "::"),
    ],
)
def test_the_reply_leaves_from_what_was_asked(asked, direct, chosen, source):
    found = source_address(Asked(ip_address(asked), direct, LAN), ip_address(chosen))
    assert found == ip_address(source)
