"""UPnP's discovery: answers searches and announces our devices on every network that reaches the HTTP face."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Collection, Sequence
from ipaddress import IPv4Address, ip_address
from typing import Final

import structlog

from tunerr.outputs.hdhr.native.neighbors import Neighbors
from tunerr.outputs.hdhr.native.own_address import is_served
from tunerr.outputs.hdhr.native.rate import Allowance, RateLimit
from tunerr.outputs.hdhr.ssdp_line import Client, Heard, Line
from tunerr.outputs.hdhr.ssdp_messages import GROUP, PORT, Advert, Search, adverts, read_search, wanted
from tunerr.support.addresses import Address, addresses_of
from tunerr.support.clock import Clock
from tunerr.support.interfaces import Interface
from tunerr.support.tasks import Supervisor
from tunerr.views.device import DeviceIdentity, authority

log = structlog.get_logger(__name__)

ROUND_S: Final = 240.0
"""Seconds between announcements, and between looks for networks that came or went."""

EACH_SOURCE: Final = Allowance(burst=10, per_second=2)
"""Searches that are answered; clients repeat theirs two or three times."""
ALL_SOURCES: Final = Allowance(burst=40, per_second=10)
"""Each has at most three replies of some 300 bytes for each device."""

_EVERYBODY = (GROUP, PORT)
# Datagrams get lost: the first announcement of all is made twice.
_AGAIN_S = 0.2
# A client waits as long as it says; a fifth of that is left for the way.
_SPREAD = 0.8


class Ssdp:
    """Made by `start_ssdp`."""

    def __init__(
        self,
        devices: Sequence[DeviceIdentity],
        *,
        served: Collection[Address],
        http_port: int,
        neighbors: Neighbors,
        limit: RateLimit,
    ) -> None:
        self._adverts = adverts(devices)
        self._served = served
        self._port = http_port
        self._neighbors = neighbors
        self._limit = limit
        self._lines: dict[Interface, Line] = {}
        self._refused: set[Interface] = set()
        self._tasks = Supervisor()

    async def start(self) -> None:
        """Listen and say that we are there; return once we listen."""
        await self._follow()
        self._tasks.spawn(self._announce(), "SSDP announcements")

    async def aclose(self) -> None:
        """Say that we are gone, and be silent."""
        await self._tasks.aclose()
        for line in self._lines.values():
            for advert in self._adverts:
                line.say(advert.byebye(), _EVERYBODY)
            line.close()
        self._lines.clear()

    async def _announce(self) -> None:
        self._say_alive()
        await asyncio.sleep(_AGAIN_S)
        while True:
            self._say_alive()
            await asyncio.sleep(ROUND_S)
            await self._follow()

    def _say_alive(self) -> None:
        for line in self._lines.values():
            for advert in self._adverts:
                line.say(advert.alive(line.base), _EVERYBODY)

    async def _follow(self) -> None:
        """Listen on the networks that are there now."""
        there = {
            interface: address
            for interface in self._neighbors.interfaces
            if (address := reached_at(self._served, interface)) is not None
        }
        for interface in self._lines.keys() - there.keys():
            self._lines.pop(interface).close()
        for interface, address in there.items():
            if interface not in self._lines:
                await self._open(interface, address)

    async def _open(self, interface: Interface, address: IPv4Address) -> None:
        base = f"http://{authority(str(address), self._port)}"
        try:
            self._lines[interface] = await Line.open(interface.index, address, base, self._heard(interface))
        except OSError as error:
            if interface not in self._refused:
                self._refused.add(interface)
                log.warning(
                    "SSDP is not possible on a network; another program may hold UDP port 1900 for itself",
                    interface=interface.name,
                    error=str(error),
                )

    def _heard(self, interface: Interface) -> Heard:
        """What is done with the datagrams of an interface; those from elsewhere than its own network are strangers'."""

        def heard(line: Line, datagram: bytes, client: Client) -> None:
            search = read_search(datagram)
            found = wanted(search, self._adverts) if search else ()
            if not search or not found or ip_address(client[0]) not in interface.network:
                return
            if self._limit.source_may(client[0]) and self._limit.all_may():
                self._tasks.spawn(self._reply(line, search, found, client), "SSDP reply")

        return heard

    @staticmethod
    async def _reply(line: Line, search: Search, found: Sequence[Advert], client: Client) -> None:
        spread = random.uniform(0, search.patience * _SPREAD)  # noqa: S311 - spreads load, guards nothing
        await asyncio.sleep(spread)
        for advert in found:
            line.say(advert.reply(line.base), client)


async def start_ssdp(
    devices: Sequence[DeviceIdentity], *, host: str, http_port: int, neighbors: Neighbors, clock: Clock
) -> Ssdp:
    """Answer searches for `devices` and announce them, until `aclose`.

    `host` and `http_port`: where the HTTP face listens, as in its setting; an empty host is every address. Only
    networks that reach the HTTP face hear of it, at its address there. One on which that isn't possible is logged and
    tried again in each round.
    """
    ssdp = Ssdp(
        devices,
        served=await addresses_of(host),
        http_port=http_port,
        neighbors=neighbors,
        limit=RateLimit(clock, each=EACH_SOURCE, total=ALL_SOURCES),
    )
    await ssdp.start()
    return ssdp


def reached_at(served: Collection[Address], interface: Interface) -> IPv4Address | None:
    """The address at which a face that listens on `served` is reached through `interface`; None when it is not."""
    address = interface.address
    if not isinstance(address, IPv4Address):
        return None
    if is_served(address, served):
        return address
    # Any of 127.0.0.0/8 may be listened on, and the interface names only one.
    near = [one for one in served if isinstance(one, IPv4Address) and one.is_loopback]
    return near[0] if near and address.is_loopback else None
