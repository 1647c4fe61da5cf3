"""What clients send each second to show that they still receive."""

from __future__ import annotations

import asyncio
import socket
from collections import OrderedDict

import structlog

from tunerr.outputs.hdhr.native.udp import bound
from tunerr.support.addresses import Address, addresses_of, plain_address
from tunerr.support.clock import Clock

log = structlog.get_logger(__name__)

KEEPALIVE_PORT = 5004  # fixed in the vendor's client library, whatever the port of the HTTP face
_SIZE = 4  # the client's lock key
_MOST_REMEMBERED = 256
_V6 = 6


class KeepaliveListener:
    """Remembers when datagrams of 4 bytes came last from the places that it is asked about: the newest 256 of them.

    Nobody else's are kept: a flood from elsewhere must not make it forget those that a stream depends on. It answers
    none.
    """

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._heard: OrderedDict[tuple[str, int], float | None] = OrderedDict()
        self._transports: list[asyncio.DatagramTransport] = []

    async def listen(self, host: str, port: int = KEEPALIVE_PORT) -> bool:
        """Listen wherever a face listens whose setting is `host`; whether all of it could be had.

        A taken address is no error: nothing is heard there. Raises OSError for no host.
        """
        return all([await self._listen_at(address, port) for address in await addresses_of(host)])

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """Where it listens."""
        return tuple(transport.get_extra_info("sockname")[:2] for transport in self._transports)

    def heard(self, address: str, port: int) -> float | None:
        """When a keepalive came last from there, in monotonic seconds; None for never since the first time asked."""
        place = (address, port)
        when = self._heard.setdefault(place, None)
        self._heard.move_to_end(place)
        if len(self._heard) > _MOST_REMEMBERED:
            self._heard.popitem(last=False)
        return when

    def take(self, data: bytes, address: str, port: int) -> None:
        """A datagram from there."""
        if len(data) != _SIZE:
            return
        place = (str(plain_address(address)), port)
        if place in self._heard:
            self._heard[place] = self._clock.monotonic()

    def close(self) -> None:
        """Listen nowhere any more."""
        for transport in self._transports:
            transport.close()
        self._transports.clear()

    async def _listen_at(self, address: Address, port: int) -> bool:
        loop = asyncio.get_running_loop()
        try:
            opened = _opened(address, port)
        except OSError as error:
            log.info("keepalives are not heard", host=str(address), port=port, error=str(error))
            return False
        transport, _ = await loop.create_datagram_endpoint(lambda: _Receiver(self), sock=opened)
        self._transports.append(transport)
        return True


class _Receiver(asyncio.DatagramProtocol):
    def __init__(self, listener: KeepaliveListener) -> None:
        self._listener = listener

    def datagram_received(self, data: bytes, addr: tuple[str, int] | tuple[str, int, int, int]) -> None:
        self._listener.take(data, addr[0], addr[1])


def _opened(address: Address, port: int) -> socket.socket:
    if address.version == _V6:
        return bound(socket.AF_INET6, str(address), port, (socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1))
    return bound(socket.AF_INET, str(address), port)
