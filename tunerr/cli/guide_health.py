"""`guide-health`: how much the guide says about each channel."""

from __future__ import annotations

from typing import Annotated

import cyclopts
from cyclopts import Parameter

from tunerr.cli.control import act
from tunerr.cli.guide_reports import Aliases, Catalog, Out, Xmltv, question, report
from tunerr.cli.options import DataDir
from tunerr.cli.output import AsJson

app = cyclopts.App(
    name="guide-health",
    help="How much the guide of the running server says about each channel.",
    usage="Usage: iptv-tunerr guide-health [flags]",
    version_flags=[],
)

_COLUMNS = ("guide_number", "guide_name", "status", "real_programme_count", "last_stop", "guide_id", "actions")


@app.default
def guide_health(
    *,
    catalog: Catalog = None,  # noqa: ARG001 - scripts may give it
    guide: Annotated[str | None, Parameter(help="Accepted and not used: the guide that is served is judged.")] = None,  # noqa: ARG001 - scripts may give it
    xmltv: Xmltv = None,
    aliases: Aliases = None,
    out: Out = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Class every channel by its guide: healthy, good, sparse, placeholders only, nothing; the worst first."""
    answer = act("guide-health", question(xmltv, aliases), data_dir=data_dir)
    report(answer, "channels", _COLUMNS, out=out, as_json=as_json)
