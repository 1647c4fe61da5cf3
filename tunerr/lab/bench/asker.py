"""A child that asks for one document again and again over connections that stay open, and tells how often it got it.

Usage: python -m tunerr.lab.bench.asker PORT PATH SECONDS CONNECTIONS ENCODING
"""

from __future__ import annotations

import asyncio
import sys
import time

from tunerr.lab.bench.child import tell

_LENGTH = b"content-length:"


async def _ask(port: int, request: bytes, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    answers = 0
    while True:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise RuntimeError(head.decode("latin-1"))
        length = next(line for line in head.lower().splitlines() if line.startswith(_LENGTH))
        left = int(length[len(_LENGTH) :])
        while left:
            left -= len(await reader.read(min(left, 1 << 20)))
        answers += 1
        if time.monotonic() >= until:
            writer.close()
            return answers


async def _main(port: int, path: str, seconds: float, connections: int, encoding: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: {encoding}\r\n\r\n".encode()
    await _ask(port, request, 0.0)  # the first one makes the document
    began = time.monotonic()
    answers = await asyncio.gather(*(_ask(port, request, began + seconds) for _ in range(connections)))
    tell("asked", rate=sum(answers) / (time.monotonic() - began))


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), sys.argv[5]))
