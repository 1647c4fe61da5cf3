"""What the running server answers, as a person reads it or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from cyclopts import Parameter

from tunerr.cli.control import act

AsJson = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON.")]
"""Type of `--json`."""


def ask(name: str, body: Mapping[str, Any], *, data_dir: str | None, as_json: bool = False) -> None:
    """Have the running server do `name` and print its answer."""
    show(act(name, body, data_dir=data_dir), as_json=as_json)


def show(answer: Any, *, as_json: bool) -> None:
    """Print a sentence, a table of rows or the fields of one thing."""
    if as_json:
        print(json.dumps({"message": answer} if isinstance(answer, str) else answer, indent=2, ensure_ascii=False))
    elif isinstance(answer, list) and answer and all(isinstance(row, dict) for row in answer):
        _table(answer)
    elif isinstance(answer, list):
        print("\n".join(map(_cell, answer)) or "There is nothing to show.")
    elif isinstance(answer, dict):
        _fields(answer)
    else:
        print(answer)


def _fields(answer: Mapping[str, Any]) -> None:
    width = max(map(len, answer), default=0)
    for name, value in answer.items():
        if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            print(f"{name}:")
            _table(value)
        else:
            print(f"{name:<{width}}  {_cell(value)}".rstrip())


def _table(rows: Sequence[Mapping[str, Any]]) -> None:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[_cell(row.get(name)) for name in columns] for row in rows]
    if sys.stdout.isatty():
        _rich(columns, cells)
        return
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    for line in (columns, *cells):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _rich(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    from rich.console import Console  # noqa: PLC0415 - 0.1 s that other output does not need
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for line in cells:
        table.add_row(*map(Text, line))  # as text: names may have brackets, which rich would take for markup
    Console().print(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return plain(text)


def plain(text: str) -> str:
    """A text without line breaks and all that a terminal would obey: names come from providers."""
    return "".join(char if char.isprintable() else " " for char in text)
