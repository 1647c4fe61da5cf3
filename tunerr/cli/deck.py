"""`deck`: access to the Control Deck of the running server."""

from __future__ import annotations

import cyclopts

from tunerr.cli.control import act
from tunerr.cli.options import DataDir

app = cyclopts.App(
    name="deck",
    help="Access to the running server's Control Deck.",
    usage="Usage: iptv-tunerr deck code [flags]",
    version_flags=[],
)


@app.command
def code(*, data_dir: DataDir = None) -> None:
    """Print a one-time code that lets you set the Control Deck's password."""
    print(act("deck-code", {}, data_dir=data_dir))
