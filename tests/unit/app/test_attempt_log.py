import json

import pytest
import structlog

from tests.tools.attempts import SECRETS, STORY, attempt
from tunerr.app.attempt_log import AttemptLog
from tunerr.support.tasks import Supervisor


@pytest.fixture
async def background():
    tasks = Supervisor()
    yield tasks
    await tasks.aclose()


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


async def test_one_line_for_each_stream_for_its_owner_alone(tmp_path, background):
    path = tmp_path / "streams.jsonl"
    log = AttemptLog(path=path, background=background)
    await log.aclose()
    for number in range(20):
        log.add(attempt(number, status="ok", events=STORY))
    await log.aclose()
    assert [row["req_id"] for row in lines(path)] == [f"r{number:06}" for number in range(20)]
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text()
    assert "source 2 of 2 (http://provider.test" in text
    assert not any(secret in text for secret in SECRETS)


async def test_a_file_that_is_moved_away_is_made_again(tmp_path, background):
    path = tmp_path / "streams.jsonl"
    log = AttemptLog(path=path, background=background)
    log.add(attempt(1, status="ok"))
    await log.aclose()
    path.rename(tmp_path / "streams.1")
    log.add(attempt(2, status="ok"))
    await log.aclose()
    assert [row["req_id"] for row in lines(path)] == ["r000002"]


async def test_a_disk_error_is_told_once_until_it_is_over(tmp_path, background):
    folder = tmp_path / "later"
    log = AttemptLog(path=folder / "streams.jsonl", background=background)

    async def add():
        log.add(attempt(1, status="ok"))
        await log.aclose()

    with structlog.testing.capture_logs() as said:
        await add()
        await add()
        folder.mkdir()
        await add()
        (folder / "streams.jsonl").unlink()
        folder.rmdir()
        await add()
    assert [row["error"] for row in said] == ["No such file or directory"] * 2
