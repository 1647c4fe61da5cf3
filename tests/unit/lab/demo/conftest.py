import aiohttp
import pytest

from tests.tools.clients import client
from tunerr.lab.demo import DemoProvider
from tunerr.support.clock import SystemClock


@pytest.fixture
async def demo(tmp_path):
    provider = DemoProvider(ffmpeg=lambda: client("ffmpeg"), work_dir=tmp_path / "demo", clock=SystemClock())
    await provider.start()
    yield provider
    await provider.aclose()


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session
