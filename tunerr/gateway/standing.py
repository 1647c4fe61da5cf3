"""How the sources of a session stand, put into values and words."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from tunerr.errors import ActionRefused
from tunerr.gateway.accounts import Accounts
from tunerr.gateway.now import CandidateNow, Standing
from tunerr.gateway.rotation import Turn
from tunerr.gateway.selector import Candidate

_WAIT = "Wait for how that ends; the timeline tells it."


def standings(
    turns: Sequence[Turn], *, playing: Candidate | None, opening: Collection[Candidate], accounts: Accounts
) -> tuple[CandidateNow, ...]:
    """The candidates, best first. `playing` feeds the viewers, `opening` are being tried."""
    own = next((turn.account for turn in turns if turn.candidate is playing), "")
    return tuple(_candidate(turn, _standing(turn, playing, opening, own, accounts)) for turn in turns)


def no_other(turns: Sequence[Turn], playing: Candidate | None, *, trying: bool) -> ActionRefused:
    """Why there is no other source than the one that is `playing` to go to, and what to do.

    `trying`: another one is being opened.
    """
    if len(turns) == 1:
        return ActionRefused("The channel has one source only.", hint="Add a provider that has the channel too.")
    if playing is None:
        return ActionRefused("No source plays; they are tried by themselves.", hint=_WAIT)
    if trying:
        return ActionRefused("Another source is being tried already.", hint=_WAIT)
    soonest = min((turn.wait for turn in turns if turn.candidate != playing), default=math.inf)
    if math.isinf(soonest):
        return ActionRefused("No other source of the channel can be played.", hint="The list of sources says why.")
    return ActionRefused(
        f"The other sources failed lately; the first of them may be tried in {math.ceil(soonest)} s.",
        hint="Ask again then.",
    )


def _candidate(turn: Turn, standing: Standing) -> CandidateNow:
    return CandidateNow(
        source=turn.candidate.stream.source,
        host=turn.host,
        label=turn.label,
        reasons=turn.candidate.reasons,
        standing=standing,
        wait=turn.wait if standing is Standing.WAITING else 0.0,
        trouble=turn.trouble,
        troubled_at=turn.troubled_at,
    )


def _standing(
    turn: Turn, playing: Candidate | None, opening: Collection[Candidate], own: str, accounts: Accounts
) -> Standing:
    if turn.candidate is playing:
        return Standing.PLAYING
    if any(turn.candidate is one for one in opening):
        return Standing.OPENING
    if turn.wait > 0:
        return Standing.WAITING if math.isfinite(turn.wait) else Standing.NEVER
    # The one that plays makes room for another of its own account.
    return Standing.FULL if turn.account != own and accounts.full(turn.account) else Standing.READY
