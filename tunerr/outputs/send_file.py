"""A file of any size to one client: threads hand it from the kernel's cache to the socket, as fast as it is read."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import ExitStack
from typing import BinaryIO

from aiohttp import web

# One turn of a thread: a client on this very machine takes so much at once, all others less.
_PIECE_BYTES = 8 << 20


async def send_file(request: web.Request, response: web.StreamResponse, file: BinaryIO) -> None:
    """Send the whole of `file` as the body of `response`, which must not be prepared; closes the file.

    Not the loop's own sendfile, which uvloop doesn't have. A thread sends what the socket takes, so that a file that
    isn't in memory holds nobody up; a client that doesn't read keeps no thread. Raises ConnectionError when it goes.
    """
    turn: asyncio.Future[int] | None = None
    used = ExitStack()
    used.enter_context(file)
    try:
        response.content_length = size = os.fstat(file.fileno()).st_size
        await response.prepare(request)
        socket = await _own_socket(request)
        used.callback(os.close, socket)
        sent = 0
        while sent < size:
            piece = min(size - sent, _PIECE_BYTES)
            turn = asyncio.get_running_loop().run_in_executor(None, _send, socket, file.fileno(), sent, piece)
            given = await asyncio.shield(turn)
            sent += given
            if given < piece:
                await _writable(socket)
        await response.write_eof()
    except OSError:
        if request.transport is not None:  # what was promised can't be kept
            request.transport.abort()
        raise
    finally:
        _after(turn, used.close)


async def _own_socket(request: web.Request) -> int:
    """A second descriptor of the client's socket, once all that was written to the transport has left it."""
    transport = request.transport
    if transport is not None:
        transport.set_write_buffer_limits(high=0)
        try:
            await request.writer.drain()
        finally:
            transport.set_write_buffer_limits()
        if not transport.is_closing():
            return os.dup(transport.get_extra_info("socket").fileno())
    raise ConnectionResetError("The client is gone.")


def _send(socket: int, file: int, start: int, count: int) -> int:
    """Send what the socket takes now; 0 when that is nothing."""
    try:
        given = os.sendfile(socket, file, start, count)
    except BlockingIOError:
        return 0
    if given == 0:
        raise OSError("The file became shorter.")
    return given


async def _writable(socket: int) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_writer(socket, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_writer(socket)


def _after(turn: asyncio.Future[int] | None, close: Callable[[], None]) -> None:
    """Close when the thread has ended: it goes on when its request is cancelled, and numbers of files are reused."""
    if turn is None or turn.done():
        close()
        return

    def ended(done: asyncio.Future[int]) -> None:
        done.exception()  # it has nobody left to hear it
        close()

    turn.add_done_callback(ended)
