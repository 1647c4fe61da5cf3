"""Is a much smaller answer the provider's will or its bad day? Pure.

Media servers forget mappings and recordings of channels that vanish, so a sudden loss has to prove itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SHRINK_FLOOR = 0.6
"""Share of the last good count below which an answer is refused (issue 2, core 4)."""

PROOF_SECONDS = 24 * 3600
PROOF_FETCHES = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a source: when, how many channels, which set of them, and whether it was refused."""

    at: float
    channels: int
    fingerprint: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an answer may be published; `message` and `hint` are the operator's words when not."""

    accepted: bool
    message: str = ""
    hint: str = ""


def judge(answer: Answer, *, last_good: int, history: Sequence[Answer], accept_shrink: bool) -> Verdict:
    """Judge an answer by the last good count (0 when there is none) and the earlier answers, oldest first."""
    if accept_shrink or answer.channels >= SHRINK_FLOOR * last_good:
        return Verdict(accepted=True)
    same = [answer]
    for earlier in reversed(history):
        if not earlier.refused or earlier.fingerprint != answer.fingerprint:
            break
        same.append(earlier)
    if len(same) >= PROOF_FETCHES and answer.at - same[-1].at >= PROOF_SECONDS:
        return Verdict(accepted=True)
    return Verdict(
        accepted=False,
        message=f"The provider now has {answer.channels:,} channels, {last_good:,} before; the {last_good:,} are kept.",
        hint="If that is right, accept it in the deck or with `iptv-tunerr source accept`; otherwise it is taken when "
        "the same answer has stood for 24 hours "
        f"(seen {len(same)} {'time' if len(same) == 1 else 'times'} so far).",
    )
