"""`undo`: take back acts on sources and channels."""

from __future__ import annotations

from typing import Annotated

import cyclopts
from cyclopts import Parameter

from tunerr.cli.options import DataDir
from tunerr.cli.output import AsJson, ask

app = cyclopts.App(
    name="undo",
    help="Take back what was done to sources and channels, or do it again.",
    usage="Usage: iptv-tunerr undo [ACT] [flags]",
    version_flags=[],
)


@app.default
def undo(
    number: Annotated[int | None, Parameter(name="ACT", help="Number of the act; the latest when left out.")] = None,
    /,
    *,
    listed: Annotated[bool, Parameter(name="--list", negative="", help="Print what was done lately.")] = False,
    redo: Annotated[bool, Parameter(negative="", help="Do again what was taken back last.")] = False,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Take back the latest act, or the one of that number."""
    if listed:
        ask("undo-list", {}, data_dir=data_dir, as_json=json)
    elif redo:
        ask("redo", {}, data_dir=data_dir, as_json=json)
    else:
        ask("undo", {"act": number}, data_dir=data_dir, as_json=json)
