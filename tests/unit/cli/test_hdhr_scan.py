import asyncio
import json

import pytest

from tests.tools.hdhr_device import Device
from tests.tools.world import serving
from tunerr.cli.main import dispatch


async def run(*arguments):
    return await asyncio.to_thread(dispatch, ["hdhr-scan", *arguments])


async def test_a_device_and_its_channels(capsys):
    async with serving(Device().answer) as port:
        assert await run("-addr", f"127.0.0.1:{port}", "-lineup") == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "hunter2" not in out
    lines = [line.split() for line in out.splitlines()]
    assert ["device_id", "1050AAAA"] in lines
    assert ["tuners", "4"] in lines
    assert ["5.1", "WABC-HD", f"http://127.0.0.1:{port}/auto/v5.1"] in lines
    assert ["WLOCK", "copy", "protected", "(DRM)"] in lines


async def test_json(capsys):
    device = Device()
    async with serving(device.answer) as port:
        assert await run("-addr", f"http://127.0.0.1:{port}/", "--json") == 0
        assert device.asked == ["/discover.json"]
        document = json.loads(capsys.readouterr().out)
        assert document["model"] == "HDHR4-2US"
        assert "lineup" not in document
        assert await run("-addr", f"http://127.0.0.1:{port}", "--json", "-lineup") == 0
    document = json.loads(capsys.readouterr().out)
    assert [row["number"] for row in document["lineup"]] == ["5.1", "7", ""]


async def test_the_guide_alone(capsys):
    device = Device()
    device.guide = b"<tv>\xc3\xa9</tv>"
    async with serving(device.answer) as port:
        assert await run("-addr", f"127.0.0.1:{port}", "-guide-xml") == 0
        assert capsys.readouterr().out == "<tv>é</tv>"
        device.guide = b""
        assert await run("-addr", f"127.0.0.1:{port}", "-guide-xml") == 1
        assert "404" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "hdhr-scan -addr 192.168.1.20"),
        (["-addr", "ftp://192.168.1.20"], "Example: -addr"),
        (["-addr", "127.0.0.1:9", "-timeout", "soon"], "Example: -addr"),
        (["-addr", "127.0.0.1:9"], "127.0.0.1:9"),
    ],
)
async def test_what_can_t_be_asked_says_why(capsys, arguments, said):
    assert await run(*arguments) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
