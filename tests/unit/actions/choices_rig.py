"""The operator's acts over a real state.db and a real catalog."""

import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.tools.clock import ManualClock
from tests.unit.catalog.lists import first_channels, in_force, ingest
from tunerr.actions.audit import Audit
from tunerr.actions.channels import OperatorChannels
from tunerr.actions.draft import Draft
from tunerr.actions.finding import ChannelFinder
from tunerr.actions.identity import OperatorIdentity
from tunerr.actions.rules import OperatorRules
from tunerr.actions.sources import OperatorSources
from tunerr.actions.transfer import Transfer
from tunerr.actions.undo import Undoing
from tunerr.catalog.reader import CatalogReader
from tunerr.catalog.search import CatalogSearch
from tunerr.lineup.ledger import NumberLedger
from tunerr.model.channel import Lineup, LineupChannel, SourceId
from tunerr.model.numbers import GuideNumber
from tunerr.model.source import Source
from tunerr.model.url import SecretUrl
from tunerr.storage.choices import Choices
from tunerr.storage.connection import open_server
from tunerr.storage.draft import DraftStore
from tunerr.support.tasks import Supervisor

PLAYLIST = """#EXTM3U
#EXTINF:-1 tvg-id="one" group-title="News",BBC One
http://one/a.ts
#EXTINF:-1 tvg-id="two" group-title="News",BBC Two
http://one/user/secret/2.ts
#EXTINF:-1 tvg-id="nine" group-title="Sport",Arena
http://one/c.ts
#EXTINF:-1 tvg-id="nine-b" group-title="Extra",Arena
http://one/d.ts
"""
ENVIRONMENT = (Source(SourceId("m3u"), "playlist", SecretUrl("http://env/list.m3u?token=t0p"), 1.0),)


@dataclass
class Rig:
    choices: Choices
    sources: OperatorSources
    channels: OperatorChannels
    draft: Draft
    identity: OperatorIdentity
    rules: OperatorRules
    transfer: Transfer
    undoing: Undoing
    finder: ChannelFinder
    ledger: NumberLedger
    clock: ManualClock
    lineup: Lineup
    reloads: list = field(default_factory=list)

    async def held(self):
        kinds = ("source", "channel", "identity", "lineup")
        return {(kind, key): text for kind in kinds for key, text in (await self.choices.all(kind)).items()}

    async def said(self):
        """The latest row of the journal."""
        row = (await self.choices.journal(1))[0]
        return row.who, row.act, row.subject, row.detail


@contextlib.asynccontextmanager
async def rig(folder):
    """BBC One and BBC Two are offered as 1 and 5.1; the two Arenas are in the catalog alone."""
    ingest(folder, PLAYLIST)
    state = await open_server(folder / "state.db", kind="state")
    catalog = await open_server(folder / "catalog.db", kind="catalog", readonly=True)
    clock, reloads = ManualClock(), []
    choices, ledger = Choices(state=state, clock=clock), NumberLedger(state=state, clock=clock)
    reader = CatalogReader(catalog=catalog, sources=in_force("m3u"))
    one, two = await first_channels(reader, 2)
    numbers = (GuideNumber(1), GuideNumber(5, 1))
    rows = tuple(LineupChannel(number, channel) for number, channel in zip(numbers, (one, two), strict=True))
    lineup = Lineup(version="1", built_at=datetime(2026, 1, 1, tzinfo=UTC), channels=rows)

    async def reload(*_kinds):
        reloads.append(len(reloads))

    finder = ChannelFinder(lineup=lambda: lineup, catalog=CatalogSearch(catalog=catalog, sources=in_force("m3u")))
    common = {"choices": choices, "reload": reload}
    background = Supervisor()
    try:
        yield Rig(
            choices=choices,
            sources=OperatorSources(environment=ENVIRONMENT, **common),
            channels=OperatorChannels(finder=finder, catalog=reader, reserved_by=ledger.holder, **common),
            draft=Draft(
                store=DraftStore(state=state, clock=clock),
                audit=Audit(state=state, clock=clock),
                names=finder.named,
                reserved_by=ledger.holder,
                background=background,
                **common,
            ),
            identity=OperatorIdentity(find=finder.find, **common),
            rules=OperatorRules(**common),
            transfer=Transfer(
                environment=ENVIRONMENT,
                names=finder.named,
                **common,
            ),
            undoing=Undoing(**common),
            finder=finder,
            ledger=ledger,
            clock=clock,
            lineup=lineup,
            reloads=reloads,
        )
    finally:
        await background.aclose()
        await state.close()
        await catalog.close()
