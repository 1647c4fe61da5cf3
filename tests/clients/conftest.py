"""Real clients against the real program; what each one did is kept in rows.

A test names its client and what that does: `@pytest.mark.client("curl", "reads every document")`, and tells its
fixture `saw` the version and the result. `./scripts/verify --clients` makes docs/reference/clients.md of them.
"""

import os
import re
import socket
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from tests.tools.client_page import PAGE, Row, page, table
from tests.tools.household import household
from tests.tools.netns import BRIDGE

ROWS = pytest.StashKey()
SAW = pytest.StashKey()


@pytest.fixture
def saw(request):
    """Keeps what a client said of itself and what came of it: `saw(version, result)`."""

    def keep(version, result):
        request.node.stash[SAW] = (version, result)

    return keep


def pytest_configure(config):
    config.stash[ROWS] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    marker = item.get_closest_marker("client")
    if marker and marker.args and (call.when == "call" or (call.when == "setup" and not report.passed)):
        name, did = marker.args
        version, result = item.stash.get(SAW, ("-", ""))
        if report.skipped:
            result = f"not run: {call.excinfo.value}"
        elif report.failed:
            result = "FAILED"
        item.config.stash[ROWS].append(Row(name, version, did, result))
    return report


def pytest_terminal_summary(terminalreporter, config):
    if rows := config.stash[ROWS]:
        terminalreporter.section("real clients")
        terminalreporter.write_line(table(rows))


def pytest_sessionfinish(session, exitstatus):
    if exitstatus == 0 and os.environ.get("TUNERR_VERIFY") == "clients":
        PAGE.write_text(page(session.config.stash[ROWS], f"{datetime.now(UTC):%Y-%m-%d}"))


def networked():
    """Whether these tests have a network of their own, in which broadcasts reach the program."""
    return BRIDGE in {name for _, name in socket.if_nameindex()}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(tmp_path_factory):
    """The program that all clients share, its guide made, with the native protocol on."""
    host = "0.0.0.0" if networked() else "127.0.0.1"
    async with household(tmp_path_factory.mktemp("house"), host=host, native=True) as server:
        yield server


@pytest.fixture
def native(house):
    """Skips where another program has port 65001, which clients of the native protocol can't do without."""
    if not networked() and re.search(r"(?:control|discovery)=False", house.log):
        pytest.skip("another program has port 65001")


@pytest.fixture
def network(native):
    """Skips outside a network of its own (`python -m tests.tools.netns`): there are no broadcasts on loopback."""
    if not networked():
        pytest.skip("no network of its own here")


@pytest.fixture
async def urls(house):
    """The URL of each channel by its name."""
    return {row["GuideName"]: row["URL"] for row in await house.json("/lineup.json")}
