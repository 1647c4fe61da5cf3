"""A device that can only be found: discovery as the program does it, and variables of a pretended one by TCP.

`python -m tests.tools.lone_device [--host HOST] COMMAND…` answers while COMMAND runs, then prints what became of the
datagrams to standard error and ends as COMMAND did. HOST is where HTTP would listen.
"""

import asyncio
import sys

import uvloop

from tests.tools.hdhr_native_device import NativeDevice
from tests.tools.identities import MAIN, SECOND
from tunerr.hdhomerun.discovery import DISCOVERY_PORT
from tunerr.outputs.hdhr.native.discovery import start_discovery
from tunerr.outputs.hdhr.native.neighbors import Neighbors
from tunerr.support.clock import SystemClock
from tunerr.support.tasks import Supervisor


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
    pretended = NativeDevice()
    pretended.variables["/sys/model"] = MAIN.firmware_name
    server = await asyncio.start_server(pretended.talk, host or None, DISCOVERY_PORT)
    command = await asyncio.create_subprocess_exec(*arguments)
    status = await command.wait()
    print(discovery.facts, file=sys.stderr)
    server.close()
    await discovery.aclose()
    await tasks.aclose()
    return status


if __name__ == "__main__":
    sys.exit(uvloop.run(main(sys.argv[1:])))
