"""The failover matrix: see tests/tools/failover_table.py for what must come of each fault.

All cells of a run happen at the same time, in the set-up of the first one; so they are all in this file.
"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.tools import failover_run
from tests.tools.failover import Expected
from tests.tools.failover_table import BURSTY, HLS, TS
from tunerr.lab.faults import vocabulary as v

pytestmark = pytest.mark.alone

PICTURELESS = [cell for cell in TS if cell.expected is Expected.REFUSED]
STALLS = [cell for cell in TS if isinstance(cell.faults[0], v.Stall | v.Starve) and cell not in PICTURELESS]
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


def cells(some):
    """Marks of a test of these cells."""
    parametrize = pytest.mark.parametrize("cell", some, ids=lambda cell: cell.id)
    return lambda test: pytest.mark.client(pytest.mark.timeout(900)(parametrize(test)))


def as_expected(seen):
    print(seen.row())
    assert not (missed := seen.misses()), "\n".join(missed)


@cells(PICTURELESS)
def test_S09_S10_a_source_without_a_picture_is_refused_in_time(cell, matrix):
    as_expected(matrix[cell.name])


@cells(STALLS)
def test_S18_a_source_that_stalls(cell, matrix):
    as_expected(matrix[cell.name])


@cells([cell for cell in TS if cell not in (*PICTURELESS, *STALLS)])
def test_a_fault_on_a_transport_stream(cell, matrix):
    as_expected(matrix[cell.name])


@cells(HLS)
def test_a_fault_on_live_hls(cell, matrix):
    as_expected(matrix[cell.name])


@cells(BURSTY)
def test_a_healthy_source_that_sends_much_at_a_time_is_left_alone(cell, matrix):
    as_expected(matrix[cell.name])


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
