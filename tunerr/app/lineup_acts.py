"""Acts on the lineup as a whole: why, groups, preview, numbers, tests."""

from __future__ import annotations

from typing import Any

from tunerr.actions.audit import Audit
from tunerr.actions.finding import ChannelFinder
from tunerr.actions.rules import OperatorRules
from tunerr.actions.validation import begin_testing, end_testing, how_testing_stands, try_channel
from tunerr.app.acts import WHO
from tunerr.app.arguments import Act, Arguments
from tunerr.app.core import Core
from tunerr.app.renumbering import Renumbering
from tunerr.errors import ActionRefused
from tunerr.lineup.plan import Change, Summary
from tunerr.lineup.renumber import Renumbered
from tunerr.model.channel import ChannelId, LineupChannel
from tunerr.support.tasks import Supervisor


class LineupActs:
    """Joined to the running parts; `table` is for the control socket."""

    def __init__(
        self,
        core: Core,
        finder: ChannelFinder,
        rules: OperatorRules,
        renumbering: Renumbering,
        background: Supervisor,
    ) -> None:
        self._core = core
        self._renumbering = renumbering
        self._finder = finder
        self._rules = rules
        self._background = background
        self._audit: Audit = core.desk.audit

    def table(self) -> dict[str, Act]:
        """All of them."""
        return {
            "channel-why": self._why,
            "channel-renumber": self._renumber,
            "channel-test": self._test,
            "channel-test-status": self._test_status,
            "channel-test-end": self._test_end,
            "groups": self._groups,
            "rules-preview": self._preview,
        }

    async def _why(self, given: Arguments) -> dict[str, Any]:
        channel = (await self._finder.find(given.text("channel"))).id
        decision = await self._core.offering.plans.why(channel)
        if decision is None:
            raise ActionRefused("No plan knows this channel yet.", hint="Wait for the refresh that is on its way.")
        row = self._offered(channel)
        return decision._asdict() | {"number": str(row.number) if row else ""}

    async def _groups(self, _: Arguments) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        while page := await self._core.offering.plans.groups(after=len(rows)):
            rows += [row._asdict() for row in page]
        return rows

    async def _preview(self, given: Arguments) -> dict[str, Any]:
        rules = await self._rules.tried(given.table("changes"))
        return _told((await self._core.offering.planner.preview(rules)).summary)

    async def _renumber(self, given: Arguments) -> Any:
        changes = await self._renumbering.shown(start=given.number("start"), offset=given.number("offset"))
        if not given.flag("apply"):
            return [_row(change, self._name(change.channel)) for change in changes]
        return await self._renumbering.apply(changes, who=WHO)

    def _name(self, channel: ChannelId) -> str:
        row = self._offered(channel)
        return row.channel.name if row else channel

    def _offered(self, channel: ChannelId) -> LineupChannel | None:
        lineup = self._core.lineup.current
        return lineup.by_id.get(channel) if lineup else None

    async def _test(self, given: Arguments) -> str:
        tests, channels = self._core.offering.tests, given.texts("channels")
        if not channels:
            return await begin_testing(tests.engine, tests, self._background, self._audit, who=WHO)
        found = [await self._finder.find(channel) for channel in channels]
        return "\n".join([await try_channel(tests, self._audit, who=WHO, channel=one.id) for one in found])

    async def _test_status(self, _: Arguments) -> str:
        return how_testing_stands(self._core.offering.tests.engine)

    async def _test_end(self, _: Arguments) -> str:
        return await end_testing(self._core.offering.tests.engine, self._audit, who=WHO)


def _row(change: Renumbered, name: str) -> dict[str, Any]:
    seen = "clients know the old number: they lose what is mapped to it" if change.seen else ""
    return {"old": str(change.old), "new": str(change.new), "name": name, "what is lost": seen}


def _told(summary: Summary) -> dict[str, Any]:
    """A plan as a person reads it."""
    compared = summary.difference
    return {
        "channels of the catalog": summary.channels,
        "offered": summary.kept,
        "added": _examples(compared.added),
        "removed": _examples(compared.removed),
        "moved": _examples(compared.moved),
        "stages": [
            {
                "stage": stage.stage,
                "rule": stage.summary,
                "left out": stage.left_out,
                "among them": ", ".join(example.name for example in stage.examples),
                "note": stage.note,
            }
            for stage in summary.stages
        ],
    }


def _examples(change: Change) -> str:
    names = ", ".join(change.examples)
    return f"{change.count:,} ({names}{', …' if change.count > len(change.examples) else ''})" if change.count else "0"
