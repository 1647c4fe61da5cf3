"""The device's side of discovery: sockets, who may ask, what is answered, how often."""

from __future__ import annotations

import asyncio
import contextlib
import enum
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from tunerr.outputs.hdhr.native.neighbors import REFRESH_S, Neighbors
from tunerr.outputs.hdhr.native.own_address import named_address, source_address
from tunerr.outputs.hdhr.native.rate import Allowance, RateLimit
from tunerr.outputs.hdhr.native.responder import Responder
from tunerr.outputs.hdhr.native.udp import Arrival, UdpSocket, UdpV4, open_v6
from tunerr.support.addresses import EVERY, Address, addresses_of
from tunerr.support.clock import Clock
from tunerr.support.tasks import Supervisor
from tunerr.views.device import DeviceIdentity

EACH_SOURCE: Final = Allowance(burst=100, per_second=200)
"""A client asks twice on each interface: the burst is six programs at once on a machine with eight.

A script that runs the vendor's tool without a pause asks 140 times in a second.
"""
ALL_SOURCES: Final = Allowance(burst=1000, per_second=500)
"""Answered requests. Each is some 120 bytes for each device."""

# More datagrams than this at once are a flood; then we rest, and the kernel drops what doesn't wait. At some 10 µs each
# a flood takes 6 % of a processor and never holds the loop for a millisecond.
_AT_A_TIME = 64
_REST_S = 0.01


@dataclass(frozen=True, slots=True)
class DiscoveryFacts:
    """Datagrams since the start: answered; ignored (strangers, no request, not for us); over the limit.

    Those that the kernel dropped in a flood were never seen.
    """

    answered: int = 0
    ignored: int = 0
    limited: int = 0


class _Outcome(enum.Enum):
    ANSWERED = enum.auto()
    IGNORED = enum.auto()
    LIMITED = enum.auto()


async def start_discovery(
    devices: Sequence[DeviceIdentity],
    *,
    host: str,
    port: int,
    http_port: int,
    neighbors: Neighbors,
    clock: Clock,
    tasks: Supervisor,
) -> Discovery:
    """Answer discovery for `devices`, the main one first, on UDP `port`, until `aclose`.

    `host` and `http_port`: where the HTTP face listens, as in its setting; an empty host is every address. Only
    requests that reach an address of the HTTP face are answered, and the answer names that address. A machine without
    IPv6 is no error. Raises OSError when the port is taken.
    """
    served = await addresses_of(host)
    return Discovery(
        _open(served, port),
        Responder(devices, http_port=http_port),
        served=served,
        neighbors=neighbors,
        limit=RateLimit(clock, each=EACH_SOURCE, total=ALL_SOURCES),
        tasks=tasks,
    )


class Discovery:
    """Owns the sockets and reads them while the loop runs."""

    def __init__(
        self,
        sockets: Sequence[UdpSocket],
        responder: Responder,
        *,
        served: Collection[Address],
        neighbors: Neighbors,
        limit: RateLimit,
        tasks: Supervisor,
    ) -> None:
        self._sockets = sockets
        self._responder = responder
        self._served = served
        self._neighbors = neighbors
        self._limit = limit
        self._outcomes: Counter[_Outcome] = Counter()
        self._loop = asyncio.get_running_loop()
        self._join()
        self._rests: dict[UdpSocket, asyncio.TimerHandle] = {}
        for each in sockets:
            self._watch(each)
        self._joining = tasks.spawn(self._stay_joined(), "discovery groups")

    @property
    def facts(self) -> DiscoveryFacts:
        """What became of the datagrams so far."""
        return DiscoveryFacts(
            answered=self._outcomes[_Outcome.ANSWERED],
            ignored=self._outcomes[_Outcome.IGNORED],
            limited=self._outcomes[_Outcome.LIMITED],
        )

    async def aclose(self) -> None:
        """Answer no more and free the port."""
        for rest in self._rests.values():
            rest.cancel()
        for each in self._sockets:
            self._loop.remove_reader(each.fileno())
            each.close()
        self._joining.cancel()
        await asyncio.wait((self._joining,))

    def _watch(self, source: UdpSocket) -> None:
        self._loop.add_reader(source.fileno(), self._read, source)

    def _read(self, source: UdpSocket) -> None:
        for _ in range(_AT_A_TIME):
            try:
                arrival = source.receive()
            except OSError:  # nothing is left, or the network is down
                return
            self._outcomes[self._take(source, arrival)] += 1
        self._loop.remove_reader(source.fileno())
        self._rests[source] = self._loop.call_later(_REST_S, self._watch, source)

    def _take(self, source: UdpSocket, arrival: Arrival) -> _Outcome:
        peer = arrival.peer[0]
        if not self._neighbors.include(peer):
            return _Outcome.IGNORED
        if not self._limit.source_may(peer):
            return _Outcome.LIMITED
        return self._answer(source, arrival)

    def _answer(self, source: UdpSocket, arrival: Arrival) -> _Outcome:
        asked = source.asked(arrival)
        named = named_address(asked, self._served, self._neighbors.interfaces) if asked else None
        replies = self._responder.answer(arrival.data, named) if named else ()
        if not (asked and named and replies):
            return _Outcome.IGNORED
        if not self._limit.all_may():
            return _Outcome.LIMITED
        for reply in replies:
            # No route, a firewall, a full buffer: clients ask twice.
            with contextlib.suppress(OSError):
                source.reply(arrival, reply, source=source_address(asked, named))
        return _Outcome.ANSWERED

    async def _stay_joined(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_S)
            self._join()

    def _join(self) -> None:
        for each in self._sockets:
            each.join(self._neighbors.interfaces)


def _open(served: Collection[Address], port: int) -> tuple[UdpSocket, ...]:
    with contextlib.ExitStack() as opened:
        sockets: list[UdpSocket] = []
        for kind, unspecified in zip((UdpV4, open_v6), EVERY, strict=True):
            host = _host([address for address in served if address.version == unspecified.version], unspecified)
            each = kind(str(host), port) if host else None
            if each is not None:
                opened.callback(each.close)
                sockets.append(each)
        opened.pop_all()
    return tuple(sockets)


def _host(served: Sequence[Address], unspecified: Address) -> Address | None:
    """Where to listen for those who ask for `served`: broadcasts and groups reach a socket of every address only."""
    if served and all(address.is_loopback for address in served):
        return served[0]
    return unspecified if served else None
