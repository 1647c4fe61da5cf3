"""What the commands that report on the guide have in common: their options, and how a report is shown or written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from tunerr.cli.control import act
from tunerr.cli.options import DataDir, whereabouts
from tunerr.cli.output import AsJson, show
from tunerr.errors import ActionRefused, ContentError

Served = Annotated[str | None, Parameter(help="Accepted and not used: the guide that is served is judged.")]
"""Type of `--guide`."""


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOptions:
    """The options of every report."""

    catalog: Annotated[
        str | None,
        Parameter(help="Accepted and not used: the catalog is a database of the running server, which is asked."),
    ] = None
    out: Annotated[Path | None, Parameter(help="Write the whole report to this file, as JSON.")] = None
    as_json: AsJson = False
    data_dir: DataDir = None

    def question(self) -> dict[str, Any]:
        """Return what the server is asked."""
        return {}

    def ask(self, name: str, **more: Any) -> dict[str, Any]:
        """Have the running server make a report, and write it to `out`. Raises ActionRefused."""
        answer: dict[str, Any] = act(name, {**self.question(), **more}, data_dir=self.data_dir)
        if self.out is not None:
            write_json(self.out, answer)
        return answer


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class GuideReportOptions(ReportOptions):
    """The options of reports that say what a guide is worth."""

    xmltv: Annotated[
        str | None,
        Parameter(
            help="Judge this XMLTV document, a file or URL that the server reads; the guides in force when left out."
        ),
    ] = None
    aliases: Annotated[
        Path | None, Parameter(help="A JSON file of XMLTV ids by channel name, used on top of others.")
    ] = None

    def question(self) -> dict[str, Any]:
        """Return what the server is asked. Raises ActionRefused for an alias file that can't be read or used."""
        asked: dict[str, Any] = {}
        if self.xmltv is not None:
            asked["xmltv"] = whereabouts(self.xmltv)
        if self.aliases is not None:
            asked["aliases"] = _read_aliases(self.aliases)
        return asked


NO_OPTIONS = ReportOptions()
NO_GUIDE_OPTIONS = GuideReportOptions()


def _read_aliases(file: Path) -> dict[str, str]:
    from tunerr.guide.matching.aliases import read_aliases  # noqa: PLC0415 - only where a file is given

    try:
        return read_aliases(file.read_bytes())
    except OSError as error:
        raise ActionRefused(f"{file} can't be read: {error.strerror}.") from error
    except ContentError as error:
        raise ActionRefused(f"{file}: {error.message}", hint=error.hint) from error


def write_json(file: Path, answer: Any) -> None:
    """Write a report. Raises ActionRefused."""
    try:
        file.write_text(json.dumps(answer, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise ActionRefused(f"{file} can't be written: {error.strerror}.") from error


def report(answer: Mapping[str, Any], columns: Sequence[str], given: ReportOptions) -> None:
    """Print `summary` and the `columns` of `channels`, or all as JSON."""
    if given.as_json:
        show(answer, as_json=True)
        return
    show({name: _told(value) for name, value in answer["summary"].items()}, as_json=False)
    print()
    show([{column: row.get(column) for column in columns} for row in answer["channels"]], as_json=False)
    if given.out is not None:
        print(f"\nThe whole report is in {given.out}.")


def _told(value: Any) -> Any:
    """Counts by word as a person reads them."""
    if isinstance(value, dict):
        return ", ".join(f"{word} {count}" for word, count in value.items()) or "none"
    if isinstance(value, list):
        return "; ".join(f"{count} channels: {text}" for text, count in (one.values() for one in value)) or "none"
    return value
