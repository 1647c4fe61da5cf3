"""An HTTP client that sees how a connection really ends."""

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass
class Raw:
    """An open answer."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    status: int
    headers: dict
    waited: float  # seconds for the headers

    async def read(self, seconds=0.0, least=0):
        """The body of so many seconds or until it ends, and how: "open", "eof" or "reset"."""
        body, end = b"", time.monotonic() + seconds
        while time.monotonic() < end or len(body) < least:
            try:
                async with asyncio.timeout(max(end - time.monotonic(), 0.01) if len(body) >= least else 10):
                    piece = await self.reader.read(65536)
            except TimeoutError:
                break
            except ConnectionResetError:
                return body, "reset"
            if not piece:
                return body, "eof"
            body += piece
        return body, "open"


@asynccontextmanager
async def get(url, **headers):
    parts = urlsplit(url)
    began = time.monotonic()
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        lines = [
            f"GET {target} HTTP/1.1",
            f"Host: {parts.netloc}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        writer.write("\r\n".join((*lines, "", "")).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        fields = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        yield Raw(reader, writer, int(head[0].split()[1]), fields, time.monotonic() - began)
    finally:
        writer.close()
