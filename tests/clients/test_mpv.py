"""mpv."""

import re

import pytest

from tests.tools.clients import client, run, version
from tests.tools.household import HLS, TS

FRAMES = 75


@pytest.mark.client("mpv", "plays 75 pictures of a TS and of an HLS channel")
async def test_mpv_plays(house, urls, saw):
    mpv = client("mpv")
    found = []
    for name in (TS, HLS):
        result = await run(
            mpv, "--no-config", "--vo=null", "--ao=null", f"--frames={FRAMES}", "--network-timeout=20", urls[name],
            deadline=60,
        )  # fmt: skip
        assert result.status == 0, result.out[-2000:] + result.err[-2000:]
        assert not re.findall(r"(?i)^.*(?:error|corrupt|non-existing).*$", result.out + result.err, re.MULTILINE)
        found.append(re.findall(r"--[va]id=1\s+.*\((\w+)", result.out))
    assert found == [["h264", "aac"]] * 2
    freed = await house.idle()
    saw(await version(mpv, "--version"), f"h264 and aac, no complaint, tuner free after {freed:.1f} s")
