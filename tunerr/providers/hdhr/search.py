"""Which HDHomeRun devices are there: asked by UDP, as the vendor's tools ask."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final
from urllib.parse import urlsplit

from tunerr.config.parsers import is_http
from tunerr.errors import MalformedPacket
from tunerr.hdhomerun.discovery import DISCOVERY_PORT, LINK_GROUP, TUNER, Request, Tuner, read_tuner
from tunerr.model.url import Zone
from tunerr.support.addresses import Address, in_url, plain_address
from tunerr.support.guard import ZoneOf
from tunerr.support.interfaces import Interface
from tunerr.support.zones import zone_of as real_zone_of

MOST_FOUND: Final = 100
"""More are not taken from one search: a household has a few."""

_AGAIN_SECONDS = 0.2  # datagrams get lost, so everybody is asked twice, as the vendor's library does
_LARGEST = 2048
_AT_ONCE = 200  # datagrams between two looks at the clock
_LONGEST_URL = 127
_MOST_OF_ONE = 32  # devices of one sender: programs act as several, and a flood of one must not hide the others


@dataclass(frozen=True, slots=True)
class Target:
    """Who is asked: the address of a machine, of a network's broadcast, or of a group on the interface `scope`."""

    address: Address
    port: int = DISCOVERY_PORT
    scope: int = 0

    def __str__(self) -> str:
        """The address, with the port when it is not the usual one."""
        return str(self.address) if self.port == DISCOVERY_PORT else f"{in_url(self.address)}:{self.port}"


@dataclass(frozen=True, slots=True)
class Found:
    """A tuner that answered from `address`, whose zone says what its URLs may name.

    `base_url`: http or https, no slash at the end. `local`: it is on this machine. `elsewhere`: its base URL names
    another machine than the one that answered.
    """

    device_id: int
    base_url: str
    tuner_count: int
    address: Address
    zone: Zone
    local: bool
    elsewhere: bool


def neighborhood(own: Iterable[Interface]) -> tuple[Target, ...]:
    """Whom to ask for everybody near: this machine, the broadcast address or the group of each of its interfaces."""
    loopback = IPv4Address("127.0.0.1")
    broadcasts = {one.broadcast for one in own if one.broadcast is not None}
    links = {one.index for one in own if isinstance(one.address, IPv6Address) and not one.address.is_loopback}
    return (
        Target(loopback),
        *map(Target, sorted(broadcasts)),
        *(Target(LINK_GROUP, scope=index) for index in sorted(links)),
    )


async def search(
    targets: Collection[Target],
    *,
    seconds: float,
    own: Collection[Interface],
    enough: int = MOST_FOUND,
    zone_of: ZoneOf = real_zone_of,
) -> tuple[Found, ...]:
    """Ask the targets twice and collect what tuners answer within `seconds`, or until there are `enough`.

    A device is listed once for each base URL that it names; one on this machine once, however many addresses it has.
    What is no tuner's reply, or comes from neither a neighbor nor a target, is passed over. `own`: the addresses of
    this machine. `zone_of` is there to be replaced by tests.
    """
    replies = _Replies(targets, own, enough, zone_of)
    with _sockets(replies) as sockets:
        try:
            async with asyncio.timeout(seconds):
                _ask(targets, sockets)
                await asyncio.sleep(_AGAIN_SECONDS)
                _ask(targets, sockets)
                await replies.enough.wait()
        except TimeoutError:
            pass
    return replies.found()


class _Replies:
    """What was heard so far."""

    def __init__(self, targets: Iterable[Target], own: Collection[Interface], enough: int, zone_of: ZoneOf) -> None:
        self.enough = asyncio.Event()
        self._asked = {target.address for target in targets}
        self._own = {one.address for one in own}
        self._networks = [one.network for one in own]
        self._wanted = min(enough, MOST_FOUND)
        self._zone_of = zone_of
        self._of_sender: Counter[Address] = Counter()
        self._by_device: dict[tuple[int, str], Found] = {}

    def found(self) -> tuple[Found, ...]:
        """Return the devices by their ids."""
        return tuple(sorted(self._by_device.values(), key=lambda one: (one.device_id, one.base_url)))

    def read(self, receiver: socket.socket) -> None:
        """Take what has arrived."""
        for _ in range(_AT_ONCE):
            try:
                datagram, sender = receiver.recvfrom(_LARGEST)
            except OSError:  # nothing more
                return
            if not self.enough.is_set():
                self._take(datagram, plain_address(sender[0]))

    def _take(self, datagram: bytes, sender: Address) -> None:
        zone = self._zone(sender)
        if zone is None:
            return
        try:
            tuner = read_tuner(datagram)
        except MalformedPacket:
            return
        base = _base_url(tuner, sender)
        if base is None:
            return
        self._note(tuner, base, sender, zone)
        if len(self._by_device) >= self._wanted:
            self.enough.set()

    def _zone(self, sender: Address) -> Zone | None:
        """Zone of who may answer; None for others."""
        zone = Zone.PRIVATE if sender.is_link_local else self._zone_of(sender)
        near = zone in (Zone.LOOPBACK, Zone.PRIVATE) or any(sender in network for network in self._networks)
        return zone if near or sender in self._asked else None

    def _note(self, tuner: Tuner, base: str, sender: Address, zone: Zone) -> None:
        local = zone is Zone.LOOPBACK or sender in self._own
        named = _named(base)
        same = named == sender or (local and (named in self._own or (named is not None and named.is_loopback)))
        elsewhere = named is not None and named.version == sender.version and not same
        found = Found(tuner.device_id, base, tuner.tuner_count, sender, zone, local, elsewhere)
        key = (tuner.device_id, _without_host(base) if local and same else base)
        known = self._by_device.get(key)
        if known is None:
            if self._of_sender[sender] >= _MOST_OF_ONE:
                return
            self._of_sender[sender] += 1
        # Of this machine's own addresses one that others can use is worth more.
        if known is None or known.zone < zone:
            self._by_device[key] = found


@contextmanager
def _sockets(replies: _Replies) -> Iterator[dict[int, socket.socket]]:
    """Give the sockets by the version of IP; where the system has no IPv6, only one."""
    loop = asyncio.get_running_loop()
    with ExitStack() as stack:
        opened = {}
        for version, family in ((4, socket.AF_INET), (6, socket.AF_INET6)):
            with suppress(OSError):
                one = stack.enter_context(closing(socket.socket(family, socket.SOCK_DGRAM)))
                one.setblocking(False)
                if family == socket.AF_INET:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                else:
                    one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                loop.add_reader(one, replies.read, one)
                stack.callback(loop.remove_reader, one)
                opened[version] = one
        yield opened


def _ask(targets: Iterable[Target], sockets: dict[int, socket.socket]) -> None:
    request = Request(types=frozenset({TUNER})).encode()
    for target in targets:
        place = (str(target.address), target.port)
        scoped = (*place, 0, target.scope) if isinstance(target.address, IPv6Address) else place
        # A network that can't be reached says nothing about the others.
        with suppress(OSError, KeyError):
            sockets[target.address.version].sendto(request, scoped)


def _base_url(tuner: Tuner, sender: Address) -> str | None:
    """Base URL that the tuner names; old devices name none and listen on port 80. None for what can't be one."""
    if not tuner.base_url:
        return f"http://{in_url(sender)}"
    url = tuner.base_url.rstrip("/")
    if len(url) > _LONGEST_URL or not url.isascii() or not url.isprintable() or any(sign in url for sign in ' @?#"\\'):
        return None
    return url if is_http(url) else None


def _named(base: str) -> Address | None:
    try:
        return ip_address((urlsplit(base).hostname or "").partition("%")[0])
    except ValueError:  # a name
        return None


def _without_host(base: str) -> str:
    parts = urlsplit(base)
    return f"{parts.scheme}:{parts.port}{parts.path}"
