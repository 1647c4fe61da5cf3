"""Where a native tuner streams to, and the stream there."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Protocol

from tunerr.gateway.viewer import Viewer
from tunerr.outputs.hdhr.native.datagrams import DatagramTransport
from tunerr.support.clock import Clock
from tunerr.views.device import authority

_FORM = re.compile(r"(udp|rtp)://(?:\[([^]]+)\]|([^:]+)):(\d{1,5})", re.ASCII)
_MOST_PORT = 65535
_LOOK_SECONDS = 0.5
_SILENCE_SECONDS = 5.0  # a client sends one keepalive each second
_DRAIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Target:
    """An IP address and a port that get datagrams, with an RTP header when `rtp`."""

    rtp: bool
    address: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read `udp://192.0.2.5:5000` or `rtp://[2001:db8::5]:5000`. Raises ValueError with words for the client."""
        found = _FORM.fullmatch(text)
        if found is None:
            raise ValueError("invalid target: use udp://<ip>:<port> or rtp://<ip>:<port>")
        kind, bracketed, plain, port = found.groups()
        try:
            address = ip_address(bracketed or plain)
        except ValueError:
            raise ValueError("invalid target: not an IP address") from None
        if address.is_multicast or address.is_unspecified or str(address) == "255.255.255.255":
            raise ValueError("invalid target: not the address of one host")
        if not 0 < int(port) <= _MOST_PORT:
            raise ValueError("invalid target: ports are 1 to 65535")
        return cls(kind == "rtp", str(address), int(port))

    def __str__(self) -> str:
        return f"{'rtp' if self.rtp else 'udp'}://{authority(self.address, self.port)}"


class Keepalives(Protocol):
    """What was heard from clients."""

    def heard(self, address: str, port: int) -> float | None:
        """When a keepalive came last from there, in monotonic seconds; None for never since the first time asked."""


async def send(viewer: Viewer, target: Target, *, clock: Clock, keepalives: Keepalives) -> str:
    """Stream to `target` until that is over; the reason in words. Cancelling it stops it at once.

    The first datagram goes 0.1 s after the call. "ended": the viewer's session has ended, and all it had was sent.
    "gone": nobody receives there. "no keepalive": they came, and have been missing for 5 s. "unreachable: …": the
    network cannot reach it.
    """
    try:
        sock = _connected(target)
    except OSError as error:
        return f"unreachable: {error.strerror}"
    transport = DatagramTransport(sock, rtp=target.rtp, clock=clock, behind=lambda: viewer.behind)
    watch = _Watch(transport, target, clock=clock, keepalives=keepalives)
    try:
        await viewer.deliver(transport)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                await transport.drain()
    finally:
        watch.stop()
        transport.close()
    return transport.reason or watch.reason or ("gone" if viewer.dropped else "ended")


class _Watch:
    """Closes a transport when keepalives were heard since it began and are missing now."""

    def __init__(self, transport: DatagramTransport, target: Target, *, clock: Clock, keepalives: Keepalives) -> None:
        self.reason = ""
        self._transport = transport
        self._target = target
        self._clock = clock
        self._keepalives = keepalives
        self._last = self._began = clock.monotonic()
        keepalives.heard(target.address, target.port)  # what isn't asked about isn't noted
        self._timer = asyncio.get_running_loop().call_later(_LOOK_SECONDS, self._look)

    def stop(self) -> None:
        self._timer.cancel()

    def _look(self) -> None:
        # Those of a stream before this one do not count; one that was forgotten among many others does.
        self._last = max(self._keepalives.heard(self._target.address, self._target.port) or 0.0, self._last)
        if self._last > self._began and self._clock.monotonic() - self._last > _SILENCE_SECONDS:
            self.reason = "no keepalive"
            self._transport.close()
            return
        self._timer = asyncio.get_running_loop().call_later(_LOOK_SECONDS, self._look)


def _connected(target: Target) -> socket.socket:
    """A socket that sends there and hears when nobody receives. Raises OSError."""
    family, kind, protocol, _, place = socket.getaddrinfo(
        target.address, target.port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST
    )[0]
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)
        sock.connect(place)
    except OSError:
        sock.close()
        raise
    return sock
