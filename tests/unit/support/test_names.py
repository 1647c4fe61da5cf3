import asyncio

import pytest

from tests.tools.world import Names, pretended_zone, serving
from tunerr.errors import AddressRefused
from tunerr.model.url import SecretUrl, Zone
from tunerr.support import names
from tunerr.support.http import HttpClients, Reach
from tunerr.support.names import RememberingResolver


class Failing(Names):
    failure = None

    async def resolve(self, host, port=0, family=0):
        if self.failure is not None:
            await self.failure()
        return await super().resolve(host, port, family)


async def broken():
    raise OSError(None, "Could not contact DNS servers")


async def test_a_name_keeps_its_addresses_while_dns_fails():
    inner = Failing(tv_example=[["127.0.0.2"]])
    resolver = RememberingResolver(inner)
    await resolver.resolve("tv.example", 80)
    inner.failure = broken
    assert [(row["host"], row["port"]) for row in await resolver.resolve("tv.example", 8080)] == [("127.0.0.2", 8080)]
    with pytest.raises(OSError, match="contact DNS"):
        await resolver.resolve("never.example", 80)


async def test_dns_that_does_not_answer_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(names, "_PATIENCE_SECONDS", 0.05)
    inner = Failing(tv_example=[["127.0.0.2"]])
    resolver = RememberingResolver(inner)
    await resolver.resolve("tv.example")
    inner.failure = asyncio.Event().wait
    async with asyncio.timeout(2):
        assert await resolver.resolve("tv.example")


async def test_the_newest_answer_is_the_one_kept():
    inner = Failing(tv_example=[["127.0.0.2"], ["127.0.0.3"]])
    resolver = RememberingResolver(inner)
    await resolver.resolve("tv.example")
    await resolver.resolve("tv.example")
    inner.failure = broken
    assert [row["host"] for row in await resolver.resolve("tv.example")] == ["127.0.0.3"]


async def test_old_addresses_pass_the_guard_too():
    inner = Failing(tv_example=[["127.0.0.3"]])
    made = HttpClients(user_agent="x", zone_of=pretended_zone, resolver=inner)

    async def handler(_):
        return None

    async with serving(handler, "127.0.0.3") as port:
        assert await made.check("tv.example", port, reach=Reach(Zone.PRIVATE)) == "127.0.0.3"
        inner.failure = broken
        url = SecretUrl(f"http://tv.example:{port}/")
        with pytest.raises(AddressRefused):
            async with made.request(url, reach=Reach(Zone.INTERNET)):
                pass
    await made.aclose()
