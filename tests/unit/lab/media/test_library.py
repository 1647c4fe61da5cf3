import asyncio

import pytest

from tunerr.errors import TunerrError
from tunerr.lab.media import MediaLibrary
from tunerr.lab.media.formats import Picture
from tunerr.support.ffmpeg import locate_ffmpeg


async def test_encoded_once_and_kept(tmp_path):
    one, other = (MediaLibrary(tmp_path / "media", locate_ffmpeg()) for _ in range(2))
    first, second = await asyncio.gather(one.clip("radio"), other.clip("radio"))
    assert first.packets.tobytes() == second.packets.tobytes()
    files = list((tmp_path / "media").iterdir())
    assert len(files) == 1
    stamp = files[0].stat().st_mtime_ns
    assert await one.clip("radio") is first
    await MediaLibrary(tmp_path / "media", "no-such-ffmpeg").clip("radio")
    assert files[0].stat().st_mtime_ns == stamp


async def test_another_picture(library):
    clock, black = await library.clip("h264"), await library.clip("h264", Picture.BLACK)
    assert clock.slots == black.slots
    assert clock.stream_pids == black.stream_pids
    assert black.bitrate < clock.bitrate


async def test_what_is_wrong_is_said(tmp_path):
    with pytest.raises(TunerrError, match="no format; there are: h264"):
        await MediaLibrary(tmp_path, "ffmpeg").clip("betamax")
    with pytest.raises(TunerrError, match="no-such-ffmpeg"):
        await MediaLibrary(tmp_path, "no-such-ffmpeg").clip("radio")
    with pytest.raises(TunerrError, match="can't be encoded"):
        await MediaLibrary(tmp_path, "false").clip("radio")
    assert list(tmp_path.iterdir()) == []
