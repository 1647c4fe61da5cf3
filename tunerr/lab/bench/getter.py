"""A child that gets one document some times over one connection and tells how long each took, in ms.

Usage: python -m tunerr.lab.bench.getter PORT PATH TIMES [NAME:VALUE …], the last ones being header fields.
"""

from __future__ import annotations

import socket
import sys
import time
from dataclasses import dataclass

from tunerr.lab.bench.child import tell

_PIECE = 1 << 20
_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class _Got:
    took: float
    status: int
    size: int
    etag: str


class _Getter:
    def __init__(self, port: int, path: str, fields: list[str]) -> None:
        lines = (f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *fields, "", "")
        self._request = "\r\n".join(lines).encode()
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._room = bytearray(_PIECE)

    def get(self) -> _Got:
        began = time.perf_counter()
        self._socket.sendall(self._request)
        held = b""
        while _END not in held:
            held += self._some()
        head, _, body = held.partition(_END)
        first, *lines = head.decode("latin-1").split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        size = int(fields.get("content-length", "0"))
        status = int(first.split()[1])
        self._drain(size - len(body) if status == 200 else 0)  # noqa: PLR2004 - a 304 may say how long the body were
        return _Got((time.perf_counter() - began) * 1000, status, size, fields.get("etag", ""))

    def _some(self) -> bytes:
        piece = self._socket.recv(1 << 14)
        if not piece:
            raise RuntimeError("the connection ended")
        return piece

    def _drain(self, left: int) -> None:
        """Take the body without copying it: MSG_TRUNC, tcp(7)."""
        while left:
            got = self._socket.recv_into(self._room, min(left, _PIECE), socket.MSG_TRUNC)
            if not got:
                raise RuntimeError(f"the body ended {left} bytes early")
            left -= got


def main(port: int, path: str, times: int, fields: list[str]) -> None:
    """Get it once for nothing, then `times` times."""
    getter = _Getter(port, path, fields)
    last = getter.get()
    took = []
    for _ in range(times):
        last = getter.get()
        took.append(last.took)
    tell("got", took=took, status=last.status, size=last.size, etag=last.etag)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4:])
