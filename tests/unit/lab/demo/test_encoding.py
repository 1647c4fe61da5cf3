import shutil
from datetime import UTC, datetime

import pytest

from tests.tools.clients import client, run
from tunerr.lab.demo import encoding
from tunerr.lab.demo.channels import CHANNELS

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.slug)
def test_an_encoder_never_reads_our_stdin_and_says_only_what_went_wrong(channel):
    command = encoding.command("/opt/ffmpeg", channel, NOW)
    assert command[0] == "/opt/ffmpeg"
    assert "-nostdin" in command
    assert command[command.index("-loglevel") + 1] == "error"


async def test_the_font_is_found_where_its_path_needs_escaping(tmp_path, monkeypatch):
    font = tmp_path / "it's, here: [a] b=c; %d" / "font.ttf"
    font.parent.mkdir()
    shutil.copy(encoding.FONT, font)
    monkeypatch.setattr(encoding, "FONT", font)
    command = encoding.command(client("ffmpeg"), CHANNELS[0], NOW)
    place = command.index("pipe:1")
    result = await run(*command[:place], "-t", "1", tmp_path / "one.ts", *command[place + 1 :], deadline=20)
    assert (result.status, result.err) == (0, "")
    assert (tmp_path / "one.ts").stat().st_size > 0
