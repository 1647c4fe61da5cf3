import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from tests.tools.until import until
from tunerr.errors import BadStatus, DataFolderError, NotAPlaylist, WorkerError
from tunerr.support.worker_client import Worker

# The real entry with jobs of the test: a program, because the worker is one.
PROGRAM = """
import sys
sys.path.insert(0, {folder!r})
from tunerr.worker.__main__ import main
sys.exit(main(sys.argv[1:], jobs={{name: "net_job_" + name for name in {names!r}}}, memory_bytes=256 << 20))
"""
JOBS = {
    "echo": "def run(request):\n    print('chatter'); import os; os.system('echo more'); return {'got': request}\n",
    "refuse": "from tunerr.errors import NotAPlaylist\ndef run(_):\n    raise NotAPlaylist('HTML.', hint='Look.')\n",
    "status": "from tunerr.errors import BadStatus\ndef run(_):\n    raise BadStatus('No.', status=404)\n",
    "crash": "def run(_):\n    raise RuntimeError('at http://me:secret@h.example/get.php?password=secret')\n",
    "die": "import os, signal\ndef run(_):\n    os.kill(os.getpid(), signal.SIGKILL)\n",
    "eat": "def run(_):\n    return {'size': len(bytearray(2 << 30))}\n",
    "full": "def run(_):\n    with open('/dev/full', 'wb', 0) as f:\n        f.write(b'x')\n",
    "fullsql": (
        "import sqlite3\ndef run(_):\n    c = sqlite3.connect(':memory:'); c.execute('pragma max_page_count=3')\n"
        "    c.execute('create table t(x)'); c.execute('insert into t values (zeroblob(100000))')\n"
    ),
    "sleep": (
        "import os, pathlib, time\ndef run(request):\n    pathlib.Path(request['pid']).write_text(str(os.getpid()))\n"
        "    time.sleep(60)\n"
    ),
    "deaf": (
        "import os, pathlib, signal, time\ndef run(request):\n    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "    pathlib.Path(request['pid']).write_text(str(os.getpid()))\n    time.sleep(60)\n"
    ),
    "facts": (
        "import os, resource\ndef run(_):\n"
        "    return {'nice': os.nice(0), 'memory': resource.getrlimit(resource.RLIMIT_DATA)[0]}\n"
    ),
    "long": "def run(_):\n    return {'text': 'x' * 3_000_000}\n",
}


@pytest.fixture
def command(tmp_path):
    for name, code in JOBS.items():
        (tmp_path / f"net_job_{name}.py").write_text(code)
    program = tmp_path / "program.py"
    program.write_text(
        f"import sys; sys.path.insert(0, {str(Path.cwd())!r})\n"
        + PROGRAM.format(folder=str(tmp_path), names=list(JOBS))
    )
    return [sys.executable, str(program)]


@pytest.fixture
def worker(command):
    return Worker(command=command)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def pid_in(path):
    return int(await until(lambda: path.exists() and path.read_text(), 20))


async def test_a_job_answers_and_what_it_prints_does_not_disturb(worker, tmp_path):
    answer = await worker.run("echo", {"path": tmp_path, "n": 1, "text": "ä\nb"}, timeout=20)
    assert answer == {"got": {"path": str(tmp_path), "n": 1, "text": "ä\nb"}}


async def test_a_long_answer(worker):
    assert len((await worker.run("long", {}, timeout=20))["text"]) == 3_000_000


async def test_it_is_polite_and_bounded(worker):
    assert await worker.run("facts", {}, timeout=20) == {"nice": os.nice(0) + 10, "memory": 256 << 20}


async def test_errors_of_a_job_are_raised_here(worker):
    with pytest.raises(NotAPlaylist) as refused:
        await worker.run("refuse", {}, timeout=20)
    assert (refused.value.message, refused.value.hint) == ("HTML.", "Look.")
    with pytest.raises(BadStatus) as status:
        await worker.run("status", {}, timeout=20)
    assert status.value.status == 404


async def test_a_crash_is_told_without_secrets(worker):
    with pytest.raises(WorkerError, match="RuntimeError") as failed:
        await worker.run("crash", {}, timeout=20)
    assert "h.example" in str(failed.value)
    assert "secret" not in str(failed.value)


async def test_a_killed_child(worker):
    with pytest.raises(WorkerError, match="status -9"):
        await worker.run("die", {}, timeout=20)


async def test_an_unknown_job_and_a_program_that_is_no_worker(worker):
    with pytest.raises(WorkerError, match="KeyError"):
        await worker.run("nonsense", {}, timeout=20)
    with pytest.raises(WorkerError):
        await Worker(command=[sys.executable, "-c", "print('[1]')"]).run("x", {}, timeout=20)


async def test_too_much_memory(worker):
    with pytest.raises(WorkerError, match="more than 256 MB"):
        await worker.run("eat", {}, timeout=20)


@pytest.mark.parametrize("job", ["full", "fullsql"])
async def test_a_full_disk(worker, job):
    with pytest.raises(DataFolderError, match="disk is full"):
        await worker.run(job, {}, timeout=20)


@pytest.mark.parametrize("job", ["sleep", "deaf"])
async def test_a_job_that_hangs_is_ended(worker, tmp_path, job):
    begun = time.monotonic()
    with pytest.raises(WorkerError, match="ended after 2 s"):
        await worker.run(job, {"pid": str(tmp_path / "pid")}, timeout=2)
    assert time.monotonic() - begun < 8
    assert not alive(int((tmp_path / "pid").read_text()))


async def test_cancellation_ends_the_child(worker, tmp_path):
    task = asyncio.ensure_future(worker.run("sleep", {"pid": str(tmp_path / "pid")}, timeout=50))
    pid = await pid_in(tmp_path / "pid")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not alive(pid)
    assert await worker.run("facts", {}, timeout=20), "the turn is free again"


async def test_one_job_at_a_time(worker, tmp_path):
    first = asyncio.ensure_future(worker.run("sleep", {"pid": str(tmp_path / "one")}, timeout=50))
    second = asyncio.ensure_future(worker.run("sleep", {"pid": str(tmp_path / "two")}, timeout=50))
    await pid_in(tmp_path / "one")
    await asyncio.sleep(0.3)
    assert not (tmp_path / "two").exists()
    first.cancel()
    await pid_in(tmp_path / "two")
    second.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
