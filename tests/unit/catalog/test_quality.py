import pytest

from tunerr.catalog import keys, quality
from tunerr.catalog.quality import Quality


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("BBC One", Quality()),
        ("BBC One ᴴᴰ", Quality(height=720)),
        ("UK: BBC One FHD 50 fps", Quality(height=1080, fps=50)),
        ("BBC One HD 4K", Quality(height=2160)),
        ("BBC One UHD HDR10 H.265", Quality(height=2160, codec="hevc", hdr=True)),
        ("BBC One SD [Backup]", Quality(height=576, backup=True)),
        ("BBC One RAW 60fps", Quality(fps=60, raw=True)),
        ("BBC One 480p h264", Quality(height=480, codec="h264")),
        ("BBC One AV1 8K", Quality(height=4320, codec="av1")),
        ("Channel 4", Quality()),
    ],
)
def test_quality(name, said):
    assert quality.of(name) == said


def test_what_says_a_quality_never_says_a_channel():
    said = {*quality._HEIGHTS, *quality._RATES, *quality._CODECS, *quality._HDR, *quality._BACKUP, "raw"}
    # These came after the first version: names are not normalised otherwise once they are stored.
    assert said - keys._VERSION_WORDS == {"av1", "4320p"}
