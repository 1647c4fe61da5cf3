import subprocess

import pytest

_PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25", "-f", "lavfi", "-i", "sine=f=440:r=48000")
_H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-bf", "2", "-b:v", "800k", "-pix_fmt", "yuv420p")
_ENCODINGS = {
    "h264": (*_PICTURE, *_H264, "-c:a", "aac", "-ac", "2"),
    "hevc": (*_PICTURE, "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=25",
             "-c:a", "aac"),
    "mpeg2": (*_PICTURE, "-c:v", "mpeg2video", "-g", "12", "-b:v", "1500k", "-c:a", "ac3"),
    "opengop": (*_PICTURE[:4], *_H264[:3], "veryfast", *_H264[4:], "-x264-params", "open-gop=1:scenecut=0"),
    "refresh": (*_PICTURE[:4], *_H264, "-x264-params", "intra-refresh=1"),
    "mpeg2-closed": (*_PICTURE[:4], "-c:v", "mpeg2video", "-g", "12", "-bf", "2", "-flags", "+cgop",
                     "-sc_threshold", "1000000000"),
    "mpeg2-open": (*_PICTURE[:4], "-c:v", "mpeg2video", "-g", "12", "-bf", "2"),
    "hevc-closed": (*_PICTURE[:4], "-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
                  "log-level=none:keyint=25:open-gop=0:bframes=3:scenecut=0"),
    "long": (*_PICTURE, "-c:v", "libx264", "-preset", "ultrafast", "-g", "1000", "-bf", "0", "-sc_threshold", "0",
             "-b:v", "400k", "-pix_fmt", "yuv420p", "-c:a", "aac"),
    "two": (*_PICTURE, "-map", "1:a", "-map", "0:v", "-map", "1:a", *_H264, "-c:a", "aac",
            "-program", "program_num=1:st=0", "-program", "program_num=2:st=1:st=2"),
    "radio": (*_PICTURE[4:], "-c:a", "mp2", "-b:a", "128k"),
}  # fmt: skip


class Samples:
    """Real streams of 12 s, encoded by ffmpeg when first asked for."""

    def __init__(self, folder):
        self._folder = folder

    def __getitem__(self, name):
        path = self._folder / f"{name}.ts"
        if not path.exists():
            command = ["ffmpeg", "-v", "error", "-nostdin", *_ENCODINGS[name], "-t", "12", "-f", "mpegts", str(path)]
            subprocess.run(command, check=True, timeout=60)
        return path.read_bytes()


@pytest.fixture(scope="session")
def samples(tmp_path_factory):
    return Samples(tmp_path_factory.mktemp("samples"))
