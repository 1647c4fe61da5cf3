"""The refreshers of the catalog with real databases and the real worker, for sources that are panels."""

from contextlib import asynccontextmanager

from tests.tools.clock import ManualClock
from tests.unit.catalog.lists import first_channels
from tunerr.catalog.reader import CatalogReader
from tunerr.catalog.refresh import CatalogRefresher
from tunerr.catalog.titles_refresh import TitlesRefresher
from tunerr.model.channel import SourceId
from tunerr.model.device_id import DeviceId
from tunerr.model.source import Access, Panel, Source
from tunerr.model.url import SecretUrl
from tunerr.storage.accounts import AccountStore
from tunerr.storage.connection import open_server
from tunerr.storage.folder import open_folder
from tunerr.storage.sources import SourceStore
from tunerr.support.http import HttpClients
from tunerr.support.snapshot import Published
from tunerr.support.worker_client import Worker


def panel_source(*hosts, login=("lab", "secret"), timeout=10, plain=False, headers=(), **panel):
    """The source `xtream`; `plain`: as a playlist that is its get.php, without player_api."""
    asked = Panel(tuple(SecretUrl(host) for host in hosts), *login, **panel)
    access = Access(headers=tuple(headers))
    return Source(
        SourceId("xtream"), "playlist", asked.playlist, timeout, panel=None if plain else asked, access=access
    )


OWN_DEVICE = DeviceId.parse("105A1B22")


class PanelWorld:
    """What a test of panels needs; `heard` are the accounts that the refresher was told of."""

    def __init__(self, folder, state, catalog, clients, pause):
        self.folder, self.clock, self.heard = folder, ManualClock(), []
        self.sources = Published((panel_source("http://nowhere.invalid"),))
        self.reader = CatalogReader(catalog=catalog, sources=self.sources)
        self.accounts = AccountStore(state)
        self.store = SourceStore(state)
        self.catalog = catalog
        shared = {"folder": folder, "clients": clients, "worker": Worker(), "clock": self.clock, "pause": pause}
        self.refresher = CatalogRefresher(
            sources=self.store,
            accounts=self.accounts,
            reader=self.reader,
            on_account=self.heard.append,
            own_devices=[OWN_DEVICE],
            **shared,
        )
        self.titles = TitlesRefresher(catalog=catalog, **shared)

    async def refresh(self, source, **options):
        """Refresh and look after what must hold whatever comes of it."""
        self.sources.publish((source,))
        status = await self.refresher.refresh(source, **options)
        assert list(self.folder.spool_dir.iterdir()) == []
        assert await self.store.statuses() == (status,)
        assert "secret" not in repr(status)
        return status

    async def channels(self):
        """Every channel of the catalog."""
        return await first_channels(self.reader, 1000)


@asynccontextmanager
async def panel_world(root, *, pause=0.0):
    """Open a world in the folder `root`."""
    folder = open_folder(root)
    state = await open_server(folder.state_db, kind="state")
    catalog = await open_server(folder.catalog_db, kind="catalog", readonly=True)
    clients = HttpClients(user_agent="test")
    try:
        yield PanelWorld(folder, state, catalog, clients, pause)
    finally:
        await clients.aclose()
        await catalog.close()
        await state.close()
