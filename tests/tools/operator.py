"""The operator of a running program: commands at a shell, and quick questions by its control socket."""

import asyncio
import sys

from tests.tools.clients import run
from tests.tools.server import clean_environment
from tunerr.cli.control import act


async def attempt(server, *arguments):
    """Run a command, whatever comes of it; its exit status and all that it printed."""
    environment = clean_environment({"IPTV_TUNERR_DATA_DIR": str(server.folder)})
    result = await run(sys.executable, "-m", "tunerr", *arguments, env=environment)
    return result.status, result.out + result.err


async def command(server, *arguments):
    """Run a command that must do what it is asked; what it printed."""
    status, said = await attempt(server, *arguments)
    assert status == 0, said
    return said


async def asked(server, name, **body):
    """What the control socket answers, as data."""
    return await asyncio.to_thread(act, name, body, data_dir=str(server.folder))


async def lineup(server, path=""):
    """Numbers by name, as a media server reads them; `path` is that of a further device."""
    return {row["GuideName"]: row["GuideNumber"] for row in await server.json(f"{path}/lineup.json")}
