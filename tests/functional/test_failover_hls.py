"""The failover matrix on live HLS, each fault with each form of playlist."""

import pytest

from tests.tools.failover_table import HLS


@pytest.mark.client
@pytest.mark.timeout(900)
@pytest.mark.parametrize("cell", HLS, ids=lambda cell: cell.id)
def test_a_fault_on_live_hls(cell, matrix):
    seen = matrix[cell.name]
    print(seen.row())
    assert not (missed := seen.misses()), "\n".join(missed)
