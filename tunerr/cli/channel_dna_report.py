"""`channel-dna-report`: each channel's identity, and everything that was recognised as it."""

from __future__ import annotations

import cyclopts

from tunerr.cli.control import act
from tunerr.cli.guide_reports import Catalog, Out, report
from tunerr.cli.options import DataDir
from tunerr.cli.output import AsJson

app = cyclopts.App(
    name="channel-dna-report",
    help="The identities of the running server's channels, and what was recognised as each.",
    usage="Usage: iptv-tunerr channel-dna-report [flags]",
    version_flags=[],
)

_COLUMNS = ("dna_id", "guide_number", "guide_name", "stream_count", "sources", "names")


@app.default
def channel_dna_report(
    *,
    catalog: Catalog = None,  # noqa: ARG001 - scripts may give it
    out: Out = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Group streams by the stable identity of their channel; those with most streams come first."""
    report(act("channel-dna", {}, data_dir=data_dir), "channels", _COLUMNS, out=out, as_json=as_json)
