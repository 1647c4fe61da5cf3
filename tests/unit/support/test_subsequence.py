from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.support.subsequence import rising


@settings(derandomize=True)
@given(st.lists(st.integers(0, 9), max_size=9))
def test_it_rises_and_none_is_longer(values):
    found = rising(values)
    taken = [values[position] for position in found]
    assert found == sorted(found)
    assert all(one < other for one, other in pairwise(taken))
    longest = max(
        size
        for size in range(len(values) + 1)
        if any(all(a < b for a, b in pairwise(part)) for part in combinations(values, size))
    )
    assert len(taken) == longest
