"""`channel-dna-report`: each channel's identity, and everything that was recognised as it."""

from __future__ import annotations

import cyclopts

from tunerr.cli.guide_reports import NO_OPTIONS, ReportOptions, report

app = cyclopts.App(
    name="channel-dna-report",
    help="The identities of the running server's channels, and what was recognised as each.",
    usage="Usage: iptv-tunerr channel-dna-report [flags]",
    version_flags=[],
)

_COLUMNS = ("dna_id", "guide_number", "guide_name", "stream_count", "sources", "names")


@app.default
def channel_dna_report(*, given: ReportOptions = NO_OPTIONS) -> None:
    """Group streams by the stable identity of their channel; those with most streams come first."""
    report(given.ask("channel-dna"), _COLUMNS, given)
