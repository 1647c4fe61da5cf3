"""What real clients did with the program, and the page that tells it."""

from dataclasses import astuple, dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "clients.md"
HEAD = ("Client", "Version", "What it did", "Result")
_TEXT = """---
id: clients
type: reference
status: stable
tags: [reference, clients, tests]
---

# Real clients

Written by `./scripts/verify --clients` on {day}: each of these programs was run, as Debian ships it, against the
program as a user starts it. The versions are what the clients say themselves.

{table}
"""


@dataclass(frozen=True, order=True)
class Row:
    """One line: which client, its version as it says itself, what it did, and what came of that."""

    client: str
    version: str
    did: str
    result: str


def table(rows):
    """Markdown of rows in the order of clients and deeds."""
    ordered = sorted(rows, key=lambda row: (row.client.lower(), row.did))
    lines = (HEAD, ("---",) * len(HEAD), *(astuple(row) for row in ordered))
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def page(rows, day):
    """The whole page; the same for the same rows and day."""
    return _TEXT.format(day=day, table=table(rows))
