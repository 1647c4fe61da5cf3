"""What a viewer is told when no candidate showed a picture."""

from __future__ import annotations

from collections.abc import Sequence

from tunerr.errors import ContentProtected, NoVideoData, TuneError, TuneFailed, UpstreamError

# Reasons of upstreams that were reached and brought no television. "timeout" is one: a connection that can't be made is
# given up (as "unreachable") long before the time for the tune is over.
_ANSWERED = frozenset({"empty", "ended", "garbage", "html", "key", "reset", "stalled", "timeout"})


def verdict(failures: Sequence[UpstreamError]) -> TuneError:
    """811 when all were protected, 807 when one answered without television in it, else 806."""
    if not failures:
        return TuneFailed("The channel has no stream that could be tried.")
    text = " ".join(dict.fromkeys(failure.message for failure in failures))
    hint = failures[-1].hint
    if all(failure.reason == "drm" for failure in failures):
        return ContentProtected(text, hint=hint)
    if any(failure.reason in _ANSWERED for failure in failures):
        return NoVideoData(text, hint=hint)
    return TuneFailed(text, hint=hint)
