import inspect
import sys
import types

import pytest

from tunerr.cli.main import dispatch
from tunerr.cli.options import DECLARED
from tunerr.cli.run import run
from tunerr.errors import DataFolderLocked


@pytest.fixture
def served(monkeypatch, tmp_path):
    """Stands in for the server: records what it was given and ends as told."""
    seen = types.SimpleNamespace(loaded=None, outcome=0)

    async def serve(loaded):
        seen.loaded = loaded
        if isinstance(seen.outcome, Exception):
            raise seen.outcome
        return seen.outcome

    module = types.ModuleType("tunerr.app.main")
    module.serve = serve
    monkeypatch.setitem(sys.modules, "tunerr.app.main", module)
    monkeypatch.chdir(tmp_path)
    return seen


def test_every_declared_option_is_one_of_run():
    assert {name.replace("_", "-") for name in inspect.signature(run).parameters} == {
        setting.flag for setting in DECLARED.values()
    }


def test_every_option_reaches_its_setting(served, tmp_path):
    examples = [f"-{setting.flag}={setting.example}" for setting in DECLARED.values()]
    assert dispatch(["run", *examples]) == 0
    assert served.loaded.origins == dict.fromkeys(DECLARED, "flag")


def test_minus_one_is_a_value(served):
    assert dispatch(["run", "-tuner-count", "-1"]) == 0
    assert served.loaded.settings.gateway.tuner_count is None


def test_the_servers_code_is_the_programs(served):
    served.outcome = 3
    assert dispatch(["run"]) == 3


def test_a_failure_at_run_time_is_message_hint_and_1(served, capsys):
    served.outcome = DataFolderLocked("Another server owns it.", hint="Stop it first.")
    assert dispatch(["run"]) == 1
    assert capsys.readouterr().err.splitlines()[-2:] == ["Another server owns it.", "Stop it first."]
