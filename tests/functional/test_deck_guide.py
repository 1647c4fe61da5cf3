"""The deck's guide in the real program: grid, repair, doctor and search, by HTTP and in a real browser."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from lxml import html

from tests.functional.test_guide_policy import xmltv
from tests.tools.deck import browsing, operating
from tests.tools.until import until

HOSTILE = "\u202eevil &lt;script&gt;alert(1)&lt;/script&gt; &lt;img src=x onerror=alert(1)&gt;"
NAMES = ("Alpha", "Beta", "Sports Arena Premium")


def hours(channel, titles):
    """Programmes of one hour, the second of them on now."""
    first = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    times = [first + timedelta(hours=place) for place in range(len(titles) + 1)]
    return "".join(
        f'<programme channel="{channel}" start="{start:%Y%m%d%H%M%S} +0000" stop="{stop:%Y%m%d%H%M%S} +0000">'
        f"<title>{title}</title><desc>What happens in {title}.</desc></programme>"
        for start, stop, title in zip(times, times[1:], titles, strict=False)
    )


@pytest.fixture
async def server(boot, provider):
    """Alpha and Beta have a guide; Sports Arena Premium is in none, though one id is like it."""
    channels = ("alpha.test", "beta.test", "arena.test")
    document = xmltv(
        hours("alpha.test", [f"Film {place}" for place in range(60)]),
        hours("beta.test", [HOSTILE] * 60),
        hours("arena.test", [f"Match {place}" for place in range(60)]),
        channels=channels,
    ).replace("<display-name>Arena<", "<display-name>Sports Arena Premium Extra<")
    provider.publish("/guide.xml", document)
    url = provider.playlist(*NAMES)
    running = await boot(env={"IPTV_TUNERR_M3U_URL": url, "IPTV_TUNERR_XMLTV_URL": provider.base + "/guide.xml"})

    async def examined_guide():
        return (await running.json("/guide/health.json"))["source_ready"]

    await until(examined_guide, deadline=60, what="the first guide")
    return running


async def shown(session, server, path):
    async with session.get(server.deck + path) as answer:
        assert answer.status == 200, await answer.text()
        return html.fromstring(await answer.text())


async def told(session, server, path):
    async with session.get(f"{server.deck}/api/v1{path}") as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


def words(element):
    return " ".join(element.text_content().split())


async def test_grid_programme_and_search(server):
    async with operating(server) as operator:
        session = operator.session
        page = await shown(session, server, "/guide")
        assert [words(one) for one in page.xpath("//tbody//th//b")] == [
            f"{n} {name}" for n, name in enumerate(NAMES, 1)
        ]
        (film,) = page.xpath("//tbody/tr[1]/td[contains(@class, 'now')]//a")
        assert re.match(r"◂? ?Film 1 now, \d+ min left, \d\d:00 to \d\d:00, 1 Alpha$", words(film))
        assert "no programme known" in words(page.xpath("//tbody/tr[3]")[0])
        assert not page.xpath("//main//script | //main//img[@onerror] | //main//*[@style]")
        assert len(page.xpath("//bdi[contains(., '<script>')]")) >= 3

        details = await shown(session, server, film.get("href"))
        assert "What happens in Film 1." in words(details)
        assert "The guide xmltv, linked by the same id: alpha.test" in words(details)

        later = page.xpath("//a[normalize-space()='Later']/@href")[0]
        assert "Film 1 " not in words(await shown(session, server, later))
        assert (await told(session, server, "/guide?show=unlinked"))["total"] == 1
        assert [row["name"] for row in (await told(session, server, "/guide?q=beta"))["rows"]] == ["Beta"]
        async with session.get(f"{server.deck}/guide?at=soon") as answer:
            assert answer.status == 400
            assert "2026-10-25T20:00" in await answer.text()

        async def found():
            return (await told(session, server, "/guide/search?q=film+7"))["hits"]

        hits = await until(found, deadline=60, what="the index of titles")
        assert {hit["title"] for hit in hits} == {"Film 7"}
        grid = await shown(session, server, hits[0]["grid"])
        assert "Film 7" in words(grid.xpath("//tbody/tr[1]/td[1]")[0])


async def test_a_link_is_mended_and_taken_back(server):
    async with operating(server) as operator:
        session, csrf = operator.session, operator.csrf

        async def act(name, **fields):
            data = {"csrf": csrf, "back": "/guide/repair", **fields}
            async with session.post(f"{server.deck}/act/{name}", data=data) as answer:
                assert answer.status == 200
                assert answer.url.path == "/guide/repair"
                return html.fromstring(await answer.text())

        async def suggested():
            rows = (await told(session, server, "/guide/repair?show=suggested"))["rows"]
            return rows[0] if rows else None

        row = await until(suggested, deadline=60, what="suggestions")
        assert (row["name"], row["suggestions"][0]["guide_id"]) == ("Sports Arena Premium", "arena.test")
        page = await act("guide-accept", channel=row["id"], guide_id="arena.test")
        assert "Sports Arena Premium is linked to arena.test." in words(page)
        assert "Undo" in words(page.get_element_by_id("notice"))

        async def linked():
            view = await told(session, server, f"/guide/channel/{row['id']}")
            return [link["method"] for link in view["match"]["links"]] == ["chosen"]

        await until(linked, deadline=60, what="the guide of the choice")
        assert "Match" in words(await shown(session, server, "/guide?q=arena"))

        assert "1 h later" in words(await act("guide-shift", channel=row["id"], hours="+1"))
        assert "by an hour at a time" in words(await act("guide-shift", channel=row["id"], hours="99"))
        assert "not linked to arena.test" in words(await act("guide-refuse", channel=row["id"], guide_id="arena.test"))
        many = await act("guide-accept-many", pair=f"{row['id']} arena.test")
        assert "1 channel linked" in words(many)
        found = await told(session, server, f"/guide/channel/{row['id']}?q=ARENA")
        assert [one["guide_id"] for one in found["found"]] == ["arena.test"]


async def test_the_doctor_leads_to_the_list_of_each_problem(server):
    async with operating(server) as operator:
        session, csrf = operator.session, operator.csrf

        async def findings():
            return (await told(session, server, "/guide/doctor"))["findings"]

        by_kind = {one["kind"]: one for one in await until(findings, deadline=60, what="the examination")}
        assert by_kind["unmatched"]["path"] == "/guide/repair?show=suggested"
        page = await shown(session, server, "/guide/doctor")
        assert "2 of 3" in words(page.get_element_by_id("live"))
        for path in page.xpath("//li[@class='finding']//a/@href"):
            async with session.get(server.deck + path) as answer:
                assert answer.status == 200, path
        async with session.post(f"{server.deck}/ops/actions/guide-examine", data={"csrf": csrf}) as answer:
            assert (await answer.json())["message"] == "The guides are being examined."


@pytest.mark.client
async def test_the_grid_by_keyboard_in_chromium(server):
    async with browsing(server, path="/guide") as tab:
        focused = "document.activeElement.closest('tr').rowIndex + ' ' + document.activeElement.parentElement.cellIndex"
        on = tab.locator("tbody tr:first-child td.now a")
        await on.focus()
        assert await tab.locator("tbody a[tabindex='0']").count() == 1
        start = await tab.evaluate(focused)
        for key, place in (
            ("ArrowLeft", None), ("Home", "1 0"), ("ArrowLeft", "1 0"), ("ArrowDown", "2 0"), ("Control+End", None),
            ("Control+Home", "1 0"), ("ArrowUp", "1 0"),
        ):  # fmt: skip
            await tab.keyboard.press(key)
            assert place in (None, await tab.evaluate(focused)), key
        await on.focus()
        await tab.keyboard.press("ArrowDown")
        await tab.keyboard.press("ArrowDown")
        assert "no programme known" in await tab.evaluate("document.activeElement.textContent")
        await tab.keyboard.press("ArrowUp")
        await tab.keyboard.press("ArrowUp")
        assert await tab.evaluate(focused) == start

        await tab.keyboard.press("Enter")
        panel = tab.locator(".guide-panel")
        await panel.get_by_text("What happens in Film 1.").wait_for()
        assert await panel.evaluate("panel => panel === document.activeElement")
        await tab.keyboard.press("Escape")
        assert await panel.is_hidden()
        assert await tab.evaluate(focused) == start
        line = tab.locator(".now-line")
        assert (await line.bounding_box())["x"] > (await tab.locator("tbody th").first.bounding_box())["width"]
        await tab.keyboard.press("Tab")
        assert not await tab.evaluate("!!document.activeElement.closest('table')"), "the grid is one stop of Tab"

        search = tab.get_by_label("Search channels")
        await search.fill("beta")
        await tab.wait_for_url(re.compile("q=beta"))
        await tab.locator("tbody tr").nth(1).wait_for(state="detached")
        assert await tab.locator("tbody a[tabindex='0']").count() == 1, "what came by the filter is walked as well"
