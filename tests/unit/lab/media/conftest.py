import pytest

from tunerr.lab.media import MediaLibrary, default_folder
from tunerr.support.ffmpeg import locate_ffmpeg


@pytest.fixture
def library():
    return MediaLibrary(default_folder(), locate_ffmpeg())
