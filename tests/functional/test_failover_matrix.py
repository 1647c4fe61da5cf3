"""The failover matrix on transport streams: see tests/tools/failover_table.py for what must come of each fault."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.tools import failover_run
from tests.tools.failover_table import BURSTY, HLS, TS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "failover-matrix.md"
TEXT = """---
id: failover-matrix
type: reference
status: stable
tags: [reference, failover, tests]
---

# Failover matrix

Written by `./scripts/verify --soak`: {count} cells, seen on {day}. In each one a fault happens to the first source of
a channel while one viewer watches; "second" has a healthy source of the same codecs beside it, "alone" has none. What
is expected was written down before the run (`tests/tools/failover_table.py`). Times are in seconds. Continuity errors
are counted by a packet walk without excusing flags, decode errors are lines of ffmpeg; where a cell says "plays" the
recording also keeps every rule of a strict stream (PAT and PMT at least every 500 ms, PCR every 100 ms, DTS that only
grow), as ffprobe and tstools see it.

{tables}
"""
HEAD = """| Case | Expected | Seen | Longest silence | Fault to picture | Switches | Continuity errors | Decode errors |
|---|---|---|---|---|---|---|---|"""


@pytest.mark.client
@pytest.mark.timeout(900)
@pytest.mark.parametrize("cell", TS, ids=lambda cell: cell.id)
def test_a_fault_on_a_transport_stream(cell, matrix):
    seen = matrix[cell.name]
    print(seen.row())
    assert not (missed := seen.misses()), "\n".join(missed)


def table(title, cells, matrix):
    return "\n".join((f"## {title}\n", HEAD, *(matrix[cell.name].row() for cell in cells)))


@pytest.mark.soak
@pytest.mark.timeout(0)
async def test_the_page_of_the_matrix(tmp_path):
    """Runs all of it and writes docs/reference/failover-matrix.md."""
    matrix = await failover_run.run((*TS, *HLS, *BURSTY), tmp_path)
    missed = {name: seen.misses() for name, seen in matrix.items() if seen.misses()}
    assert missed == {}
    groups = (("Transport streams", TS), ("Live HLS", HLS), ("Healthy but bursty, five minutes", BURSTY))
    text = TEXT.format(
        count=len(matrix),
        day=f"{datetime.now(UTC):%Y-%m-%d}",
        tables="\n\n".join(table(title, cells, matrix) for title, cells in groups),
    )
    await asyncio.to_thread(PAGE.write_text, text)
