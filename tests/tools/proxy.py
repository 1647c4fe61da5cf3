"""A proxy for tests on a real socket: HTTP (absolute URLs and CONNECT) and SOCKS 5, whichever the client speaks."""

import asyncio
import base64
import contextlib
import socket
import struct
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Proxy:
    """What it did. `names` maps what clients ask for to addresses; anything else is connected as it stands."""

    names: dict = field(default_factory=dict)
    login: tuple = ()  # (user, password) that it wants
    refuses: bool = False  # says no to every target
    silent: bool = False  # takes connections and never answers
    forwarded: list = field(default_factory=list)  # (how, host, port) of each connection it made
    logins: list = field(default_factory=list)
    port: int = 0

    def url(self, scheme, account=""):
        return f"{scheme}://{account}127.0.0.1:{self.port}"

    async def serve(self, reader, writer):
        try:
            if self.silent:
                await reader.read()
                return
            first = await reader.readexactly(1)
            await (self._socks(reader, writer) if first == b"\x05" else self._http(first, reader, writer))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _http(self, first, reader, writer):
        """One request for each connection."""
        head = first + await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split()
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        if self.login:
            wanted = "basic " + base64.b64encode(":".join(self.login).encode()).decode().lower()
            self.logins.append(headers.get("proxy-authorization"))
            if headers.get("proxy-authorization") != wanted:
                writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                return
        if self.refuses:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nX-Squid-Error: ERR_ACCESS_DENIED 0\r\nContent-Length: 0\r\n\r\n")
            return
        parts = urlsplit(target if "://" in target else f"//{target}")
        try:
            to = await self._connect(method if method == "CONNECT" else "GET", parts.hostname, parts.port or 80)
        except OSError:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nX-Squid-Error: ERR_CONNECT_FAIL\r\nContent-Length: 0\r\n\r\n")
            return
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            kept = [line for line in lines[1:] if not line.lower().startswith(("proxy-", "connection:"))]
            to[1].write("\r\n".join([f"{method} {path} HTTP/1.1", "Connection: close", *kept]).encode("latin-1"))
        await _pipe(reader, writer, *to)

    async def _socks(self, reader, writer):
        """RFC 1928, with user and password of RFC 1929."""
        await reader.readexactly((await reader.readexactly(1))[0])
        writer.write(b"\x05\x02" if self.login else b"\x05\x00")
        if self.login:
            await reader.readexactly(1)
            given = tuple([(await reader.readexactly((await reader.readexactly(1))[0])).decode() for _ in range(2)])
            self.logins.append(given)
            writer.write(b"\x01\x00" if given == self.login else b"\x01\x01")
            if given != self.login:
                return
        kind = (await reader.readexactly(4))[3]
        size = {1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0]
        address = await reader.readexactly(size)
        family = socket.AF_INET if kind == 1 else socket.AF_INET6
        host = address.decode() if kind == 3 else socket.inet_ntop(family, address)
        (port,) = struct.unpack("!H", await reader.readexactly(2))
        if self.refuses:
            writer.write(b"\x05\x02\x00\x01" + bytes(6))
            return
        try:
            to = await self._connect("SOCKS name" if kind == 3 else "SOCKS address", host, port)
        except OSError:
            writer.write(b"\x05\x05\x00\x01" + bytes(6))
            return
        writer.write(b"\x05\x00\x00\x01" + bytes(6))
        await _pipe(reader, writer, *to)

    async def _connect(self, how, host, port):
        self.forwarded.append((how, host, port))
        return await asyncio.open_connection(self.names.get(host, host), port)


async def _pipe(reader, writer, far_reader, far_writer):
    async def copy(source, sink):
        with contextlib.suppress(ConnectionError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()

    # Whichever side ends first ends both, as a closed television does.
    copies = [asyncio.ensure_future(copy(reader, far_writer)), asyncio.ensure_future(copy(far_reader, writer))]
    try:
        await asyncio.wait(copies, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in copies:
            one.cancel()
        far_writer.close()
        await asyncio.wait(copies)


@asynccontextmanager
async def proxy(*, tls=None, **options):
    """A running Proxy on a free port; behind TLS with the server context `tls`."""
    made = Proxy(**options)
    running = set()

    def serve(reader, writer):
        task = asyncio.ensure_future(made.serve(reader, writer))
        running.add(task)
        task.add_done_callback(running.discard)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for task in tuple(running):
            task.cancel()
        if running:
            await asyncio.wait(set(running))
        await server.wait_closed()
