"""`channel-report`: how far each channel can be trusted, by guide and streams."""

from __future__ import annotations

import cyclopts

from tunerr.cli.control import act
from tunerr.cli.guide_reports import Aliases, Catalog, Out, Xmltv, question, report
from tunerr.cli.options import DataDir
from tunerr.cli.output import AsJson

app = cyclopts.App(
    name="channel-report",
    help="How far each channel of the running server can be trusted: its guide and its streams, scored.",
    usage="Usage: iptv-tunerr channel-report [flags]",
    version_flags=[],
)

_COLUMNS = ("guide_number", "guide_name", "score", "tier", "guide_confidence", "stream_resilience", "risks")


@app.default
def channel_report(
    *,
    catalog: Catalog = None,  # noqa: ARG001 - scripts may give it
    xmltv: Xmltv = None,
    aliases: Aliases = None,
    out: Out = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Score every channel from 0 to 100: 50 for its guide, 50 for its streams."""
    answer = act("channel-report", question(xmltv, aliases), data_dir=data_dir)
    report(answer, "channels", _COLUMNS, out=out, as_json=as_json)
