from tunerr.app.acts import agent_acts
from tunerr.app.arguments import Arguments
from tunerr.providers.probe import AGENTS
from tunerr.storage.connection import open_server
from tunerr.storage.facts import Facts
from tunerr.storage.host_agents import HostAgents


async def test_agents_are_learned_when_a_probe_could_have_found_them(tmp_path):
    state = await open_server(tmp_path / "state.db", kind="state")
    acts = agent_acts(HostAgents(Facts(state), fixed={}))
    found = {"A.example": AGENTS["VLC"], "b.example": "evil\r\nX: y"}
    assert await acts["agents-learn"](Arguments({"agents": found})) == "1 remembered."
    assert await acts["agents"](Arguments({})) == [{"host": "a.example", "user_agent": AGENTS["VLC"], "from": "probe"}]
    await acts["agents-learn"](Arguments({"agents": {}, "usual": ["A.example"]}))
    assert await acts["agents"](Arguments({})) == []
    await state.close()
