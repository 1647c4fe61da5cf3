"""A device that can only be found: discovery as the program does it, and one variable by TCP.

`python -m tests.tools.lone_device [--host HOST] COMMAND…` answers while COMMAND runs, then prints what became of the
datagrams to standard error and ends as COMMAND did. HOST is where HTTP would listen.
"""

import asyncio
import contextlib
import sys

import uvloop

from tests.unit.outputs.native.identities import MAIN, SECOND
from tunerr.hdhomerun.discovery import DISCOVERY_PORT
from tunerr.hdhomerun.getset import Answer, read_getset
from tunerr.hdhomerun.packet import PacketReader
from tunerr.outputs.hdhr.native.discovery import start_discovery
from tunerr.outputs.hdhr.native.neighbors import Neighbors
from tunerr.support.clock import SystemClock
from tunerr.support.tasks import Supervisor


async def control(reader, writer):
    """Answers every get with the model."""
    packets = PacketReader()
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(4096):
            for packet in packets.feed(data):
                writer.write(Answer(read_getset(packet).name, "hdhomerun5_atsc").packet().encode())
    writer.close()


async def main(arguments):
    host = ""
    if arguments[:1] == ["--host"]:
        host, arguments = arguments[1], arguments[2:]
    tasks = Supervisor()
    discovery = await start_discovery(
        (MAIN, SECOND),
        host=host,
        port=DISCOVERY_PORT,
        http_port=5004,
        neighbors=Neighbors(SystemClock()),
        clock=SystemClock(),
        tasks=tasks,
    )
    server = await asyncio.start_server(control, host or None, DISCOVERY_PORT)
    command = await asyncio.create_subprocess_exec(*arguments)
    status = await command.wait()
    print(discovery.facts, file=sys.stderr)
    server.close()
    await discovery.aclose()
    await tasks.aclose()
    return status


if __name__ == "__main__":
    sys.exit(uvloop.run(main(sys.argv[1:])))
