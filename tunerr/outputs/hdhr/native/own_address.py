"""Which of our addresses we name to a client. Sans-I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from tunerr.support.addresses import Address
from tunerr.support.interfaces import Interface


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a datagram came in.

    `address`: ours, or an IPv6 group. `direct`: whether it was sent to that very address; for a broadcast `address` is
    the one that the receiving interface would answer from. `index`: of that interface.
    """

    address: Address
    direct: bool
    index: int


def named_address(asked: Asked, served: Collection[Address], own: Iterable[Interface]) -> Address | None:
    """Choose the address for URLs; None when the HTTP face can't be reached at what was asked.

    `served`: where the HTTP face listens; an unspecified address stands for all of its family. A link-local IPv6
    address can't be used in a URL, because URLs have no scope: then, as for a group, another address of the same
    interface is taken, private ones first, because they last longer than those that a provider assigns.
    """
    if asked.direct and _has_url(asked.address):
        candidates = [asked.address]
    else:
        others = {interface.address for interface in own if interface.index == asked.index}
        # The one that would answer comes first, and the order is always the same.
        candidates = [asked.address, *sorted(_of_family(asked.address, others), key=lambda each: not each.is_private)]
    return next((each for each in candidates if _has_url(each) and is_served(each, served)), None)


def is_served(address: Address, served: Collection[Address]) -> bool:
    """Whether the HTTP face listens on `address`; `served` as for `named_address`."""
    return address in served or any(each.is_unspecified and each.version == address.version for each in served)


def source_address(asked: Asked, named: Address) -> Address:
    """From which of our addresses the reply leaves: what was asked, or `named` after a broadcast.

    After a request to an IPv6 group it is unspecified, which lets the kernel find one: for a peer with a link-local
    address that is ours, and some clients take no other.
    """
    if asked.direct:
        return asked.address
    return named if isinstance(named, IPv4Address) else IPv6Address(0)


def _of_family(address: Address, others: Iterable[Address]) -> list[Address]:
    return sorted((each for each in others if each.version == address.version), key=int)


def _has_url(address: Address) -> bool:
    scoped = isinstance(address, IPv6Address) and address.is_link_local
    return not (scoped or address.is_multicast or address.is_unspecified)
