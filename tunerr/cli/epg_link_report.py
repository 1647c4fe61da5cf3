"""`epg-link-report`: which channel of the lineup was found in which guide, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import cyclopts
from cyclopts import Parameter

from tunerr.cli.guide_reports import NO_GUIDE_OPTIONS, GuideReportOptions, report, write_json

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
    unmatched_out: Annotated[
        Path | None, Parameter(help="Write the channels without a guide to this file, as JSON.")
    ] = None,
    given: GuideReportOptions = NO_GUIDE_OPTIONS,
) -> None:
    """Say for each channel in which guide it was found and how; those without come first."""
    answer = given.ask("guide-links")
    if unmatched_out is not None:
        write_json(unmatched_out, [row for row in answer["channels"] if not row["epg_linked"]])
    report(answer, _COLUMNS, given)
