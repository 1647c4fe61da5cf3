"""`guide-health`: how much the guide says about each channel."""

from __future__ import annotations

import cyclopts

from tunerr.cli.guide_reports import NO_GUIDE_OPTIONS, GuideReportOptions, Served, report

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
    guide: Served = None,  # noqa: ARG001 - scripts may give it
    given: GuideReportOptions = NO_GUIDE_OPTIONS,
) -> None:
    """Class every channel by its guide: healthy, good, sparse, placeholders only, nothing; the worst first."""
    report(given.ask("guide-health"), _COLUMNS, given)
