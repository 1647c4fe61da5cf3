import asyncio

import pytest

from tests.tools.clock import ManualClock
from tests.unit.views.guide_values import NOW
from tunerr.errors import WorkerError
from tunerr.guide.diagnosis.doctor import Findings
from tunerr.guide.messages import DoctorAnswer
from tunerr.views.guide_reports import Diagnoses


async def test_the_last_findings_stay_when_the_next_examination_fails():
    found, clock, gate = Findings(DoctorAnswer(channels=(), guides=()), None, NOW), ManualClock(), asyncio.Event()
    answers = [found, WorkerError("It broke.")]

    async def ask():
        await gate.wait()
        answer = answers.pop(0)
        if isinstance(answer, WorkerError):
            raise answer
        return answer

    diagnoses = Diagnoses(ask, clock)
    assert (diagnoses.latest, diagnoses.failure, diagnoses.running) == (None, None, False)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(diagnoses.current(None))
        await asyncio.sleep(0)
        assert diagnoses.running
        gate.set()
    assert (diagnoses.latest, diagnoses.failure, diagnoses.running) == (found, None, False)
    clock.advance(61)
    with pytest.raises(WorkerError):
        await diagnoses.current(None)
    assert diagnoses.latest is found
    assert diagnoses.failure.message == "It broke."
