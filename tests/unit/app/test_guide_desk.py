from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tunerr.app.guide_desk import GuideDesk
from tunerr.guide.diagnosis import health_file
from tunerr.guide.store import GuideStore
from tunerr.model.guide import GuideHealth
from tunerr.model.status import GuideEdition
from tunerr.storage.connection import open_server
from tunerr.storage.folder import open_folder
from tunerr.support.snapshot import Published
from tunerr.support.worker_client import Worker

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    return open_folder(tmp_path / "data")


@pytest.fixture
async def desk(folder):
    with GuideStore(folder.guide_db):
        pass
    guide = await open_server(folder.guide_db, kind="guide", readonly=True)
    yield GuideDesk(guide, folder=folder, worker=Worker(), lineup=Published(None), sources=Published(()))
    await guide.close()


async def test_what_is_known_of_another_edition_is_not_said_of_the_one_that_is_served(desk, folder):
    xml = folder.guide_dir / "one" / "guide.xml"
    edition = GuideEdition("one", "v1", AT, xml, xml.with_suffix(".xml.gz"), 0, 0, 0, 0)
    health = GuideHealth("one", "v1", AT, ())
    health_file.write(folder.guide_dir, health)
    await desk.edition_came(edition)
    assert desk.health.current == health
    await desk.edition_came(replace(edition, version="two"))
    assert desk.health.current is None, "the worker ended between the two files"
