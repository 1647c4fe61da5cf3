"""User-Agents by host: those of the operator, and those that a probe found to work where the usual one is refused."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Iterator, Mapping

from tunerr.storage.facts import Facts

_PREFIX = "host_agent:"


class HostAgents:
    """Facts `host_agent:<host>` of state.db below what the operator `fixed`, all hosts in lower case.

    Raises StorageError.
    """

    def __init__(self, facts: Facts, *, fixed: Mapping[str, str]) -> None:
        self._facts = facts
        self._learned: dict[str, str] = {}
        self.fixed = dict(fixed)
        self.by_host: Mapping[str, str] = ChainMap(self.fixed, self._learned)
        """What each host is asked with now; it changes as something is learned."""

    async def load(self) -> None:
        """Read what was learned before."""
        found = await self._facts.starting(_PREFIX)
        self._learned.update({name.removeprefix(_PREFIX): agent for name, agent in found.items()})

    async def learn(self, agents: Mapping[str, str], *, usual: Collection[str] = ()) -> None:
        """Remember what hosts want, and forget the hosts that are well with the `usual` User-Agent."""
        for host, agent in agents.items():
            if self._learned.get(host) != agent:
                await self._facts.set(_PREFIX + host, agent)
                self._learned[host] = agent
        for host in self._learned.keys() & set(usual) - agents.keys():
            await self._facts.remove(_PREFIX + host)
            del self._learned[host]

    def rows(self) -> Iterator[dict[str, str]]:
        """Yield each host with its `user_agent` and where that is `from`: setting or probe."""
        for host, agent in sorted(self.by_host.items()):
            yield {"host": host, "user_agent": agent, "from": "setting" if host in self.fixed else "probe"}
