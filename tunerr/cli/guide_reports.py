"""What the commands that report on the guide have in common: their options, and how a report is shown or written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from tunerr.cli.output import show
from tunerr.errors import ActionRefused, ContentError

Catalog = Annotated[
    str | None,
    Parameter(help="Accepted and not used: the catalog is a database of the running server, which is asked."),
]
Xmltv = Annotated[
    str | None,
    Parameter(
        help="Judge this XMLTV document, a file or URL that the server reads; the guides in force when left out."
    ),
]
Aliases = Annotated[Path | None, Parameter(help="A JSON file of XMLTV ids by channel name, used on top of others.")]
Out = Annotated[Path | None, Parameter(help="Write the whole report to this file, as JSON.")]


def question(xmltv: str | None, aliases: Path | None) -> dict[str, Any]:
    """Return what the server is asked. Raises ActionRefused for an alias file that can't be read or used."""
    asked: dict[str, Any] = {}
    if xmltv is not None:
        # The server has another working directory.
        asked["xmltv"] = xmltv if "://" in xmltv else str(Path(xmltv).expanduser().absolute())
    if aliases is not None:
        from tunerr.guide.matching.aliases import read_aliases  # noqa: PLC0415 - only where a file is given

        try:
            asked["aliases"] = read_aliases(aliases.read_bytes())
        except OSError as error:
            raise ActionRefused(f"{aliases} can't be read: {error.strerror}.") from error
        except ContentError as error:
            raise ActionRefused(f"{aliases}: {error.message}", hint=error.hint) from error
    return asked


def write_json(file: Path, answer: Any) -> None:
    """Write a report. Raises ActionRefused."""
    try:
        file.write_text(json.dumps(answer, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise ActionRefused(f"{file} can't be written: {error.strerror}.") from error


def report(answer: Mapping[str, Any], rows: str, columns: Sequence[str], *, out: Path | None, as_json: bool) -> None:
    """Print `summary` and the `columns` of the list `rows`, or all as JSON; `out` gets everything."""
    if out is not None:
        write_json(out, answer)
    if as_json:
        show(dict(answer), as_json=True)
        return
    show({name: _told(value) for name, value in answer["summary"].items()}, as_json=False)
    print()
    show([{column: row.get(column) for column in columns} for row in answer[rows]], as_json=False)
    if out is not None:
        print(f"\nThe whole report is in {out}.")


def _told(value: Any) -> Any:
    """Counts by word as a person reads them."""
    if isinstance(value, dict):
        return ", ".join(f"{word} {count}" for word, count in value.items()) or "none"
    if isinstance(value, list):
        return "; ".join(f"{count} channels: {text}" for text, count in (one.values() for one in value)) or "none"
    return value
