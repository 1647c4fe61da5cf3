import pytest

from tests.tools.clock import ManualClock
from tests.tools.until import until
from tests.tools.validation import PASS, Simulation, channels, target
from tunerr.actions.audit import Audit
from tunerr.actions.validation import begin_testing, end_testing, how_testing_stands, try_channel
from tunerr.errors import ActionRefused, DataFolderError
from tunerr.model.channel import ChannelId
from tunerr.model.stream_test import Finding
from tunerr.providers.validation.batch import Verdict
from tunerr.providers.validation.report import progress, report
from tunerr.providers.validation.settle import settle
from tunerr.storage.connection import open_server, select
from tunerr.support.tasks import Supervisor


def over(count=10):
    run = Simulation(channels(count), lambda _: PASS).run()
    return report(run.batch, settle(run.batch, guard=0.2, now=0.0), requests=run.pace.asked, guard=20)


class Engine:
    def __init__(self, *, running=False, last=None):
        self.progress = progress(Simulation(channels(10), lambda _: PASS).batch) if running else None
        self.last = last

    def end(self):
        return self.progress is not None


class Channels:
    def __init__(self, outcome=None):
        self.outcome = outcome

    async def test_all(self):
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome or over()

    async def test_channel(self, channel):
        secret = target("s", url="http://panel.example/live/hidden-user/hidden-pass/7.ts")
        found = ((secret, Verdict(PASS, "It plays.")), (target("t"), Verdict(Finding.GONE, "The stream is gone.")))
        return found if channel == "dna-1" else ()


@pytest.fixture
async def state(tmp_path):
    db = await open_server(tmp_path / "state.db", kind="state")
    yield db
    await db.close()


@pytest.fixture
async def background():
    supervisor = Supervisor()
    yield supervisor
    await supervisor.aclose()


def audit(state):
    return Audit(state=state, clock=ManualClock())


async def rows(state):
    return [tuple(row) for row in await select(state, "SELECT who, act, subject, detail FROM audit ORDER BY id")]


async def test_a_run_goes_on_after_the_act_has_answered_and_its_outcome_is_recorded(state, background):
    said = await begin_testing(Engine(), Channels(), background, audit(state), who="me")
    assert "began" in said
    await until(lambda: not background.names)
    assert {row[:3] for row in await rows(state)} == {("me", "channel-test", "all channels")}
    assert "Of 10 channels 10 play" in " ".join(row[3] for row in await rows(state))


async def test_so_is_that_it_failed(state, background):
    channels = Channels(DataFolderError("The disk is full."))
    await begin_testing(Engine(), channels, background, audit(state), who="me")
    await until(lambda: not background.names)
    assert "It failed: The disk is full." in [row[3] for row in await rows(state)]


async def test_a_second_run_is_refused(state, background):
    with pytest.raises(ActionRefused):
        await begin_testing(Engine(running=True), Channels(), background, audit(state), who="me")
    assert await rows(state) == []


async def test_a_run_can_be_ended_when_there_is_one(state):
    assert "kept" in await end_testing(Engine(running=True), audit(state), who="me")
    with pytest.raises(ActionRefused):
        await end_testing(Engine(), audit(state), who="me")
    assert [row[1] for row in await rows(state)] == ["channel-test-end"]


async def test_one_channel_is_told_stream_by_stream_without_secrets(state):
    said = await try_channel(Channels(), audit(state), who="me", channel=ChannelId("dna-1"))
    assert said == "1. http://panel.example/…/7.ts: It plays.\n2. http://cdn.example/…: The stream is gone."
    assert (await rows(state))[0] == ("me", "channel-test", "dna-1", said)
    assert await try_channel(Channels(), audit(state), who="me", channel=ChannelId("x")) == "The channel has no stream."


def test_how_it_stands():
    assert "No channels were tested" in how_testing_stands(Engine())
    assert how_testing_stands(Engine(running=True)).startswith("Testing 10 channels")
    assert how_testing_stands(Engine(last=over())).startswith("Of 10 channels 10 play")
