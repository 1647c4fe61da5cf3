"""What a stage is given and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tunerr.lineup.rules.candidate import Candidate
from tunerr.lineup.rules.chosen import LineupRules
from tunerr.lineup.rules.coverage import GuideCoverage

PATTERN_SECONDS = 2.0
"""The longest that one expression of the operator works on all names."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the rules are applied with. `held`: channels with numbers, in order of precedence. `now`: Unix seconds.

    `failed`: channels none of whose streams passed its test. `limit`: channels of all devices together. `free`: sources
    that are free.
    """

    rules: LineupRules
    now: float
    limit: int
    held: Sequence[str] = ()
    failed: frozenset[str] = frozenset()
    coverage: GuideCoverage | None = None
    free: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one stage did. `order` has every channel that it was given; all mappings are by channel id.

    `left_out` and `kept` are reasons, as ends of "left out: …" and "kept: …". `into`: where the streams of a channel
    that was left out as a duplicate go. `summary`: the rule in a few words.
    """

    order: Sequence[Candidate]
    left_out: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    into: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""


class Skipped(NamedTuple):
    """A stage that is in force and could not do its work; `note` says why."""

    note: str


class Stage(NamedTuple):
    """One step of the pipeline. `run` answers None when its rule is not in force.

    A `filter` is passed by channels that the operator put in, and one that would leave nothing is not applied.
    """

    id: str
    title: str
    run: Callable[[Sequence[Candidate], Given], Outcome | Skipped | None]
    filter: bool = True


def leave_out(channels: Sequence[Candidate], reason: Callable[[Candidate], str], *, summary: str) -> Outcome:
    """Leave out the channels that have a reason; an empty one keeps the channel."""
    found = ((channel.id, reason(channel)) for channel in channels)
    return Outcome(channels, {key: text for key, text in found if text}, summary=summary)
