import pytest

from tunerr.storage.connection import open_server
from tunerr.storage.facts import Facts
from tunerr.storage.host_agents import HostAgents


@pytest.fixture
async def facts(tmp_path):
    state = await open_server(tmp_path / "state.db", kind="state")
    yield Facts(state)
    await state.close()


async def agents(facts, **fixed):
    made = HostAgents(facts, fixed={host.replace("_", "."): agent for host, agent in fixed.items()})
    await made.load()
    return made


async def test_what_was_learned_is_there_after_a_restart(facts):
    await facts.set("device_id", "10512343")
    first = await agents(facts)
    seen = first.by_host
    await first.learn({"a.example": "VLC", "b.example": "Kodi"})
    assert dict(seen) == {"a.example": "VLC", "b.example": "Kodi"}
    assert dict((await agents(facts)).by_host) == seen
    await first.learn({"a.example": "mpv"})
    assert (await agents(facts)).by_host["a.example"] == "mpv"
    assert await facts.get("device_id") == "10512343"


async def test_a_host_that_is_well_as_usual_is_forgotten(facts):
    made = await agents(facts)
    await made.learn({"a.example": "VLC", "b.example": "Kodi"})
    await made.learn({"b.example": "Kodi"}, usual=["a.example", "b.example", "never.example"])
    assert dict(made.by_host) == {"b.example": "Kodi"}
    assert dict((await agents(facts)).by_host) == {"b.example": "Kodi"}


async def test_the_operator_s_word_wins_and_both_are_told_apart(facts):
    made = await agents(facts, a_example="Mine")
    await made.learn({"a.example": "VLC", "b.example": "Kodi"})
    assert dict(made.by_host) == {"a.example": "Mine", "b.example": "Kodi"}
    assert list(made.rows()) == [
        {"host": "a.example", "user_agent": "Mine", "from": "setting"},
        {"host": "b.example", "user_agent": "Kodi", "from": "probe"},
    ]
