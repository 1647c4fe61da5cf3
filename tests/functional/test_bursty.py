"""Healthy sources that send much at a time are left alone."""

import pytest

from tests.tools.failover_table import BURSTY


@pytest.mark.client
@pytest.mark.timeout(900)
@pytest.mark.parametrize("cell", BURSTY, ids=lambda cell: cell.id)
def test_a_bursty_source_is_left_alone(cell, matrix):
    seen = matrix[cell.name]
    print(seen.row())
    assert not (missed := seen.misses()), "\n".join(missed)
