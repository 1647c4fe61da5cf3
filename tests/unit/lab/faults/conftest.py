import pytest

from tunerr.lab.faults import FaultProvider
from tunerr.lab.media import MediaLibrary, default_folder
from tunerr.support.ffmpeg import locate_ffmpeg


@pytest.fixture
def library():
    return MediaLibrary(default_folder(), locate_ffmpeg())


@pytest.fixture
async def provider(library):
    async with FaultProvider(media=library) as running:
        yield running
