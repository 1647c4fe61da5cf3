import os
import subprocess
import sys
from pathlib import Path

import pytest

from tunerr.cli.main import dispatch, normalized

ROOT = Path(__file__).parents[3]


@pytest.fixture
def tunerr(tmp_path):
    """Runs the real program in an empty folder and without any setting of ours."""

    def run(*arguments, module="tunerr.cli", **environ):
        env = {name: value for name, value in os.environ.items() if not name.startswith("IPTV_TUNERR_")}
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=tmp_path,
            env={**env, "PYTHONPATH": str(ROOT), **environ},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_no_command_is_usage_on_stderr_and_1(tunerr):
    done = tunerr()
    assert (done.returncode, done.stdout) == (1, "")
    assert "Usage: iptv-tunerr" in done.stderr


def test_unknown_command_is_message_usage_and_1(tunerr):
    done = tunerr("frobnicate")
    assert (done.returncode, done.stdout) == (1, "")
    assert "'frobnicate' is no command" in done.stderr
    assert "Usage: iptv-tunerr" in done.stderr


@pytest.mark.parametrize("arguments", [("version",), ("-version",), ("--version",)])
def test_version(tunerr, arguments):
    done = tunerr(*arguments, module="tunerr")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("iptv-tunerr ")


@pytest.mark.parametrize(
    "arguments", [["help"], ["-h"], ["--help"], ["-help"], ["help-all"], ["--all-commands"], ["help", "help"]]
)
def test_help_is_0_on_stdout(arguments, capsys):
    assert dispatch(arguments) == 0
    out, err = capsys.readouterr()
    assert "Core:" in out
    assert err == ""


@pytest.mark.parametrize("arguments", [["help", "run"], ["run", "-h"], ["run", "-help"], ["run", "--help"]])
def test_help_of_a_command(arguments, capsys):
    assert dispatch(arguments) == 0
    assert "--tuner-count" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [["run", "-nonsense", "1"], ["run", "-addr"], ["run", "stray"], ["source", "accept"], ["version", "-x"]],
)
def test_bad_flag_is_2(arguments, capsys):
    assert dispatch(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(arguments[0])
    assert err.endswith(f"What it takes: iptv-tunerr {arguments[0]} --help\n")


@pytest.mark.parametrize("arguments", [["config"], ["config", "bogus"], ["deck"], ["source", "drop"]])
def test_missing_or_unknown_act_is_usage_and_1(arguments, capsys):
    assert dispatch(arguments) == 1
    assert "Usage: iptv-tunerr" in capsys.readouterr().err


@pytest.mark.parametrize("flag", [("-addr", "nine"), ("-addr=nine",), ("--addr", "nine"), ("--addr=nine",)])
def test_bad_settings_are_all_listed_and_2(tunerr, tmp_path, flag):
    (tmp_path / ".env").write_text("IPTV_TUNERR_REFRESH=soon\nIPTV_TUNERR_WEBUI_PORT=1\n")
    done = tunerr("run", *flag, IPTV_TUNERR_WEBUI_PORT="many", IPTV_TUNERR_M3U_URL="ftp://u:hunter2@h")
    assert (done.returncode, done.stdout) == (2, "")
    for part in (
        "--addr: 'nine'",
        "IPTV_TUNERR_REFRESH (in .env): 'soon'",
        "IPTV_TUNERR_WEBUI_PORT: 'many'",
        "M3U_URL",
    ):
        assert part in done.stderr
    assert "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr


def test_config_show_says_where_values_came_from_and_no_secret(tunerr, tmp_path):
    (tmp_path / ".env").write_text('IPTV_TUNERR_M3U_URL="http://h/get.php?password=hunter2"\n')
    done = tunerr("config", "show", IPTV_TUNERR_REFRESH="90m", IPTV_TUNERR_REFRSH="1")
    assert done.returncode == 0
    lines = {line.split("=")[0]: line for line in done.stdout.splitlines()}
    assert lines["IPTV_TUNERR_REFRESH"].split() == ["IPTV_TUNERR_REFRESH=1h30m", "#", "environment"]
    assert lines["IPTV_TUNERR_M3U_URL"].endswith("# .env")
    assert "m3u" in done.stdout
    assert "nearest one is IPTV_TUNERR_REFRESH" in done.stdout
    assert "hunter2" not in done.stdout + done.stderr


def test_config_check(tunerr):
    assert tunerr("config", "check").returncode == 0
    assert tunerr("config", "check", IPTV_TUNERR_TUNER_COUNT="0").returncode == 2


def test_config_reference_prints_the_page(capsys):
    assert dispatch(["config", "reference"]) == 0
    assert capsys.readouterr().out == (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")


def test_go_flags_are_normalized_and_values_are_not():
    assert normalized(["run", "-addr", ":1", "-m3u=a-b", "--x", "-h", "-1", "-1.5", "--", "-addr"]) == [
        "run", "--addr", ":1", "--m3u=a-b", "--x", "-h", "-1", "-1.5", "--", "-addr",
    ]  # fmt: skip


def test_help_and_errors_load_neither_settings_nor_cyclopts():
    code = (
        "import sys; from tunerr.cli.main import dispatch; dispatch(['help']); dispatch(['nope']);"
        "heavy = {'pydantic', 'cyclopts', 'aiohttp', 'uvloop', 'numpy'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr


def test_settings_load_without_the_server():
    code = (
        "import sys; from tunerr.cli.main import dispatch; dispatch(['run', '-addr', 'x']);"
        "heavy = {'aiohttp', 'uvloop', 'numpy', 'lxml'} & set(sys.modules); sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_reader_that_has_enough_is_no_failure(tmp_path):
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "tunerr.cli", "config", "reference"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (141, "")
