"""`epg-doctor`: what is wrong with the guide, why it matters, what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import cyclopts
from cyclopts import Parameter

from tunerr.cli.guide_reports import NO_GUIDE_OPTIONS, GuideReportOptions, Served
from tunerr.cli.output import plain, show

app = cyclopts.App(
    name="epg-doctor",
    help="What is wrong with the guide of the running server, why it matters, what to do next.",
    usage="Usage: iptv-tunerr epg-doctor [flags]",
    version_flags=[],
)


@app.default
def epg_doctor(
    *,
    guide: Served = None,  # noqa: ARG001 - scripts may give it
    write_aliases: Annotated[
        Path | None,
        Parameter(help="Add the ids that are surely right to this alias file; what is in it stays."),
    ] = None,
    given: GuideReportOptions = NO_GUIDE_OPTIONS,
) -> None:
    """Look at guide sources, matching and coverage at once; each problem comes with its next step."""
    answer = given.ask("guide-doctor")
    if write_aliases is not None:
        from tunerr.guide.matching import aliases as alias_file  # noqa: PLC0415 - only where a file is given

        alias_file.write_aliases(write_aliases, answer["name_to_xmltv_id"])
    if given.as_json:
        show(answer, as_json=True)
        return
    print("\n".join(_told(answer)))
    if write_aliases is not None:
        count = len(answer["name_to_xmltv_id"])
        print(f"\n{count} aliases were written to {write_aliases}.")
        print("Read them through, name the file in IPTV_TUNERR_XMLTV_ALIASES, and restart.")


def _told(answer: Mapping[str, Any]) -> Iterator[str]:
    yield plain(answer["verdict"])
    number = 0
    for problem in answer["problems"]:
        number += (serious := problem["severity"] != "note")  # as the verdict counts them
        yield f"\n{f'{number}.' if serious else 'Also:'} {plain(problem['what'])}"
        yield f"   Why it matters: {plain(problem['why'])}"
        yield f"   Next: {plain(problem['next_step'])}"
        yield from (f"     {plain(command)}" for command in problem["commands"])
