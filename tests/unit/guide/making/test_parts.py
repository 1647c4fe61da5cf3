import asyncio

import pytest

from tests.unit.guide.documents import guide, programme
from tunerr.errors import DataFolderError
from tunerr.guide.making.parts import GuideParts
from tunerr.support.worker_client import Worker


class CountingWorker(Worker):
    jobs = 0

    async def run(self, *asked):
        self.jobs += 1
        return await super().run(*asked)


@pytest.fixture
def made(desk):
    desk.ingest(guide(programme("one.test", 0, 1), programme("one.test", 30, 31, title="later")))
    return desk.render(("1", "BBC One", "one.test", ""))


async def test_a_part_is_made_once_however_many_ask(made):
    worker = CountingWorker()
    parts = GuideParts(worker=worker)
    found = await asyncio.gather(*(parts.get(made, device=None, days=1) for _ in range(3)))
    assert set(found) == {(made.xml.with_name("guide-1d.xml"), made.xml.with_name("guide-1d.xml.gz"))}
    assert worker.jobs == 1
    assert b"later" in made.xml.read_bytes()
    assert b"later" not in found[0][0].read_bytes()


async def test_many_who_ask_for_all_lengths_have_each_made_once(made):
    worker = CountingWorker()
    parts = GuideParts(worker=worker)
    # Four parts are kept: in the order of asking, each would be gone when it is asked for again.
    found = await asyncio.gather(*(parts.get(made, device=None, days=days) for _ in range(3) for days in range(1, 7)))
    assert len(set(found)) == worker.jobs == 6


async def test_who_goes_away_takes_nothing_from_the_others(made):
    parts = GuideParts(worker=CountingWorker())
    asking = [asyncio.ensure_future(parts.get(made, device=None, days=1)) for _ in range(3)]
    await asyncio.sleep(0)
    asking[0].cancel()
    assert [(await one)[0].is_file() for one in asking[1:]] == [True, True]


async def test_whole_guides_need_no_worker(made):
    worker = CountingWorker()
    parts = GuideParts(worker=worker)
    assert await parts.get(made, device=None, days=None) == (made.xml, made.gz)
    assert (await parts.get(made, device=2, days=None))[1] == made.xml.with_name("guide-2.xml.gz")
    assert worker.jobs == 0


async def test_a_failure_is_told_and_the_next_one_asks_again(made, tmp_path):
    worker = CountingWorker()
    parts = GuideParts(worker=worker)
    aside = made.xml.rename(tmp_path / "aside")
    with pytest.raises(DataFolderError):
        await parts.get(made, device=None, days=1)
    aside.rename(made.xml)
    xml, _ = await parts.get(made, device=None, days=1)
    assert xml.exists()
