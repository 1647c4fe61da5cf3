"""Video that ffmpeg makes for a test."""

import subprocess
from pathlib import Path

PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25")
TONE = ("-f", "lavfi", "-i", "sine=frequency=440")
_CODECS = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-bf", "0", "-pix_fmt", "yuv420p", "-b:v", "400k")


def ffmpeg(*arguments, cwd=None):
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, cwd=cwd, timeout=60)


def make_ts(path: Path, *, seconds):
    """An H.264 and AAC transport stream, one keyframe each second."""
    ffmpeg(*PICTURE, *TONE, "-t", seconds, *_CODECS, "-c:a", "aac", "-f", "mpegts", path)
    return path
