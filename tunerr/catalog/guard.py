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

_ACCEPT = "accept it in the deck or with `iptv-tunerr source accept`"


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


def judge(
    answer: Answer, *, last_good: int, history: Sequence[Answer], withdrawn: bool = False, accept_shrink: bool = False
) -> Verdict:
    """Judge an answer of a source by its last good count (0 when there is none) and its earlier ones, oldest first.

    `withdrawn`: the operator took this very answer back; it can prove nothing. `accept_shrink`: the operator wants it.
    """
    if accept_shrink:
        return Verdict(accepted=True)
    if withdrawn:
        return Verdict(
            accepted=False,
            message=f"The provider's answer ({answer.channels:,} channels) is the one that was taken back by a "
            f"roll-back; the {last_good:,} channels of before are kept.",
            hint=f"Other answers are judged as always. If you want this one after all, {_ACCEPT}.",
        )
    if answer.channels >= SHRINK_FLOOR * last_good or _is_proved(answer, history):
        return Verdict(accepted=True)
    seen = len(_same(answer, history))
    return Verdict(
        accepted=False,
        message=f"The provider now has {answer.channels:,} channels, {last_good:,} before: "
        f"{1 - answer.channels / last_good:.0%} are gone, and more than {1 - SHRINK_FLOOR:.0%} at once is not believed."
        f" The {last_good:,} are kept.",
        hint=f"If that is right, {_ACCEPT}; otherwise it is taken when the same answer has stood for 24 hours "
        f"(seen {seen} {'time' if seen == 1 else 'times'} so far).",
    )


def _same(answer: Answer, history: Sequence[Answer]) -> list[Answer]:
    """Return the answer and those right before it that were refused with the same channels, newest first."""
    same = [answer]
    for earlier in reversed(history):
        if not earlier.refused or earlier.fingerprint != answer.fingerprint:
            break
        same.append(earlier)
    return same


def _is_proved(answer: Answer, history: Sequence[Answer]) -> bool:
    same = _same(answer, history)
    return len(same) >= PROOF_FETCHES and answer.at - same[-1].at >= PROOF_SECONDS
