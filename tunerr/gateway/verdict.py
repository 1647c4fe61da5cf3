"""What failures of upstreams mean."""

from __future__ import annotations

from collections.abc import Sequence

from tunerr.errors import AllTunersInUse, ContentProtected, NoVideoData, TuneError, TuneFailed, UpstreamError

# Reasons of upstreams that were reached and brought no television. "timeout" is one: a connection that can't be made is
# given up (as "unreachable") long before the time for the tune is over.
_ANSWERED = frozenset({"empty", "ended", "garbage", "html", "key", "reset", "stalled", "timeout"})
_TRANSIENT = frozenset({"empty", "ended", "reset", "unreachable"})
_PROTECTED = frozenset({"drm", "scrambled"})
_FULL = "account_full"
# What providers answer to one stream too many (contract.md, 3.2).
CONNECTION_LIMIT = frozenset({458, 509})
_SERVER_FAULT = 500


def is_transient(failure: UpstreamError) -> bool:
    """Whether the same request may well succeed a second later."""
    if failure.status is not None:
        return failure.status >= _SERVER_FAULT and failure.status not in CONNECTION_LIMIT
    return failure.reason in _TRANSIENT


def verdict(failures: Sequence[UpstreamError]) -> TuneError:
    """What a viewer is told when no candidate showed a picture.

    811 when all were protected, 805 when the last word was an account's limit of connections, 807 when one answered
    without television in it, else 806.
    """
    if not failures:
        return TuneFailed("The channel has no stream that could be tried.")
    text = " ".join(dict.fromkeys(failure.message for failure in failures))
    last = failures[-1]
    if all(failure.reason in _PROTECTED for failure in failures):
        return ContentProtected(text, hint=last.hint)
    if last.reason == _FULL or last.status in CONNECTION_LIMIT:
        return AllTunersInUse(text, hint=last.hint)
    if any(failure.reason in _ANSWERED for failure in failures):
        return NoVideoData(text, hint=last.hint)
    return TuneFailed(text, hint=last.hint)
