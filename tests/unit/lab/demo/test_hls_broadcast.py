import re

import pytest

from tests.tools.clients import client
from tests.tools.clock import ManualClock
from tests.tools.until import until
from tunerr.errors import TunerrError
from tunerr.lab.demo.channels import CHANNELS, Form
from tunerr.lab.demo.encoding import command
from tunerr.lab.demo.hls_broadcast import IDLE_SECONDS, HlsBroadcast
from tunerr.support.tasks import Supervisor

VAULT = next(channel for channel in CHANNELS if channel.form is Form.HLS_AES)


class Stage:
    """A broadcast of the encrypted channel whose time a test moves by hand."""

    def __init__(self, work_dir, build):
        self.clock = ManualClock()
        self.tasks = Supervisor()
        self.work_dir = work_dir
        self.broadcast = HlsBroadcast(
            channel=VAULT, command=build, work_dir=work_dir, clock=self.clock, tasks=self.tasks
        )


@pytest.fixture
async def stage(tmp_path):
    ready = Stage(tmp_path, lambda channel: command(client("ffmpeg"), channel, ready.clock.now()))
    yield ready
    await ready.tasks.aclose()


async def test_the_first_playlist_comes_when_a_player_can_start(stage):
    assert stage.broadcast.file("v0_1.ts") is None, "a segment alone starts nothing"
    assert stage.broadcast.facts().encoding is False
    master = await stage.broadcast.playlist("master.m3u8")
    assert "RESOLUTION=640x360" in master.read_text()
    media = (await stage.broadcast.playlist("v0.m3u8")).read_text()
    assert media.count("#EXTINF") >= 3
    assert "#EXT-X-ENDLIST" not in media
    for name in re.findall(r'URI="([^"]+)"', media):
        assert len(stage.broadcast.file(name).read_bytes()) == 16
    assert stage.broadcast.facts().encoders_started == 1


async def test_the_key_changes(stage):
    media = await stage.broadcast.playlist("v0.m3u8")
    stage.clock.advance(6)
    await until(lambda: len(set(re.findall(r'URI="([^"]+)"', media.read_text()))) == 2)


async def test_silence_ends_the_encoder_and_removes_its_files(stage):
    first = await stage.broadcast.playlist("v0.m3u8")
    stage.clock.advance(IDLE_SECONDS - 1)
    assert stage.broadcast.file("v0_1.ts") is not None  # a request like this one keeps it alive
    stage.clock.advance(IDLE_SECONDS - 1)
    await stage.broadcast.playlist("v0.m3u8")
    assert stage.broadcast.facts().encoders_started == 1
    sequence = last_sequence(first)
    stage.clock.advance(IDLE_SECONDS)
    await until(lambda: not stage.broadcast.facts().encoding)
    await until(lambda: not list(stage.work_dir.iterdir()))
    assert last_sequence(await stage.broadcast.playlist("v0.m3u8")) > sequence, "a player that stayed sees no step back"
    assert stage.broadcast.facts().encoders_started == 2


def last_sequence(playlist):
    return max(int(number) for number in re.findall(r"v0_(\d+)\.ts", playlist.read_text()))


async def test_an_encoder_that_fails_says_so_and_is_started_again_by_the_next_request(tmp_path, capsys):
    commands = [["python3", "-c", "raise SystemExit('no such filter')"]]
    stage = Stage(tmp_path, lambda channel: commands.pop() if commands else command(client("ffmpeg"), channel, now()))
    now = stage.clock.now
    with pytest.raises(TunerrError, match="Tunerr Vault could not be encoded"):
        await stage.broadcast.playlist("master.m3u8")
    assert "no such filter" in capsys.readouterr().out
    assert (await stage.broadcast.playlist("master.m3u8")).exists()
    await stage.tasks.aclose()
    assert list(tmp_path.iterdir()) == []
