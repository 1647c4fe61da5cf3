import asyncio
import subprocess
import sys
import time
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from tests.tools.until import until
from tunerr.errors import TunerrError
from tunerr.support.process import start_child

PYTHON = sys.executable


def alive(pid):
    """Whether `pid` runs; a zombie that nobody has waited for is dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def python(code, **pipes):
    return await start_child([PYTHON, "-c", code], name="test child", **pipes)


async def test_its_output_and_its_status():
    child = await python("import sys; print(sys.stdin.read()); sys.exit(7)", stdin=PIPE)
    child.stdin.write(b"hello")
    child.stdin.close()
    assert await child.stdout.read() == b"hello\n"
    assert await child.wait() == 7
    assert await child.end() == 7
    assert child.returncode == 7


async def test_a_program_that_is_not_there():
    with pytest.raises(TunerrError, match="/nowhere/program could not be started"):
        await start_child(["/nowhere/program"], name="x")


async def test_end_terminates():
    child = await python("import time; print(1, flush=True); time.sleep(60)")
    await child.stdout.readline()
    begun = time.monotonic()
    assert await child.end() == -15
    assert time.monotonic() - begun < 2
    assert await child.end() == -15


async def test_end_kills_what_does_not_listen():
    child = await python(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    )
    await child.stdout.readline()
    assert await child.end(grace=0.2) == -9
    assert not alive(child.pid)


async def test_end_kills_when_it_is_cancelled_itself():
    child = await python(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    )
    await child.stdout.readline()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await child.end(grace=30)
    await until(lambda: not alive(child.pid), 2)
    await child.end()


async def test_last_words_are_there_after_end_and_bounded():
    child = await python(
        "import sys\nfor n in range(1000): print('x' * 5000, n, file=sys.stderr)\n"
        "print('near the end', file=sys.stderr); print('last gasp', end='', file=sys.stderr)"
    )
    await child.wait()
    await child.end()
    words = child.last_words()
    assert words.endswith("last gasp"), "the last line counts without its newline"
    assert "near the end" in words
    assert len(words) <= 20 * 501


async def test_a_flood_without_newlines_stays_bounded():
    child = await python("import sys\nfor n in range(200): sys.stderr.write('x' * 65536)")
    await child.wait()
    await child.end()
    assert len(child.last_words()) <= 500


async def test_a_child_ends_within_two_seconds_of_our_sigkill(tmp_path):
    program = (
        "import asyncio, sys\n"
        f"sys.path.insert(0, {str(Path.cwd())!r})\n"
        "from tunerr.support.process import start_child\n"
        "async def main():\n"
        "    child = await start_child(['sleep', '60'], name='sleeper')\n"
        "    print(child.pid, flush=True)\n"
        "    await child.wait()\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([PYTHON, "-c", program], stdout=subprocess.PIPE) as parent:
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.kill()
        parent.wait()
        await until(lambda: not alive(child), 2, what="the child outlived its parent")
