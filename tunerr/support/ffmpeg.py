"""Where the ffmpeg program is."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

from tunerr.errors import TunerrError


@cache
def locate_ffmpeg(configured: Path | None = None) -> str:
    """Path of ffmpeg: the configured one, else the system's, else the one inside the package imageio-ffmpeg.

    Raises TunerrError that says how to get one.
    """
    if configured is not None:
        if shutil.which(str(configured)) is None:
            raise TunerrError(f"IPTV_TUNERR_FFMPEG_PATH names {configured}, which can't be run.")
        return str(configured)
    if found := shutil.which("ffmpeg"):
        return found
    try:
        import imageio_ffmpeg  # noqa: PLC0415 - an optional extra, asked for only where the system has no ffmpeg
    except ImportError as error:
        raise TunerrError(
            "There is no ffmpeg on this machine.",
            hint="Install it (apt-get install ffmpeg) or add the extra: pip install 'iptv-tunerr[ffmpeg]'.",
        ) from error
    return str(imageio_ffmpeg.get_ffmpeg_exe())
