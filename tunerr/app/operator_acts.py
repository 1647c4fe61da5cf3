"""The operator's acts joined to the running parts: one table for the control socket, some of them for the deck."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

from tunerr.actions.channels import OperatorChannels
from tunerr.actions.draft import Draft
from tunerr.actions.finding import ChannelFinder
from tunerr.actions.guide_refresh import GuideRefresh
from tunerr.actions.identity import OperatorIdentity
from tunerr.actions.refresh import accept_shrink, refresh_sources
from tunerr.actions.rules import OperatorRules
from tunerr.actions.settings import OperatorSettings
from tunerr.actions.sources import OperatorSources, unknown_source
from tunerr.actions.transfer import Transfer
from tunerr.actions.undo import Undoing
from tunerr.app import acts
from tunerr.app.arguments import Act, Arguments
from tunerr.app.core import Core
from tunerr.app.guide_acts import GuideActs
from tunerr.app.lineup_acts import LineupActs
from tunerr.app.live_settings import LIVE, RULES, take_over
from tunerr.app.renumbering import Renumbering
from tunerr.catalog.history import History
from tunerr.catalog.search import CatalogSearch
from tunerr.errors import ActionRefused
from tunerr.model.channel import ChannelId, SourceId
from tunerr.providers.probe import Prober, targets_of
from tunerr.providers.probe_report import ProbeReport
from tunerr.storage.choices import Kind
from tunerr.storage.draft import DraftStore
from tunerr.support.snapshot import Published
from tunerr.support.tasks import Supervisor

_PROBE_SECONDS = 60.0
_JOB_SECONDS = 300.0


class OperatorActs:
    """Every act on the running parts; deck and commands share them."""

    def __init__(self, core: Core, background: Supervisor) -> None:
        choices, desk, ground = core.desk.choices, core.desk, core.ground
        self._core = core
        self._background = background
        self.history = History(ground.catalog)
        search = CatalogSearch(catalog=ground.catalog, sources=ground.sources)
        self.finder = ChannelFinder(lineup=lambda: core.lineup.current, catalog=search)
        self.sources = OperatorSources(choices=choices, environment=core.book.configured, reload=self._sources_changed)
        self.channels = OperatorChannels(
            choices=choices,
            finder=self.finder,
            catalog=core.offering.reader,
            reserved_by=core.offering.ledger.holder,
            reload=self._lineup_changed,
        )
        self.draft = Draft(
            choices=choices,
            store=DraftStore(state=desk.state, clock=desk.clock),
            audit=desk.audit,
            names=self.finder.named,
            reserved_by=core.offering.ledger.holder,
            background=background,
            reload=self._lineup_changed,
        )
        self.identity = OperatorIdentity(choices=choices, find=self.finder.find, reload=self._identity_changed)
        self.rules = OperatorRules(choices=choices, reload=self._lineup_changed)
        self.settings = OperatorSettings(
            choices=choices,
            loaded=lambda: core.settings_book.loaded,
            live=LIVE,
            rules=self.rules,
            rule_names=RULES,
            reload=self._settings_changed,
        )
        self.transfer = Transfer(
            choices=choices,
            environment=core.book.configured,
            names=self.finder.named,
            reload=self._changed,
        )
        self.guide = GuideActs(core, self.finder, self._lineup_changed, background)
        self.renumbering = Renumbering(core, background)
        self.undoing = Undoing(choices=choices, reload=self._changed)
        self.guide_refresh = GuideRefresh(refresh=core.cycle.refresh_guides, audit=desk.audit, background=background)
        self._audit = desk.audit
        self._probing = asyncio.Lock()
        self.probed: Published[tuple[ProbeReport | None, datetime | None]] = Published((None, None))
        """The last test of all providers, and when it ended."""

    async def refresh(self, who: str, source: SourceId | None) -> str:
        """Refresh one source or all."""
        return await refresh_sources(self._core.cycle, self._audit, who=who, source=source)

    async def accept(self, who: str, source: SourceId) -> str:
        """Take an answer that was refused."""
        return await accept_shrink(self._core.cycle, self._audit, who=who, source=source)

    async def roll_back(self, who: str, source: SourceId, generation: int | None) -> str:
        """Serve an earlier answer of a source again; a sentence."""
        core = self._core
        self._check_source(source)
        request = {
            "source": source,
            "generation": generation,
            "catalog_db": str(core.ground.folder.catalog_db),
            "now": core.ground.clock.now().timestamp(),
        }
        async with core.cycle.turn(source):
            report = await core.ground.worker.run("roll-back", request, _JOB_SECONDS)
        said = f"{source} serves generation {report['generation']} again: {report['channels']:,} channels."
        await self._audit.note(who=who, act="roll-back", subject=source, detail=said)
        await self._lineup_changed()
        return said

    def table(self) -> dict[str, Act]:
        """All acts of the control socket, except those of the deck's password."""
        return {
            **acts.source_acts(self.sources, self.transfer),
            **acts.refresh_acts(
                refresh=self.refresh,
                accept=self.accept,
                history=self._history,
                diff=self._diff,
                roll_back=self.roll_back,
            ),
            **acts.channel_acts(self.channels, self.finder),
            **acts.identity_acts(self.identity, self.finder, suggestions=self._suggestions, explain=self.explained),
            **acts.undo_acts(self.undoing),
            **acts.rules_acts(self.rules),
            **acts.agent_acts(self._core.ground.agents),
            "probe": self._probe,
            **LineupActs(self._core, self.finder, self.rules, self.renumbering, self._background).table(),
            **self.guide.table(),
        }

    async def probe(self, seconds: float = _PROBE_SECONDS) -> ProbeReport:
        """Ask all providers whether they work, each for at most `seconds`.

        As which player a host wants to be asked is remembered.
        """
        core = self._core
        prober = Prober(clients=core.ground.clients, clock=core.ground.clock, agents=core.ground.agents.fixed)
        async with self._probing:  # two at once would be the burst that providers ban for
            report = await prober.probe(targets_of(core.ground.sources.current), timeout=seconds)
            self.probed.publish((report, core.ground.clock.now()))
        await core.ground.agents.learn(report.agents, usual=report.usual)
        return report

    async def begin_probe(self, who: str) -> str:
        """Have all providers tested; `probed` has what comes of it. Raises ActionRefused in the demo."""
        self._check_something_to_probe()
        if self.is_probing:
            return "The providers are being tested already."
        await self._audit.note(who=who, act="provider-probe", subject="all providers")
        self._background.spawn(self.probe(), "probe")
        return "All providers are being tested; that takes up to a minute."

    @property
    def is_probing(self) -> bool:
        """Whether providers are being tested now."""
        return self._probing.locked()

    async def _probe(self, given: Arguments) -> dict[str, Any]:
        self._check_something_to_probe()
        return (await self.probe(given.number("seconds") or _PROBE_SECONDS)).document()

    def _check_something_to_probe(self) -> None:
        if self._core.demo:
            raise ActionRefused("There is no source to probe yet.", hint="Add one, or give --urls.")

    def _check_source(self, source: SourceId) -> None:
        known = [one.id for one in self._core.ground.sources.current]
        if source not in known:
            raise unknown_source(source, known)

    async def _history(self, source: SourceId) -> list[dict[str, Any]]:
        self._check_source(source)
        return [asdict(one) for one in await self.history.generations(source)]

    async def _diff(self, source: SourceId, old: int | None, new: int | None) -> dict[str, Any]:
        self._check_source(source)
        kept = [one.id for one in await self.history.generations(source)]
        if len(kept) < 2:  # noqa: PLR2004 - a difference needs two
            raise ActionRefused(f"{source} has fewer than two answers that are kept.")
        changes = await self.history.diff(source, old if old is not None else kept[1], new or kept[0])
        return {kind: asdict(change) for kind, change in changes.items()}

    async def explained(self, channel: ChannelId) -> list[dict[str, Any]]:
        """By what the entries of a channel are recognized; a job of the worker."""
        state_db = str(self._core.ground.folder.state_db)
        return await self._asked("explain-identity", "entries", state_db=state_db, channel=channel)

    async def _suggestions(self) -> list[dict[str, Any]]:
        return await self._asked("suggest-merges", "suggestions")

    async def _asked(self, job: str, answer: str, **more: str) -> list[dict[str, Any]]:
        """Return the rows that a job of the worker finds in the catalog."""
        ground = self._core.ground
        request = {"catalog_db": str(ground.folder.catalog_db), "sources": self._core.offering.reader.sources, **more}
        rows: list[dict[str, Any]] = (await ground.worker.run(job, request, _JOB_SECONDS))[answer]
        return rows

    async def _sources_changed(self) -> None:
        core = self._core
        await core.book.load()
        if core.book.is_demo is not core.demo:
            return  # this run ends now; the next one begins with these sources
        core.cycle.sources_changed()
        await self._lineup_changed()

    async def _lineup_changed(self) -> None:
        """What was chosen shows at once; the guide of the new lineup follows."""
        await asyncio.shield(self._background.spawn(self._core.cycle.replan(), "replan"))
        self._background.spawn(self._core.cycle.follow_lineup(), "render guide")

    async def _identity_changed(self) -> None:
        """Rulings count when the sources are read; that takes as long as they take to answer."""
        self._background.spawn(self._core.cycle.reread(), "read sources again")

    async def _settings_changed(self) -> None:
        await take_over(self._core, self._background)

    async def _changed(self, kinds: Collection[Kind]) -> None:
        """Take over choices of these kinds. Providers are asked only when they have to be."""
        if "setting" in kinds:
            await self._settings_changed()
        if set(kinds) == {"setting"}:
            return
        await (self._sources_changed() if "source" in kinds else self._lineup_changed())
        if "identity" in kinds:
            await self._identity_changed()
