import asyncio

from tunerr.support.behind import WriteBehind
from tunerr.support.tasks import Supervisor


async def test_what_comes_while_it_writes_is_written_at_once_and_in_order():
    gate, written = asyncio.Event(), []

    async def write(items):
        await gate.wait()
        written.append(list(items))

    tasks = Supervisor()
    behind = WriteBehind(write, background=tasks, name="writer")
    await behind.aclose()
    behind.add(1)
    assert tasks.names == ("writer",)
    await asyncio.sleep(0)
    for item in (2, 3):
        behind.add(item)
    await behind.aclose(0.01)
    assert written == []
    gate.set()
    await behind.aclose()
    assert written == [[1], [2, 3]]
    behind.add(4)
    await behind.aclose()
    assert written[2:] == [[4]]
