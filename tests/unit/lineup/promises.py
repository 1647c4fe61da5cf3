"""Providers that change in every way, and the real parts from their answers to a lineup, all in one process."""

import asyncio
import json
import re
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.tools.clock import ManualClock
from tests.unit.catalog.lists import first_channels, in_force, ingest
from tunerr.actions.choices_file import RULES
from tunerr.catalog import roll_back
from tunerr.catalog.keys import stream_key
from tunerr.catalog.reader import CatalogReader
from tunerr.lineup.allotment import Devices
from tunerr.lineup.builder import LineupBuilder
from tunerr.lineup.favorites import Favorites
from tunerr.lineup.ledger import NumberLedger
from tunerr.lineup.overrides import ChannelOverrides
from tunerr.lineup.plan import Request
from tunerr.lineup.plan_job import run as plan
from tunerr.lineup.plan_reader import PlanReader
from tunerr.lineup.rules.candidate import RuleOverride
from tunerr.lineup.rules.chosen import LineupRules, read_rules
from tunerr.storage.choices import Choices
from tunerr.storage.connection import open_server

LIMIT = 4
SOURCES = ("m3u", "m3u-2")


@dataclass(frozen=True)
class Entry:
    """What a provider says of one channel; `path` is its place on any host."""

    tvg: str
    name: str
    path: str
    group: str = "News"
    wanted: str = ""
    variant: bool = False

    def addresses(self, source):
        yield f"http://h/{source}/{self.path}.ts"
        if self.variant:
            yield f"http://h/{source}/{self.path}-fhd.ts"

    def streams(self, source):
        return tuple(stream_key(source, address) for address in self.addresses(source))

    def text(self, source):
        names = (self.name, f"{self.name} FHD")
        return "".join(
            f'#EXTINF:-1 tvg-id="{self.tvg}" tvg-chno="{self.wanted}" group-title="{self.group}",{name}\n{address}\n'
            for name, address in zip(names, self.addresses(source), strict=False)
        )


class Provider:
    """One source: `rows` are its channels by a number that they keep for ever, `away` those that it lost."""

    def __init__(self, source, entries):
        self.source = source
        self.rows = dict(enumerate(entries))
        self.away = {}

    def text(self):
        return "#EXTM3U\n" + "".join(entry.text(self.source) for entry in self.rows.values())


class Program:
    """State, catalog and the parts of a server over them; a restart makes all parts new."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="promises-"))
        self.runner = asyncio.Runner()
        self.clock = ManualClock()
        self.devices = 1
        self.runner.run(self._open())

    async def _open(self):
        self._state = await open_server(self.folder / "state.db", kind="state")
        self._catalog = await open_server(self.folder / "catalog.db", kind="catalog", readonly=True)
        # Flushing to the disk is what takes the time; these tests have no power cuts.
        await self._state.execute("PRAGMA synchronous = OFF")
        self.choices = Choices(state=self._state, clock=self.clock)
        self.ledger = NumberLedger(state=self._state, clock=self.clock)
        self.overrides = ChannelOverrides(self.choices)
        self.reader = CatalogReader(catalog=self._catalog, sources=in_force(*SOURCES))
        self.plans = PlanReader(catalog=self._catalog)

    async def _close(self):
        await self._catalog.close()
        await self._state.close()

    def restart(self):
        self.runner.run(self._close())
        self.runner.run(self._open())

    def end(self):
        self.runner.run(self._close())
        self.runner.close()
        shutil.rmtree(self.folder)

    @property
    def now(self):
        return self.clock.now().timestamp()

    def tick(self):
        self.clock.advance(1.0)
        return self.now

    def fetched(self, source, text, *, accept=False):
        return ingest(self.folder, text, source=source, sources=SOURCES, at=self.tick(), accept_shrink=accept)

    def roll_back(self, source, generation=None):
        request = {"source": source, "generation": generation, "catalog_db": str(self.folder / "catalog.db")}
        return roll_back.run(request | {"now": self.tick()})

    def choose(self, kind, key, document):
        text = None if document is None else json.dumps(document)
        self.runner.run(self.choices.put([(kind, key, text)], who="test", act="test", subject=key))

    def chosen(self, kind):
        return {key: json.loads(text) for key, text in self.runner.run(self.choices.all(kind)).items()}

    def rules(self):
        return read_rules(json.dumps(self.chosen("lineup").get(RULES, {})))

    def lineup(self):
        """Plan and build; what is offered now."""
        return self.runner.run(self._lineup())

    async def _lineup(self):
        text = (await self.choices.all("lineup")).get(RULES)
        promises = await self.ledger.promises()
        request = Request(
            catalog_db=self.folder / "catalog.db",
            sources=SOURCES,
            rules=read_rules(text) if text else LineupRules(),
            limit=LIMIT * self.devices,
            now=self.now,
            overrides={one: RuleOverride.of(wish) for one, wish in (await self.overrides.all()).items()},
            held=promises.precedence(self.now),
        )
        plan(request.model_dump(mode="json"))
        builder = LineupBuilder(
            reader=self.reader,
            plans=self.plans,
            overrides=self.overrides,
            rank=lambda channel, _order: channel,
            ledger=self.ledger,
            favorites=Favorites(state=self._state, clock=self.clock),
            devices=Devices(LIMIT, self.devices),
            clock=self.clock,
        )
        return await builder.build()

    def catalog(self):
        """All channels that the sources serve, by id."""
        return {channel.id: channel for channel in self.runner.run(first_channels(self.reader, 1000))}

    def generations(self, source):
        with sqlite3.connect(self.folder / "catalog.db") as db:
            rows = db.execute(
                "SELECT id FROM generation WHERE source = ? AND published_at IS NOT NULL ORDER BY id", (source,)
            ).fetchall()
            served = db.execute("SELECT generation FROM served WHERE source = ?", (source,)).fetchone()
        db.close()
        return [row[0] for row in rows], served and served[0]


def wanted(channels, rules, overrides):
    """Ids that the rules of these tests leave, told apart by the words of the documents alone."""
    asked = {one: overrides.get(one, {}) for one in channels}
    there = [one for one in channels if asked[one].get("enabled") is not False]

    def named_well(one):
        names = (asked[one].get("name", channels[one].name), channels[one].tvg_id)
        return not any(re.search(rules.exclude_regex, name, re.IGNORECASE) for name in names)

    def picked(one):
        return channels[one].group.lower() in rules.programming.selected_categories

    filters = [named_well] * bool(rules.exclude_regex) + [picked] * bool(rules.programming.selected_categories)
    for passes in filters:
        stay = [one for one in there if passes(one) or asked[one].get("enabled")]
        there = stay or there  # one that would leave nothing keeps everything
    return set(there)
