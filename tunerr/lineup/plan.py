"""A plan: what the rules made of the whole catalog. What the server asks the worker for, and what it is told."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from tunerr.lineup.rules.candidate import RuleOverride
from tunerr.lineup.rules.chosen import LineupRules
from tunerr.lineup.rules.coverage import GuideCoverage
from tunerr.model.channel import ChannelId
from tunerr.model.numbers import GuideNumber


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Request(_Message):
    """Of the job `plan-lineup`. `sources`: all configured ones, best first. `limit`: channels of all devices together.

    `held`: channels that hold numbers, in order of precedence. `failed`: channels none of whose streams passed its
    last test. `coverage`: None while the health of the guide isn't known. `preview`: compare, don't store.
    `free`: those of `sources` that are free.
    """

    catalog_db: Path
    sources: tuple[str, ...]
    rules: LineupRules
    limit: int = Field(ge=1)
    now: float
    overrides: dict[str, RuleOverride] = {}
    held: tuple[str, ...] = ()
    failed: frozenset[str] = frozenset()
    coverage: GuideCoverage | None = None
    preview: bool = False
    free: frozenset[str] = frozenset()


class Example(_Message):
    """One channel by name, and the reason in words (empty where the list says it)."""

    name: str
    reason: str = ""


class StageSummary(_Message):
    """One stage that was in force: what it left out, with examples, or in `note` why it was not applied."""

    stage: str
    summary: str
    left_out: int
    examples: tuple[Example, ...] = ()
    note: str = ""


class Change(_Message):
    """Channels that are affected in one way."""

    count: int
    examples: tuple[str, ...] = ()


class Difference(_Message):
    """A plan compared with the one in force before it. Moved: others come between, before or after them than before."""

    added: Change
    removed: Change
    moved: Change


class Summary(_Message):
    """A plan in figures. `raw`: channels after base filters and DNA policy; `made_at` in Unix seconds."""

    made_at: float
    channels: int
    raw: int
    kept: int
    stages: tuple[StageSummary, ...]
    difference: Difference

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about rules that could not be applied."""
        return tuple(f"{stage.stage}: {stage.note}" for stage in self.stages if stage.note)


class Offer(NamedTuple):
    """A channel that a preview would offer; `number` is what it wants, empty for any."""

    channel: str
    name: str
    group: str
    number: str


class Answer(_Message):
    """Of the job `plan-lineup`; `chosen` are the offered channels in their order, `offers` the same of a preview."""

    chosen: tuple[str, ...]
    summary: Summary
    offers: tuple[Offer, ...] = ()


class Decision(NamedTuple):
    """What became of one channel, in words. `place`: in the lineup, or before the stage that left it out; from 1.

    `into`: the offered channel whose backup it is, None for none. `number`: what the rules let it want.
    """

    channel: ChannelId
    name: str
    group: str
    source: str
    kept: bool
    stage: str
    reason: str
    place: int
    into: ChannelId | None
    number: GuideNumber | None
