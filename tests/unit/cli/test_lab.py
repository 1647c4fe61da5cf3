import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[3]


def lab(*arguments):
    """How the program is started, with no setting of this machine."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("IPTV_TUNERR_")}
    command = [sys.executable, "-m", "tunerr.cli", "lab", *arguments]
    return {"args": command, "env": {**env, "PYTHONPATH": str(ROOT)}, "text": True}


@contextlib.contextmanager
def serving(folder, *arguments):
    """What a site says of itself once it serves; it ends well on SIGTERM."""
    with subprocess.Popen(**lab(*arguments), cwd=folder, stdout=subprocess.PIPE) as program:
        try:
            said = ""
            while "Disarm" not in said:
                line = program.stdout.readline()
                assert line, said
                said += line
            yield said
        finally:
            program.send_signal(signal.SIGTERM)
            assert program.wait(20) == 0


def test_lab_provider_serves_until_it_is_ended(tmp_path):
    with serving(tmp_path, "provider", "-port", "0") as said:
        base = re.search(r"Playlist: (http://127\.0\.0\.1:\d+)/", said)[1]
        with urllib.request.urlopen(f"{base}/lab/state.json") as answer:
            assert {"h264", "pair-a", "hls-encrypted"} <= set(json.load(answer)["channels"])


def test_lab_guide_serves_until_it_is_ended(tmp_path):
    with serving(tmp_path, "guide", "cut", "--port", "0", "--ids", "one.test,two.test") as said:
        assert "* cut " in said
        base = re.search(r"Guide: +(http://127\.0\.0\.1:\d+)/", said)[1]
        urllib.request.urlopen(urllib.request.Request(f"{base}/lab/guides/lab", method="DELETE")).close()
        with urllib.request.urlopen(f"{base}/lab.xml") as answer:
            guide = answer.read()
        assert b'<channel id="two.test">' in guide
        assert guide.endswith(b"</tv>\n")


def test_lab_guide_refuses_what_is_no_fault(tmp_path):
    ended = subprocess.run(**lab("guide", "explode", "--port", "0"), cwd=tmp_path, capture_output=True, check=False)
    assert ended.returncode != 0
    assert "explode is no fault of a guide" in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
