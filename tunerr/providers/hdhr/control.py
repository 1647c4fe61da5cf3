"""The variables of an HDHomeRun device, by its native protocol."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from tunerr.errors import MalformedPacket, Unreachable
from tunerr.hdhomerun.getset import CONTROL_PORT, Answer, GetSet, Refusal, read_reply
from tunerr.hdhomerun.packet import Packet, PacketReader

WAIT_SECONDS: Final = 2.5
"""For the connection, and for each answer; what the vendor's library waits."""

_PIECE = 4096


class Control:
    """One connection to a device; one question at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, wait: float) -> None:
        self._reader = reader
        self._writer = writer
        self._wait = wait
        self._packets = PacketReader()

    async def get(self, name: str) -> Answer | Refusal:
        """Read a variable. Raises Unreachable, and MalformedPacket when what came is no answer to it."""
        return await self._ask(GetSet(name))

    async def set(self, name: str, value: str, *, lock_key: int = 0) -> Answer | Refusal:
        """Set a variable, with the key of the tuner's lock where one is held. Raises as `get` does."""
        return await self._ask(GetSet(name, value, lock_key))

    async def _ask(self, question: GetSet) -> Answer | Refusal:
        try:
            async with asyncio.timeout(self._wait):
                self._writer.write(question.packet().encode())
                await self._writer.drain()
                reply = read_reply(await self._next())
        except TimeoutError as error:
            raise _silent(f"{question.name} was not answered within {self._wait:g} s.") from error
        except OSError as error:
            raise _silent("The connection to the device broke.") from error
        if isinstance(reply, Answer) and reply.name not in ("", question.name):
            raise MalformedPacket(f"The device answers {reply.name[:40]} when it is asked {question.name}.")
        return reply

    async def _next(self) -> Packet:
        while True:
            data = await self._reader.read(_PIECE)
            if not data:
                raise _silent("The device closed the connection.")
            for packet in self._packets.feed(data):
                return packet


@asynccontextmanager
async def controlling(address: str, port: int = CONTROL_PORT, *, wait: float = WAIT_SECONDS) -> AsyncIterator[Control]:
    """Connect to the device at a numeric address; every answer is waited for `wait` seconds. Raises Unreachable."""
    try:
        async with asyncio.timeout(wait):
            reader, writer = await asyncio.open_connection(address, port)
    except OSError as error:  # a time-out is one
        raise _silent(f"{address} doesn't answer on TCP port {port}.") from error
    try:
        yield Control(reader, writer, wait=wait)
    finally:
        writer.transport.abort()  # there is nothing left to say, and nobody to wait for


def _silent(message: str) -> Unreachable:
    return Unreachable(message, hint="Programs that only pretend to be a device speak HTTP alone.")
