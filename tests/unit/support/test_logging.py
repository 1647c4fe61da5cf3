import json
import logging
import subprocess
import sys
import time

import pytest
import structlog

from tunerr.model.url import SecretUrl
from tunerr.support.logging import configure, redacted

log = structlog.get_logger("tunerr.test")


@pytest.fixture(autouse=True)
def _restored():
    root, ours = logging.getLogger(), logging.getLogger("tunerr")
    before = (root.handlers[:], root.level, ours.level)
    yield
    root.handlers[:], level, ours_level = before
    root.setLevel(level)
    ours.setLevel(ours_level)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "text",
    [
        "fetching http://alice:hunter2@h/x.",
        "GET http://h:80/get.php?username=alice&password=hunter2&type=m3u",
        "GET http://h/live/alice/hunter2/1.ts, then more",
        "GET http://h/alice/hunter2/1.ts",
        "username=alice&password=hunter2",
        "Authorization: Bearer hunter2",
        '{"password": "hunter2"}',
        "rtsp login alice:hunter2@camera failed",
    ],
)
def test_credentials_are_taken_out_of_text(text):
    assert "hunter2" not in redacted(text)
    assert redacted(redacted(text)) == redacted(text)


@pytest.mark.parametrize(
    "text",
    ["listening on 127.0.0.1:5004", "open http://192.168.1.2:5004/discover.json now", "at 12:30:01 channel 5.1: ok"],
)
def test_harmless_text_stays(text):
    assert redacted(text) == text


@pytest.mark.parametrize("text", ["a." * 30_000, "a" * 60_000, "a:" * 30_000, "user" * 15_000, "a@" * 30_000])
def test_long_text_from_outside_costs_linear_time(text):
    start = time.perf_counter()
    redacted(text)
    assert time.perf_counter() - start < 1


def test_the_sentence_around_a_url_stays():
    assert redacted("see (http://h/a.m3u?b=c), then.") == "see (http://h/a.m3u?…), then."


def test_json_lines_have_level_time_and_no_secret(capsys):
    configure("info", json=True)
    log.debug("not this")
    log.info(
        "fetched",
        url=SecretUrl("http://u:hunter2@h/a/b"),
        urls=["http://h/x?p=hunter2"],
        nested={"k": ("http://h/?hunter2",)},
        password="hunter2",
        count=3,
    )
    (line,) = capsys.readouterr().err.splitlines()
    row = json.loads(line)
    assert "hunter2" not in line
    assert (row["event"], row["level"], row["logger"], row["count"]) == ("fetched", "info", "tunerr.test", 3)
    assert row["timestamp"].endswith("Z")


def test_exceptions_are_shown_without_secrets(capsys):
    configure("info", json=False)
    log.error("it broke", exc_info=RuntimeError("http://u:hunter2@h/"))
    text = capsys.readouterr().err
    assert "RuntimeError: http://h/" in text
    assert "hunter2" not in text
    assert "\x1b" not in text


def test_libraries_are_heard_from_warning_on(capsys):
    configure("debug", json=False)
    library = logging.getLogger("aiohttp.client")
    library.info("chatter")
    library.warning("trouble at %s", "http://h/?hunter2")
    log.debug("ours")
    text = capsys.readouterr().err
    assert "chatter" not in text
    assert "trouble at http://h/?…" in text
    assert "hunter2" not in text
    assert "ours" in text


def test_a_second_call_replaces_the_first(capsys):
    configure("error", json=True)
    log.warning("hidden")
    configure("warning", json=False)
    log.warning("shown", number=1)
    text = capsys.readouterr().err
    assert "hidden" not in text
    assert text.count("shown") == 1
    assert "number=1" in text


def test_nothing_goes_to_stdout():
    code = (
        "from tunerr.support.logging import configure; import structlog;"
        "configure('info', json=False); structlog.get_logger('x').error('e')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == ""
    assert "e" in done.stderr
