"""Every check of what clients require of an HDHomeRun has a test that carries its id: `test_H01_…`."""

import ast
import importlib
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
COUNTS = {"H": 18, "S": 20, "U": 6, "C": 9, "P": 1, "X": 4}
CHECKS = [f"{letter}{number:02d}" for letter, count in COUNTS.items() for number in range(1, count + 1)]


def named():
    """The ids in the names of all tests."""
    found = set()
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                found |= set(re.findall(r"(?<=_)[A-Z]\d\d(?=_)", node.name))
    return found


@pytest.fixture(scope="module")
def ids():
    return named()


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_has_a_test(check, ids):
    assert check in ids


def test_no_test_has_the_id_of_no_check(ids):
    assert ids <= set(CHECKS)


# What these two ask for comes with the issue "[8/10] Media servers"; its package makes them fail until they are real.
media_servers = pytest.mark.xfail(strict=True, raises=ModuleNotFoundError, reason="[8/10] Media servers")


@media_servers
def test_X03_a_registration_that_is_run_twice_leads_to_the_same_end():
    importlib.import_module("tunerr.mediaservers")


@media_servers
def test_X04_only_the_stale_session_is_terminated():
    importlib.import_module("tunerr.mediaservers")
