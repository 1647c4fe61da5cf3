"""What clients send each second to show that they still receive."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

import structlog

from tunerr.support.addresses import plain_address
from tunerr.support.clock import Clock

log = structlog.get_logger(__name__)

KEEPALIVE_PORT = 5004  # fixed in the vendor's client library, whatever the port of the HTTP face
_SIZE = 4  # the client's lock key
_MOST_REMEMBERED = 256


class KeepaliveListener:
    """Remembers from which addresses and ports datagrams of 4 bytes came last: the newest 256. It answers none."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._heard: OrderedDict[tuple[str, int], float] = OrderedDict()
        self._transports: list[asyncio.DatagramTransport] = []

    async def listen(self, host: str, port: int = KEEPALIVE_PORT) -> bool:
        """Listen on one more address; whether it could be had. A taken one is no error: nothing is heard there."""
        loop = asyncio.get_running_loop()
        try:
            transport, _ = await loop.create_datagram_endpoint(lambda: _Receiver(self), local_addr=(host, port))
        except OSError as error:
            log.info("keepalives are not heard", host=host, port=port, error=error.strerror)
            return False
        self._transports.append(transport)
        return True

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """Where it listens."""
        return tuple(transport.get_extra_info("sockname")[:2] for transport in self._transports)

    def heard(self, address: str, port: int) -> float | None:
        """When a keepalive came last from there, in monotonic seconds; None for never."""
        return self._heard.get((address, port))

    def take(self, data: bytes, address: str, port: int) -> None:
        """A datagram from there."""
        if len(data) != _SIZE:
            return
        place = (str(plain_address(address)), port)
        self._heard[place] = self._clock.monotonic()
        self._heard.move_to_end(place)
        if len(self._heard) > _MOST_REMEMBERED:
            self._heard.popitem(last=False)

    def close(self) -> None:
        """Listen nowhere any more."""
        for transport in self._transports:
            transport.close()
        self._transports.clear()


class _Receiver(asyncio.DatagramProtocol):
    def __init__(self, listener: KeepaliveListener) -> None:
        self._listener = listener

    def datagram_received(self, data: bytes, addr: tuple[str, int] | tuple[str, int, int, int]) -> None:
        self._listener.take(data, addr[0], addr[1])
