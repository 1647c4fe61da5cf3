import pytest

from tunerr.lab.bench.stream import StampedStream
from tunerr.lab.media import MediaLibrary, default_folder
from tunerr.support.ffmpeg import locate_ffmpeg


@pytest.fixture
async def clip():
    return await MediaLibrary(default_folder(), locate_ffmpeg()).clip("h264")


@pytest.fixture
def stream(clip):
    return StampedStream(clip, "a")
