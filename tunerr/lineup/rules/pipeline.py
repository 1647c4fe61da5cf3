"""The stages in their order, and one decision for each channel. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tunerr.lineup.rules import base, duplicates, programming, recipes, window
from tunerr.lineup.rules.candidate import Candidate
from tunerr.lineup.rules.free import free
from tunerr.lineup.rules.ordinal import ordinal
from tunerr.lineup.rules.shape import shape
from tunerr.lineup.rules.stage import Given, Outcome, Skipped, Stage

GUIDE_POLICY = "guide-policy"
"""The stage that leaves channels out for their guide."""

LIMIT = "limit"
"""The stage that leaves out what no device has a place for."""

STAGES: tuple[Stage, ...] = (
    Stage("disabled", "Taken out by you", window.disabled, filter=False),
    Stage("hosts", "Hosts that are not used", base.hosts),
    Stage("guide-id", "Channels without a tvg-id", base.guide_id),
    Stage("music", "Music and radio", base.music),
    Stage("sports", "Sports", base.sports),
    Stage("ids", "Excluded channels", base.ids),
    Stage("language", "Language", base.language),
    Stage("expression", "Exclude regex", base.expression),
    Stage("free", "Free sources", free),
    Stage("dna", "DNA policy", duplicates.dna),
    Stage("programming", "Picked groups and channels", programming.picks),
    Stage("backups", "Exact backups", duplicates.backups),
    Stage("programming-order", "Order of the programming recipe", programming.order),
    Stage("exclude-recipe", "Exclude recipe", recipes.exclude),
    Stage("recipe", "Recipe", recipes.recipe),
    Stage("shape", "Shape", shape),
    Stage("dedupe", "Dedupe", duplicates.dedupe),
    Stage("own-order", "Places given by you", window.own_order),
    Stage("window", "Skip and take", window.window),
    Stage("resequence", "Numbers in order", window.resequence),
    Stage(LIMIT, "The limit", window.cap, filter=False),
    Stage("offset", "Number offset", window.offset),
    Stage("probe", "Streams that failed their test", window.failed),
    Stage(GUIDE_POLICY, "Guide policy", window.guide_policy),
)
"""The order is part of the contract; what `dna` leaves is the raw lineup."""

OVERRIDE = "override"
"""The stage of channels that the operator put in past a filter."""

KEPT = "lineup"
"""The stage of other channels that are kept."""

RAW_AFTER = "dna"

_EXAMPLES = 5


class Decision(NamedTuple):
    """What became of one channel. `place`: in the lineup when kept, else before the stage that left it out; from 1.

    `into`: the kept channel that takes its streams as backups, when it was left out as a duplicate.
    """

    channel: Candidate
    kept: bool
    stage: str
    reason: str
    place: int
    into: str = ""


class StageReport(NamedTuple):
    """What one stage left out, with examples (name, reason), or why it was not applied (`note`)."""

    stage: str
    summary: str
    left_out: int
    examples: tuple[tuple[str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """One decision for each channel, the kept ones first and in the order of the lineup; `raw` counts (see STAGES)."""

    decisions: tuple[Decision, ...]
    stages: tuple[StageReport, ...]
    raw: int
    kept: int


@dataclass(slots=True)
class _Board:
    """The pipeline while it runs."""

    current: list[Candidate]
    left_out: list[Decision] = field(default_factory=list)
    why: dict[str, str] = field(default_factory=dict)
    passed: dict[str, str] = field(default_factory=dict)
    into: dict[str, str] = field(default_factory=dict)
    reports: list[StageReport] = field(default_factory=list)

    def run(self, stage: Stage, given: Given) -> None:
        outcome = stage.run(self.current, given)
        match outcome:
            case Outcome():
                self._apply(stage, outcome)
            case Skipped(note=note):
                self.reports.append(StageReport(stage.id, stage.title, 0, note=note))

    def _apply(self, stage: Stage, outcome: Outcome) -> None:
        gone = self._gone(stage, outcome)
        if gone and stage.filter and len(gone) == len(self.current):
            note = f"it would leave nothing, so it was not applied ({outcome.summary})"
            self.reports.append(StageReport(stage.id, outcome.summary, 0, note=note))
            return
        places = {channel.id: place for place, channel in enumerate(outcome.order, 1)} if gone else {}
        out = [channel for channel in outcome.order if channel.id in gone]
        self.left_out += [
            Decision(one, kept=False, stage=stage.id, reason=f"left out: {gone[one.id]}", place=places[one.id])
            for one in out
        ]
        self.current = [channel for channel in outcome.order if channel.id not in gone]
        self.why |= outcome.kept
        self.into |= {key: winner for key, winner in outcome.into.items() if key in gone}
        if gone:
            examples = tuple((one.name, gone[one.id]) for one in out[:_EXAMPLES])
            self.reports.append(StageReport(stage.id, outcome.summary, len(gone), examples))

    def _gone(self, stage: Stage, outcome: Outcome) -> dict[str, str]:
        """Return what leaves; channels that the operator put in stay, with the first reason against them."""
        if not stage.filter:
            return dict(outcome.left_out)
        gone = {}
        for channel in self.current:
            reason = outcome.left_out.get(channel.id)
            if reason is None:
                continue
            if channel.forced:
                self.passed.setdefault(channel.id, reason)
            else:
                gone[channel.id] = reason
        return gone

    def keep(self) -> list[Decision]:
        return [self._kept(channel, place) for place, channel in enumerate(self.current, 1)]

    def _kept(self, channel: Candidate, place: int) -> Decision:
        against = self.passed.get(channel.id)
        if against is None:
            why = self.why.get(channel.id, "in the order of the sources")
            return Decision(channel, True, KEPT, f"kept: {ordinal(place)} {why}", place)
        reason = f"kept: {ordinal(place)}, you put it in; otherwise left out: {against}"
        return Decision(channel, True, OVERRIDE, reason, place)

    def backups(self, kept: Sequence[Decision]) -> Iterator[Decision]:
        """What was left out; duplicates with the kept channel that takes their streams."""
        ids = {decision.channel.id for decision in kept}
        for decision in self.left_out:
            is_duplicate = decision.channel.id in self.into
            yield decision._replace(into=_end(decision.channel.id, self.into, ids)) if is_duplicate else decision


def plan(channels: Sequence[Candidate], given: Given) -> Plan:
    """Run all stages. The channels are in the order of sources and playlists, each id once."""
    board = _Board(list(channels))
    raw = len(board.current)
    for stage in STAGES:
        board.run(stage, given)
        if stage.id == RAW_AFTER:
            raw = len(board.current)
    kept = board.keep()
    return Plan(
        (*kept, *board.backups(kept)),
        tuple(board.reports),
        raw,
        len(kept),
    )


def _end(channel: str, into: dict[str, str], kept: set[str]) -> str:
    """Follow duplicates of duplicates to a channel that is kept; empty when the last one is not."""
    while channel in into:
        channel = into[channel]
        if channel in kept:
            return channel
    return ""
