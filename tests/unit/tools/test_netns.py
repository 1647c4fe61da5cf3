import asyncio
import subprocess
import sys
from pathlib import Path

from tests.tools.netns import ADDRESS, lan
from tests.tools.until import until


def running(marker):
    """Ids of processes whose command line has `marker`."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if marker.encode() in line.read_bytes():
                found.append(line.parent.name)
        except OSError:
            continue
    return found


async def test_it_is_a_network_of_its_own():
    async with lan() as network:
        shown = (await network.run("ip", "-brief", "address")).out
        assert f"hdhr0            UNKNOWN        {ADDRESS}/24" in shown
        assert "127.0.0.1/8" in shown
        assert len(shown.splitlines()) == 2
        assert (await network.run("sh", "-c", "exit 7")).status == 7
        assert (await network.run("pwd")).out.strip() == str(Path.cwd())


async def test_what_runs_in_it_ends_with_it():
    async with lan() as network:
        left = await asyncio.create_subprocess_exec(*network.inside("sh", "-c", "setsid sleep 1000.25 & wait"))
        await until(lambda: running("sleep\x001000.25"))
    await until(lambda: not running("sleep\x001000.25"), deadline=5)
    await left.wait()


def test_a_command_has_the_time_it_is_given():
    command = [sys.executable, "-m", "tests.tools.netns", "--limit", "1"]
    late = subprocess.run([*command, "sh", "-c", "sleep 1000.5 & sleep 1000.5"], check=False, capture_output=True)
    assert late.returncode == 124
    assert not running("sleep\x001000.5")
    assert subprocess.run([*command, "sh", "-c", "exit 3"], check=False).returncode == 3


async def test_a_command_ends_with_whoever_started_it():
    starter = subprocess.Popen([sys.executable, "-m", "tests.tools.netns", "sleep", "1000.75"])
    await until(lambda: running("sleep\x001000.75"))
    starter.kill()
    starter.wait()
    await until(lambda: not running("sleep\x001000.75"), deadline=5)
