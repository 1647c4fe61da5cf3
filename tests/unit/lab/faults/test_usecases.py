import pytest

from tunerr.errors import TunerrError
from tunerr.lab.faults import FaultProvider
from tunerr.lab.faults import vocabulary as v
from tunerr.lab.faults.showcase import LOGIN, furnish
from tunerr.lab.media import FORMATS


async def test_a_taken_port(provider, library):
    port = int(provider.base_url.rsplit(":", 1)[1])
    with pytest.raises(TunerrError, match=f"can't listen on 127.0.0.1:{port}"):
        async with FaultProvider(media=library, port=port):
            pass


async def test_what_a_channel_can_t_have(provider):
    ts, hls = await provider.ts_channel("a"), await provider.hls_channel("h")
    for channel, fault in ((ts, v.PlaylistEnds()), (ts, v.BrokenBody()), (hls, v.Stall()), (hls, v.Refuse(target="x"))):
        with pytest.raises(TunerrError, match="of which"):
            await channel.arm(fault)
    with pytest.raises(TunerrError, match="no format"):
        await ts.arm(v.NewFormat(format="betamax"))
    assert provider.traffic("a").armed == []


async def test_the_showcase(provider):
    await furnish(provider)
    text = provider.playlist(["pair-a", "pair-b", "one-a", "one-b", "hls", *FORMATS])
    assert text.count("pair.lab") == text.count("one.lab") == 2
    assert f"/live/{LOGIN[0]}/{LOGIN[1]}/one-a.ts" in text
