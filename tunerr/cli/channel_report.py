"""`channel-report`: how far each channel can be trusted, by guide and streams."""

from __future__ import annotations

import cyclopts

from tunerr.cli.guide_reports import NO_GUIDE_OPTIONS, GuideReportOptions, report

app = cyclopts.App(
    name="channel-report",
    help="How far each channel of the running server can be trusted: its guide and its streams, scored.",
    usage="Usage: iptv-tunerr channel-report [flags]",
    version_flags=[],
)

COLUMNS = ("guide_number", "guide_name", "score", "tier", "guide_confidence", "stream_resilience", "risks")


@app.default
def channel_report(*, given: GuideReportOptions = NO_GUIDE_OPTIONS) -> None:
    """Score every channel from 0 to 100: 50 for its guide, 50 for its streams."""
    report(given.ask("channel-report"), COLUMNS, given)
