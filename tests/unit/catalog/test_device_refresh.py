"""A pretended HDHomeRun device through the refresher, the worker and SQLite."""

import pytest
from aiohttp import web

from tests.tools.hdhr_device import Device
from tests.tools.panel_world import OWN_DEVICE, panel_world
from tests.tools.world import serving
from tunerr.model.source import Source
from tunerr.model.status import SourceState
from tunerr.model.url import SecretUrl, Zone


@pytest.fixture
async def world(tmp_path):
    async with panel_world(tmp_path / "data") as found:
        yield found


def device_source(port, **more):
    return Source("roof", "playlist", SecretUrl(f"http://127.0.0.1:{port}"), 10, device=True, country="us", **more)


async def test_channels_and_tuners_come_from_the_device(world):
    device = Device(tuners=2)
    async with serving(device.answer) as port:
        status = await world.refresh(device_source(port))
        assert (status.state, status.channels, status.entries) == (SourceState.OK, 2, 2)
        assert status.skipped == (("copy protected (DRM)", 1),)
        assert device.asked == ["/discover.json", "/lineup.json"]
        again = await world.refresh(device_source(port))
        assert (again.state, again.channels) == (SourceState.OK, 2)
    (account,) = await world.accounts.all()
    assert world.heard[-1] == account
    assert (account.source, account.max_connections) == ("roof", 2)
    abc, jazz = await world.channels()
    assert (abc.name, str(abc.wanted_number), abc.radio, jazz.radio) == ("WABC-HD", "5.1", False, True)
    (stream,) = abc.streams
    assert (stream.url.reveal(), stream.zone) == (f"http://127.0.0.1:{port}/auto/v5.1", Zone.LOOPBACK)
    assert stream.one_account


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ({"discover": {"ip": "192.168.1.1"}}, "no HDHomeRun device"),
        ({"lineup": []}, "no channels"),
        ({"lineup": [{"GuideNumber": "1", "GuideName": "A", "DRM": 1}]}, "None of the 1 rows"),
    ],
)
async def test_a_failure_keeps_the_last_good_channels(world, spoil, words):
    device = Device()
    async with serving(device.answer) as port:
        await world.refresh(device_source(port))
        for name, value in spoil.items():
            setattr(device, name, value)
        failed = await world.refresh(device_source(port))
    assert failed.state is SourceState.FAILED
    assert words in failed.message
    assert failed.hint
    assert len(await world.channels()) == 2


async def test_a_device_that_is_away_is_a_status(world):
    status = await world.refresh(device_source(9))
    assert status.state is SourceState.FAILED
    assert status.hint


async def test_the_program_itself_is_no_source(world):
    device = Device()
    async with serving(device.answer) as port:
        await world.refresh(device_source(port))
        device.discover["DeviceID"] = str(OWN_DEVICE).lower()
        device.asked.clear()
        failed = await world.refresh(device_source(port))
        assert device.asked == ["/discover.json"]
    assert failed.state is SourceState.FAILED
    assert "the program itself (105a1b22)" in failed.message
    assert "remove this source" in failed.hint


async def test_antenna_and_internet_are_one_channel(world):
    device = Device()

    async def both(request):
        if request.path == "/list.m3u":
            rows = (f"#EXTINF:-1,US: {name}\nhttp://cdn.example/live/{name}.ts\n" for name in ("WABC", "Only"))
            return web.Response(text="#EXTM3U\n" + "".join(rows))
        return await device.answer(request)

    async with serving(both) as port:
        roof = device_source(port)
        paid = Source("m3u", "playlist", SecretUrl(f"http://127.0.0.1:{port}/list.m3u"), 10, country="us")
        world.sources.publish((roof, paid))
        for source in (roof, paid):
            assert (await world.refresher.refresh(source)).state is SourceState.OK
    found = {channel.name: [stream.source for stream in channel.streams] for channel in await world.channels()}
    assert found == {"WABC-HD": ["roof", "m3u"], "Jazz FM": ["roof"], "US: Only": ["m3u"]}
