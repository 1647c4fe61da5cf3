"""Kodi with each of its add-ons that know us."""

import pytest

from tests.tools.household import CHANNELS, HLS, HOURS, TS
from tests.tools.kodi import kodi

pytestmark = pytest.mark.timeout(240)


async def watch(player, house, channels):
    """Play a channel of each kind; how long the last tuner was in use after the end."""
    for name in (TS, HLS):
        video, audio, number = await player.play(channels[name])
        assert (video, audio) == ("h264", "aac")
        assert await house.tuners_in_use() >= 1
        await player.stop(number)
    return await house.idle(deadline=30)


@pytest.mark.client("Kodi with pvr.iptvsimple", "loads live.m3u and guide.xml, plays a TS and an HLS channel")
async def test_S20_kodi_with_iptvsimple(house, saw):
    sources = {"m3uUrl": f"{house.base}/live.m3u", "epgUrl": f"{house.base}/guide.xml"}
    async with kodi("pvr.iptvsimple", m3uPathType=1, epgPathType=1, **sources) as player:
        channels = await player.channels(len(CHANNELS))
        titles = await player.programmes(channels[TS], HOURS)
        assert [title for title in titles if " part " in title] == [f"{TS} part {hour}" for hour in range(HOURS)]
        freed = await watch(player, house, channels)
        version = await player.version("pvr.iptvsimple")
    saw(version, f"{len(channels)} channels, {len(titles)} programmes, h264 and aac, tuner free after {freed:.1f} s")


@pytest.mark.client("Kodi with pvr.hdhomerun", "finds the tuner by broadcast, plays a TS and an HLS channel")
@pytest.mark.usefixtures("network")
async def test_S20_kodi_with_hdhomerun(house, saw):
    async with kodi("pvr.hdhomerun") as player:
        channels = await player.channels(len(CHANNELS))
        freed = await watch(player, house, channels)
        version = await player.version("pvr.hdhomerun")
    saw(version, f"{len(channels)} channels, h264 and aac, tuner free after {freed:.1f} s")
