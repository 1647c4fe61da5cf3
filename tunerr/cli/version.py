"""`version`."""

from __future__ import annotations

import cyclopts

from tunerr import __version__
from tunerr.cli.commands import PROGRAM

app = cyclopts.App(name="version", help="Print the version.", usage="Usage: iptv-tunerr version", version_flags=[])


@app.default
def version() -> None:
    """Print the version."""
    print(PROGRAM, __version__)
