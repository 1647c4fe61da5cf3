import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.until import until
from tunerr.worker.jobs import JOBS

PROGRAM = """
import sys
sys.path[:0] = [{root!r}, {folder!r}]
from tunerr.worker.__main__ import main
sys.exit(main(sys.argv[1:], jobs={{"job": "lifeline_job"}}))
"""


def start(tmp_path, job):
    (tmp_path / "lifeline_job.py").write_text(job)
    program = PROGRAM.format(root=str(Path.cwd()), folder=str(tmp_path))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", program, "job"], **pipes)


async def test_the_end_of_stdin_ends_a_job_that_computes(tmp_path):
    job = "import pathlib\ndef run(r):\n    pathlib.Path(r['mark']).touch()\n    while True: sum(range(1000))\n"
    with start(tmp_path, job) as child:
        child.stdin.write(json.dumps({"mark": str(tmp_path / "mark")}).encode() + b"\n")
        child.stdin.flush()
        await until((tmp_path / "mark").exists)
        assert child.poll() is None
        child.stdin.close()
        await until(lambda: child.poll() is not None, 2)
        assert child.returncode == 3


async def test_sigterm_ends_it(tmp_path):
    job = "import pathlib, time\ndef run(r):\n    pathlib.Path(r['mark']).touch()\n    time.sleep(60)\n"
    with start(tmp_path, job) as child:
        child.stdin.write(json.dumps({"mark": str(tmp_path / "mark")}).encode() + b"\n")
        child.stdin.flush()
        await until((tmp_path / "mark").exists)
        child.send_signal(signal.SIGTERM)
        await until(lambda: child.poll() is not None, 2)


def test_the_answer_is_one_line_and_prints_go_to_stderr(tmp_path):
    with start(tmp_path, "def run(r):\n    print('chatter')\n    return {'n': r['n'] + 1}\n") as child:
        child.stdin.write(b'{"n": 1}\n')
        child.stdin.flush()
        assert child.stdout.read() == b'{"ok":{"n":2}}\n'
        assert child.stderr.read() == b"chatter\n"
        assert child.wait() == 0


@pytest.mark.parametrize("module", JOBS.values())
def test_no_job_is_imported_before_it_is_asked_for(module):
    code = f"import sys, tunerr.worker.__main__; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
