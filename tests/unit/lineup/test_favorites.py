from tests.tools.clock import ManualClock
from tunerr.lineup.favorites import Favorites
from tunerr.model.channel import ChannelId
from tunerr.storage.connection import open_server

A, B = ChannelId("dna-a"), ChannelId("dna-b")


async def test_marks_are_kept_over_a_restart(tmp_path):
    state = await open_server(tmp_path / "state.db", kind="state")
    favorites = Favorites(state=state, clock=ManualClock())
    assert await favorites.all() == frozenset()
    for channel in (A, B, A):
        await favorites.set(channel, True)
    await favorites.set(B, False)
    await favorites.set(B, False)
    await state.close()
    state = await open_server(tmp_path / "state.db", kind="state")
    assert await Favorites(state=state, clock=ManualClock()).all() == {A}
    await state.close()
