"""`source`: acts on the sources of the running server."""

from __future__ import annotations

from typing import Annotated

import cyclopts
from cyclopts import Parameter

from tunerr.cli.control import act
from tunerr.cli.options import DataDir

app = cyclopts.App(
    name="source",
    help="Accept or refresh a source of the running server.",
    usage="Usage: iptv-tunerr source accept|refresh [ID] [flags]",
    version_flags=[],
)


@app.command
def accept(
    source: Annotated[str, Parameter(help="Id of the source, for example m3u or xtream-2.")],
    /,
    *,
    data_dir: DataDir = None,
) -> None:
    """Accept a refresh that was refused because it has far fewer channels than before."""
    print(act("accept-refresh", {"source": source}, data_dir=data_dir))


@app.command
def refresh(
    source: Annotated[str | None, Parameter(help="Id of the source; all of them when left out.")] = None,
    /,
    *,
    data_dir: DataDir = None,
) -> None:
    """Fetch one source now, or all of them."""
    print(act("refresh", {} if source is None else {"source": source}, data_dir=data_dir))
