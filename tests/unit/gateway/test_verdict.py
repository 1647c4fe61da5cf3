import pytest

from tunerr.errors import UpstreamError
from tunerr.gateway.verdict import verdict


@pytest.mark.parametrize(("reasons", "code"), [
    ((), 806), (("refused",), 806), (("status", "slow"), 806), (("unreachable",), 806),
    (("unreachable", "timeout"), 807), (("garbage",), 807),
    (("drm",), 811), (("drm", "drm"), 811),
    (("drm", "refused"), 806), (("html",), 807), (("refused", "empty"), 807), (("drm", "ended"), 807),
])  # fmt: skip
def test_the_code_that_a_viewer_gets(reasons, code):
    error = verdict([UpstreamError(f"{reason}.", reason=reason) for reason in reasons])
    assert error.code == code
    assert all(f"{reason}." in error.message for reason in reasons)
