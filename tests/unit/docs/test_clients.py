"""The page of real clients has a row for everything that a client does in a test."""

import ast
from pathlib import Path

import pytest

from tests.tools.client_page import HEAD, PAGE, Row, page

CLIENTS = Path(__file__).parents[2] / "clients"


def deeds():
    """(client, what it does) of all tests with real clients."""
    for path in sorted(CLIENTS.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("test_"):
                marks = [mark for mark in node.decorator_list if ast.unparse(mark).startswith("pytest.mark.client(")]
                assert len(marks) == 1, f"{path.name}: {node.name} names no client"
                yield tuple(argument.value for argument in marks[0].args)


DEEDS = list(deeds())


def test_each_deed_is_told_apart():
    assert len(set(DEEDS)) == len(DEEDS) > 10


@pytest.mark.parametrize("deed", DEEDS, ids=" ".join)
def test_the_page_has_a_row(deed):
    rows = [line.strip("| ").split(" | ") for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    assert tuple(rows[0]) == HEAD
    assert deed in {(client, did) for client, _, did, _ in rows[2:]}


def test_the_page_depends_on_rows_and_day_alone():
    one, other = Row("curl", "7.1", "reads", "200 | 3"), Row("VLC", "3.0", "plays", "h264")
    text = page([one, other], "2026-11-22")
    assert text == page([other, one], "2026-11-22")
    assert text.endswith("| curl | 7.1 | reads | 200 / 3 |\n| VLC | 3.0 | plays | h264 |\n")
