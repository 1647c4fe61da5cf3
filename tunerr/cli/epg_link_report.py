"""`epg-link-report`: which channel of the lineup was found in which guide, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import cyclopts
from cyclopts import Parameter

from tunerr.cli.control import act
from tunerr.cli.guide_reports import Aliases, Catalog, Out, Xmltv, question, report, write_json
from tunerr.cli.options import DataDir
from tunerr.cli.output import AsJson

app = cyclopts.App(
    name="epg-link-report",
    help="Where each channel of the running server was found in the guides, and why.",
    usage="Usage: iptv-tunerr epg-link-report [flags]",
    version_flags=[],
)

_COLUMNS = ("guide_number", "guide_name", "guide_source", "guide_id", "match_method", "match_reason")


@app.default
def epg_link_report(
    *,
    catalog: Catalog = None,  # noqa: ARG001 - scripts may give it
    xmltv: Xmltv = None,
    aliases: Aliases = None,
    out: Out = None,
    unmatched_out: Annotated[
        Path | None, Parameter(help="Write the channels without a guide to this file, as JSON.")
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Say for each channel in which guide it was found and how; those without come first."""
    answer = act("guide-links", question(xmltv, aliases), data_dir=data_dir)
    if unmatched_out is not None:
        write_json(unmatched_out, [row for row in answer["channels"] if not row["epg_linked"]])
    report(answer, "channels", _COLUMNS, out=out, as_json=as_json)
