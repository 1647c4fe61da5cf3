"""Every page of the deck in every state, by the real program: well-formed, quick to fail clearly, and usable by all."""

import asyncio
import re
import sqlite3
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from tests.tools.a11y import findings
from tests.tools.deck import browsing, operating
from tests.tools.deck_pictures import PAGES
from tests.tools.house import watched
from tests.tools.server import running, start
from tests.tools.structure import well_formed
from tests.tools.until import until
from tunerr.lab.bench.catalog import playlist

LARGE = 50_000
NOWHERE = "http://127.0.0.1:9/list.m3u"
HOSTILE = '"><script>alert(1)</script>\u202egnp.exe'


@asynccontextmanager
async def world(kind, folder):
    """A program in one of four states."""
    env = {"IPTV_TUNERR_M3U_URL": NOWHERE} if kind == "empty" else {}
    if kind == "large":
        env = {"IPTV_TUNERR_M3U_URL": str(playlist(folder / "large.m3u", LARGE))}
    if kind == "empty":
        env |= {"IPTV_TUNERR_REFRESH": "0"}
    booting = unready(folder, env) if kind == "empty" else running(folder / "data", env=env, deadline=180)
    async with booting as server, operating(server) as operator:
        if kind == "failing":
            await until(lambda: "programmes for" in server.log, what="the demo's guide")
            break_databases(server.folder / "demo")
        if kind in ("typical", "failing"):
            async with watched(server):
                yield server, operator
        else:
            yield server, operator


@asynccontextmanager
async def unready(folder, env):
    """A program whose only source can't be had: it serves, and is never ready."""
    server = await asyncio.to_thread(start, folder / "data", env=env)
    try:
        await until(lambda: "control deck is up" in server.log, what=f"the deck: {server.log}")
        yield server
        assert await asyncio.to_thread(server.stop) == 0
    finally:
        if server.process.poll() is None:
            server.kill()


def break_databases(folder):
    """Take away what pages read, as a damaged disk would."""
    for name, tables in (("catalog.db", ("plan_decision", "channel")), ("guide.db", ("programme",))):
        with sqlite3.connect(folder / name, timeout=30) as database:
            for table in tables:
                database.execute(f"ALTER TABLE {table} RENAME TO lost_{table}")
        database.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["empty", "typical", "large", "failing"])
async def state(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    async with world(request.param, folder) as (server, operator):
        yield request.param, server, operator


async def paths_of(operator):
    """Every page: those of one thing by the first link that leads to such a page."""
    for name, path, link in PAGES:
        if not link:
            yield name, path
            continue
        async with operator.session.get(operator.url + path) as answer:
            found = re.search(rf'href="({re.escape(link)}[^"]*)"', await answer.text())
        if found:
            yield name, found[1].replace("&amp;", "&")


@pytest.mark.timeout(300)  # the first of a state boots its program
@pytest.mark.asyncio(loop_scope="module")
async def test_every_page_is_well_formed_in_every_state(state):
    kind, server, operator = state
    seen, failed, problems = [], [], {}
    async for name, path in paths_of(operator):
        async with operator.session.get(operator.url + path) as answer:
            body = await answer.text()
        wrong = well_formed(body) + ["a fault of ours"] * ("Something went wrong here" in body)
        problems |= {name: wrong} if wrong else {}
        seen.append(name)
        if answer.status != 200:
            assert answer.status == 503, (kind, name, answer.status)
            failed.append(name)
    assert not problems, kind
    assert {"home", "live", "channels", "guide", "providers", "settings", "diagnostics"} <= set(seen)
    if kind == "failing":
        assert "channels" in failed
        assert not {"home", "live", "settings", "diagnostics-logs"} & set(failed), "what can be shown is shown"
    else:
        assert not failed, (kind, failed)
    assert "Traceback" not in server.log


@pytest.mark.asyncio(loop_scope="module")
async def test_every_page_has_the_same_as_json(state):
    kind, _, operator = state
    async for name, path in paths_of(operator):
        api = "/home" if path == "/" else path
        async with operator.session.get(f"{operator.url}/api/v1{api}") as answer:
            assert answer.status in ((200, 503) if kind == "failing" else (200,)), (name, answer.status)
            assert isinstance(await answer.json(), dict), name


@pytest.mark.client
@pytest.mark.timeout(300)
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_nothing_serious_in_any_page(tmp_path, theme):
    """Also: nothing on the console, no breach of the policy, no page that is wider than its screen."""
    found, wide = {}, []
    async with world("typical", tmp_path) as (server, operator):
        paths = [pair async for pair in paths_of(operator)]
        phone = theme == "dark"  # one of the two on a phone: what is hidden there is not looked at
        async with browsing(server, level="lab", theme=theme, phone=phone) as tab:
            for name, path in [*paths, ("channels-none", "/channels?q=nothing+has+this+name")]:
                await tab.goto(server.deck + path)
                await tab.wait_for_load_state("load")
                if broken := await findings(tab):
                    found[name] = broken
                if await tab.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    wide.append(name)
        async with browsing(server, login=False, theme=theme, path="/login") as tab:
            assert not await findings(tab)
    assert not found, "\n".join(f"{name}: {line}" for name, lines in found.items() for line in lines)
    assert not wide, f"wider than the screen: {wide}"


async def test_hostile_names_are_text_and_nothing_else(boot, provider):
    """Channel names and programme titles with markup, schemes and marks that turn text around."""
    row = f'#EXTINF:-1 tvg-id="one.test" tvg-name="{HOSTILE}" tvg-logo="javascript:alert(1)",{HOSTILE}'
    provider.publish("/playlist.m3u", f"#EXTM3U\n{row}\n{provider.base}/live/x\n")
    server = await boot(env={"IPTV_TUNERR_M3U_URL": f"{provider.base}/playlist.m3u"})
    async with operating(server) as operator:
        async for name, path in paths_of(operator):
            body = await operator.page(path)
            assert "<script>alert" not in body, name
            assert 'href="javascript:' not in body, name
            assert not well_formed(body), name
        logo = re.search(r"/logo/dna-\w+", await operator.page("/channels"))[0]
        async with operator.session.get(operator.url + logo) as answer:
            assert (answer.status, answer.content_type) == (200, "image/svg+xml")
            assert "<script" not in await answer.text()
