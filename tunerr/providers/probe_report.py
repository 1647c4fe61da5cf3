"""What a probe found: plain values, their order, and the one sentence of what to do next. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tunerr.providers.verdicts import ABOUT_THE_ACCOUNT, Verdict
from tunerr.support.causes import Cause

_BLOCKS = frozenset({Cause.FORBIDDEN, Cause.BANNED, Cause.CLOUDFLARE_BLOCK})
_NETWORK = frozenset({Cause.DNS, Cause.REFUSED, Cause.UNREACHABLE, Cause.TIMEOUT})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One question. `agent` names the User-Agent that was tried, empty for the usual one; `status` 0: no answer.

    `seconds` from the request to the first bytes of the answer.
    """

    question: str
    agent: str
    status: int
    seconds: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Probed:
    """One host with one account, or one playlist; `rank` from 1 among those that work.

    `agent`: the whole User-Agent that it has to be asked with, empty for the usual one.
    """

    name: str
    host: str
    site: str
    attempts: tuple[Attempt, ...]
    agent: str = ""
    rank: int | None = None

    @property
    def verdict(self) -> Verdict:
        """What is said of the account counts most, then a good answer, then the first failure."""
        verdicts = [attempt.verdict for attempt in self.attempts]
        refused = [verdict for verdict in verdicts if verdict.cause in ABOUT_THE_ACCOUNT]
        good = [verdict for verdict in verdicts if verdict.ok]
        return (refused or good or verdicts)[0]

    @property
    def seconds(self) -> float | None:
        """Latency of the fastest good answer; None when there was none."""
        return min((attempt.seconds for attempt in self.attempts if attempt.verdict.ok), default=None)


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """Those that work come first, fastest first. `advice` is what to do next."""

    targets: tuple[Probed, ...]
    advice: str

    @property
    def agents(self) -> Mapping[str, str]:
        """The User-Agent that works, by host: for those hosts that refuse the usual one."""
        return {target.host: target.agent for target in self.targets if target.agent}

    @property
    def usual(self) -> tuple[str, ...]:
        """The hosts that work with the usual User-Agent."""
        good = {target.host for target in self.targets if target.verdict.ok and not target.agent}
        return tuple(sorted(good - self.agents.keys()))

    def document(self) -> dict[str, Any]:
        """The report for JSON."""
        return {"advice": self.advice, "targets": [_row(target) for target in self.targets]}


def reported(targets: Iterable[Probed]) -> ProbeReport:
    """Rank the targets and find the advice."""
    found = list(targets)
    good = sorted((one for one in found if one.verdict.ok), key=lambda one: one.seconds or 0.0)
    ranked = tuple(replace(one, rank=rank) for rank, one in enumerate(good, start=1))
    others = tuple(one for one in found if not one.verdict.ok)
    return ProbeReport((*ranked, *others), _good_advice(ranked) if ranked else _bad_advice(others))


def _good_advice(ranked: tuple[Probed, ...]) -> str:
    best = ranked[0]
    said = f"Use {best.site}" if len(ranked) == 1 else f"Use {best.site}, the fastest of {len(ranked)} that work"
    if best.agent:
        said += f", with the User-Agent {best.agent!r}"
    blocked = [one for one in best.attempts if one.question.startswith("get.php") and not one.agent]
    if blocked and not any(one.verdict.ok for one in best.attempts if one.question.startswith("get.php")):
        said += "; it gives its channels by player_api.php only, which is what is asked first"
    return said + "."


def _bad_advice(targets: tuple[Probed, ...]) -> str:
    if not targets:
        return "There is nothing to probe: set a playlist or a panel."
    causes = [one.verdict.cause for one in targets]
    several = len({one.host for one in targets}) > 1
    if several and _NETWORK.issuperset(causes):
        return "No host can be reached: check this machine's network and DNS, then the hosts."
    if several and _BLOCKS.issuperset(causes):
        return (
            "All hosts refuse: your network address is probably blocked, so try a proxy for the source or another line."
        )
    usual = Counter(causes).most_common(1)[0][0]
    return next(one.verdict.advice for one in targets if one.verdict.cause is usual)


def _row(target: Probed) -> dict[str, Any]:
    verdict, seconds = target.verdict, target.seconds
    return {
        "name": target.name,
        "site": target.site,
        "status": verdict.status.value,
        "cause": verdict.cause.value,
        "rank": target.rank,
        "latency_ms": None if seconds is None else round(seconds * 1000),
        "sentence": verdict.sentence,
        "advice": verdict.advice,
        "user_agent": target.agent,
        "attempts": [
            {
                "question": one.question,
                "user_agent": one.agent,
                "http_status": one.status or None,
                "latency_ms": round(one.seconds * 1000),
                "status": one.verdict.status.value,
                "cause": one.verdict.cause.value,
            }
            for one in target.attempts
        ],
    }
