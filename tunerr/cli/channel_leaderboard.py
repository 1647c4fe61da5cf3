"""`channel-leaderboard`: the best and the worst channels by guide and streams."""

from __future__ import annotations

from typing import Annotated

import cyclopts
from cyclopts import Parameter

from tunerr.cli.channel_report import COLUMNS
from tunerr.cli.guide_reports import NO_GUIDE_OPTIONS, GuideReportOptions
from tunerr.cli.output import show

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


@app.default
def channel_leaderboard(
    *,
    limit: Annotated[int, Parameter(help="Channels in each list.")] = 10,
    given: GuideReportOptions = NO_GUIDE_OPTIONS,
) -> None:
    """List the best, the worst, and those with the greatest risks."""
    answer = given.ask("channel-leaderboard", limit=limit)
    if given.as_json:
        show(answer, as_json=True)
        return
    for name, title in _LISTS.items():
        print(f"{title}:")
        show([{column: row[column] for column in COLUMNS} for row in answer[name]], as_json=False)
        print()
