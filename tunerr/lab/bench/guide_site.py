"""A child that serves the current edition of a folder as the product does.

Usage: python -m tunerr.lab.bench.guide_site GUIDE_DIR
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvloop
from aiohttp import web

from tunerr.guide.making import edition
from tunerr.guide.making.parts import GuideParts
from tunerr.lab.bench.child import tell
from tunerr.lab.listen import listen
from tunerr.outputs.xmltv import routes
from tunerr.support.snapshot import Published
from tunerr.support.worker_client import Worker


async def _serve(guide_dir: Path) -> None:
    app = web.Application()
    app.add_routes(routes(guide=Published(edition.read(guide_dir)), parts=GuideParts(worker=Worker())))
    runner = await listen(app, 0, who="The guide's site")
    tell("listening", port=runner.addresses[0][1])
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve(Path(sys.argv[1])))
