"""`channel-leaderboard`: the best and the worst channels by guide and streams."""

from __future__ import annotations

from typing import Annotated

import cyclopts
from cyclopts import Parameter

from tunerr.cli.control import act
from tunerr.cli.guide_reports import Aliases, Catalog, Out, Xmltv, question, write_json
from tunerr.cli.options import DataDir
from tunerr.cli.output import AsJson, show

app = cyclopts.App(
    name="channel-leaderboard",
    help="The best and the worst channels of the running server, by guide and streams.",
    usage="Usage: iptv-tunerr channel-leaderboard [flags]",
    version_flags=[],
)

_LISTS = {
    "hall_of_fame": "The best",
    "hall_of_shame": "The worst",
    "guide_risks": "Guides to look at",
    "stream_risks": "Streams to look at",
}
_COLUMNS = ("guide_number", "guide_name", "score", "tier", "guide_confidence", "stream_resilience", "risks")


@app.default
def channel_leaderboard(
    *,
    limit: Annotated[int, Parameter(help="Channels in each list.")] = 10,
    catalog: Catalog = None,  # noqa: ARG001 - scripts may give it
    xmltv: Xmltv = None,
    aliases: Aliases = None,
    out: Out = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List the best, the worst, and those with the greatest risks."""
    answer = act("channel-leaderboard", {**question(xmltv, aliases), "limit": limit}, data_dir=data_dir)
    if out is not None:
        write_json(out, answer)
    if as_json:
        show(answer, as_json=True)
        return
    for name, title in _LISTS.items():
        print(f"{title}:")
        show([{column: row[column] for column in _COLUMNS} for row in answer[name]], as_json=False)
        print()
