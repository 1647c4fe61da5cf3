"""Listening sockets that outlive a change of providers: who comes meanwhile waits for a moment, and isn't refused."""

from __future__ import annotations

import errno
import socket

# Connections that wait while nobody takes them; asyncio itself has no more wait.
_WAITING = 128
_NOT_HERE = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


class Ports:
    """One socket for each address of a host and port, opened when it is asked for first."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], tuple[socket.socket, ...]] = {}

    def sockets(self, host: str, port: int) -> tuple[socket.socket, ...]:
        """Copies that the caller closes, listening on `host` (empty: every address). Raises OSError.

        Port 0 takes a free one each time.
        """
        if port == 0:
            return _listening(host, port)
        if (host, port) not in self._open:
            self._open[host, port] = _listening(host, port)
        return tuple(one.dup() for one in self._open[host, port])

    def close(self) -> None:
        """Refuse whoever comes from now on."""
        for sockets in self._open.values():
            for one in sockets:
                one.close()
        self._open.clear()


def _listening(host: str, port: int) -> tuple[socket.socket, ...]:
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    opened: list[socket.socket] = []
    missing = OSError(errno.EADDRNOTAVAIL, "no address")
    try:
        for family, kind, proto, _, address in dict.fromkeys(found):
            try:
                opened.append(_bound(socket.socket(family, kind, proto), address))
            except OSError as error:
                # A machine may name a family that it doesn't have: IPv6 switched off is the usual case.
                if error.errno not in _NOT_HERE:
                    raise
                missing = error
        if not opened:
            raise missing
    except OSError:
        for one in opened:
            one.close()
        raise
    return tuple(opened)


def _bound(one: socket.socket, address: object) -> socket.socket:
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if one.family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.setblocking(False)
        one.bind(address)  # type: ignore[arg-type]
        one.listen(_WAITING)
    except OSError:
        one.close()
        raise
    return one
