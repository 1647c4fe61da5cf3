"""What a running program tells of its guide, on both ports, and a refresh that a program asks for."""

import json

import pytest

from tests.functional.test_guide_policy import rows, xmltv
from tests.tools.deck import operating
from tests.tools.operator import asked
from tests.tools.until import until

REPORTS = (
    *(f"/guide/{name}.json" for name in ("health", "policy", "doctor", "aliases", "lineup-match", "highlights")),
    *("/guide/epg-store.json?detail=1", "/guide/search.json?q=film", "/ui/guide-preview.json"),
    *(f"/channels/{name}.json" for name in ("report", "leaderboard", "dna")),
)


@pytest.fixture
def home(provider):
    provider.publish("/guide.xml", xmltv(rows("alpha.test", 60), channels=("alpha.test",)))
    url = provider.playlist("Alpha", "Lonely")
    return {"IPTV_TUNERR_M3U_URL": url, "IPTV_TUNERR_XMLTV_URL": provider.base + "/guide.xml"}


async def test_the_reports_of_both_ports(boot, provider, home):
    server = await boot(env=home)

    async def searchable():
        return (await server.json("/guide/search.json?q=film"))["count"] > 0

    await until(searchable, deadline=90, what="titles to search in")
    async with operating(server) as operator:
        for path in REPORTS:
            told = await server.json(path)
            async with operator.session.get(server.deck + path) as answer:
                same = json.loads(await answer.text())
                assert answer.status == 200, path
            assert told.keys() == same.keys()
            assert told["generated_at"], path
            assert told["source_ready"] is True, path
        provider.publish("/guide.xml", xmltv(rows("alpha.test", 60, "Opera"), channels=("alpha.test",)))
        sent = {"csrf": operator.csrf}
        async with operator.session.post(f"{server.deck}/ops/actions/guide-refresh", data=sent) as answer:
            assert answer.status == 200
            assert "refreshed" in (await answer.json())["message"]

    async def opera():
        return (await server.json("/guide/search.json?q=opera"))["count"] > 0

    await until(opera, deadline=90, what="the new guide")
    calendar = await server.get("/guide/calendar.ics?channel=1")
    assert b"SUMMARY:Opera" in calendar.data
    found = await asked(server, "guide-programmes", text="opera", limit=2)
    assert [row["title"] for row in found] == ["Opera", "Opera"]
