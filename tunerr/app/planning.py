"""The plan of the lineup: rules, overrides and what is known of the streams, handed to the worker."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

import structlog

from tunerr.actions.choices_file import RULES
from tunerr.config.lineup import LineupSettings
from tunerr.errors import ActionRefused, ContentError
from tunerr.lineup.allotment import Devices
from tunerr.lineup.ledger import NumberLedger
from tunerr.lineup.overrides import ChannelOverrides
from tunerr.lineup.plan import Answer, Request
from tunerr.lineup.rules.candidate import RuleOverride
from tunerr.lineup.rules.chosen import LineupRules, in_force, read_rules
from tunerr.lineup.rules.coverage import GuideCoverage
from tunerr.lineup.rules.recipe_file import ProgrammingRecipe, read_recipe
from tunerr.model.channel import ChannelId
from tunerr.model.override import ChannelOverride
from tunerr.model.source import Source
from tunerr.storage.choices import Choices
from tunerr.storage.folder import DataFolder
from tunerr.support.clock import Clock
from tunerr.support.snapshot import Published
from tunerr.support.worker_client import Worker

log = structlog.get_logger(__name__)

# 50,000 channels take two seconds; a small board with a slow card takes its time.
_PLAN_SECONDS = 300.0


class LineupPlanner:
    """Has the worker run the rules over all channels that the sources serve."""

    def __init__(
        self,
        *,
        folder: DataFolder,
        worker: Worker,
        sources: Published[tuple[Source, ...]],
        choices: Choices,
        overrides: ChannelOverrides,
        ledger: NumberLedger,
        failed: Callable[[], Awaitable[Collection[ChannelId]]],
        coverage: Callable[[], Awaitable[GuideCoverage | None]],
        settings: LineupSettings,
        devices: Devices,
        clock: Clock,
    ) -> None:
        """`failed`: channels none of whose streams plays; `coverage`: what the guides have of all channels, if ready.

        Both are asked only when a rule looks at them.
        """
        self._folder = folder
        self._worker = worker
        self._sources = sources
        self._choices = choices
        self._overrides = overrides
        self._ledger = ledger
        self._failed = failed
        self._coverage = coverage
        self._settings = settings
        self._limit = devices.limit * devices.count
        self._clock = clock
        self._recipe: ProgrammingRecipe | None = None
        self.in_force = LineupRules()
        """The rules as they were read last."""

    async def plan(self) -> None:
        """Decide for every channel and publish the plan. Raises TunerrError; the plan before then stays."""
        answer = await self._run(await self.rules(), preview=False)
        for note in answer.summary.notes:
            log.warning("lineup rule", note=note)

    async def preview(
        self, chosen: LineupRules, overrides: Mapping[ChannelId, ChannelOverride] | None = None
    ) -> Answer:
        """Return what the operator's `chosen` rules and `overrides` (None: those in force) would offer.

        Nothing is published. Raises TunerrError.
        """
        rules, _ = in_force(chosen, self._settings, await self._programming())
        return await self._run(rules, overrides, preview=True)

    async def rules(self) -> LineupRules:
        """Return the rules in force: the operator's, with the settings on top."""
        text = await self._choices.get("lineup", RULES)
        try:
            chosen = read_rules(text) if text is not None else LineupRules()
        except ActionRefused as refused:  # written by another version: its channels must not be lost for that
            log.warning("the lineup's rules can't be read", error=refused.message, hint=refused.hint)
            chosen = LineupRules()
        self.in_force, _ = in_force(chosen, self._settings, await self._programming())
        return self.in_force

    async def _programming(self) -> ProgrammingRecipe | None:
        path = self._settings.programming_file
        if path is None:
            return None
        try:
            self._recipe = await asyncio.to_thread(read_recipe, path)
        except ContentError as error:
            log.warning("programming recipe", error=error.message, hint=error.hint)
        return self._recipe

    async def _run(
        self, rules: LineupRules, overrides: Mapping[ChannelId, ChannelOverride] | None = None, *, preview: bool
    ) -> Answer:
        if overrides is None:
            overrides = await self._overrides.all()
        promises, sources = await self._ledger.promises(), self._sources.current
        failed = frozenset(await self._failed() if rules.drop_failed else ())
        coverage = await self._coverage() if rules.looks_at_guide else None
        now = self._clock.now().timestamp()

        def request() -> dict[str, Any]:
            return Request(
                catalog_db=self._folder.catalog_db,
                sources=tuple(source.id for source in sources if source.kind == "playlist"),
                rules=rules,
                limit=self._limit,
                now=now,
                overrides={channel: RuleOverride.of(override) for channel, override in overrides.items()},
                held=promises.precedence(now),
                failed=failed,
                coverage=coverage,
                preview=preview,
                free=frozenset(source.id for source in sources if source.free),
            ).model_dump(mode="json")

        # Thousands of overrides take some ten milliseconds.
        answer = await self._worker.run("plan-lineup", await asyncio.to_thread(request), _PLAN_SECONDS)
        return await asyncio.to_thread(Answer.model_validate, answer)
