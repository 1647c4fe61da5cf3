"""The real program against an Xtream panel and its bad habits."""

import aiohttp
import pytest
import pytest_asyncio

from tests.functional.test_bad_input import command
from tests.tools.clients import probe
from tests.tools.server import start
from tests.tools.until import until
from tunerr.lab.media import MediaLibrary, default_folder
from tunerr.lab.panel import Quirk, XtreamPanel
from tunerr.support.ffmpeg import locate_ffmpeg

NAMES = ["DE: Das Erste HD", "DE: ZDF", "DE: Deutschlandfunk", "UK: BBC One", "UK: BBC Two", "UK: Film4", "UK: Dave"]
DECK = ("admin", "a long pass phrase")


def panel_settings(panel, **more):
    named = {"URL": panel.base_url, "USER": panel.user, "PASS": panel.password, **more}
    return {f"IPTV_TUNERR_PROVIDER_{name}": value for name, value in named.items()}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory):
    """A panel that plays, and a program that serves it."""
    media = MediaLibrary(default_folder(), locate_ffmpeg(None))
    async with XtreamPanel(media=media, limit=1) as panel:
        login = {"IPTV_TUNERR_WEBUI_USER": DECK[0], "IPTV_TUNERR_WEBUI_PASS": DECK[1]}
        server = start(tmp_path_factory.mktemp("panel") / "data", env={**panel_settings(panel), **login})
        try:
            yield panel, await server.ready()
            assert server.stop() == 0, server.log
        finally:
            if server.process.poll() is None:
                server.kill()


async def lineup(server):
    return [row["GuideName"] for row in await server.json("/lineup.json")]


async def told(server):
    """What the deck says of the source of channels."""
    async with (
        aiohttp.ClientSession(headers={"Authorization": aiohttp.encode_basic_auth(*DECK)}) as session,
        session.get(f"{server.deck}/deck/status.json") as answer,
    ):
        assert answer.status == 200
        sources = (await answer.json())["sources"]
    return next(source for source in sources if source["id"] == "xtream")


@pytest.mark.asyncio(loop_scope="module")
async def test_the_lineup_comes_from_player_api(served):
    panel, server = served
    assert await lineup(server) == NAMES
    asked = [question.action for question in panel.questions]
    # The account is asked twice at the very first start: how many tuners there are is said before anything else.
    assert list(dict.fromkeys(asked))[:3] == ["player_api.php", "get_live_categories", "get_live_streams"]
    assert asked.count("player_api.php") == 2
    assert "get.php" not in asked
    assert panel.password not in server.log


@pytest.mark.client
@pytest.mark.parametrize("quirks", [set(), {Quirk.TOKEN_REDIRECT}], ids=str)
@pytest.mark.asyncio(loop_scope="module")
async def test_a_channel_plays_and_its_connection_is_counted(served, quirks):
    panel, server = served
    panel.quirks.clear()
    panel.quirks.update(quirks)
    url = (await server.json("/lineup.json"))[0]["URL"]
    async with aiohttp.ClientSession() as session, session.get(url) as playing:
        assert (await playing.content.readexactly(188))[0] == 0x47
        assert panel.active == 1
        # A second viewer shares the one connection that the account allows.
        assert await probe(url) == {"video": "h264", "audio": "aac"}
        assert panel.account.most == 1
    await until(lambda: panel.active == 0, what="the connection given back")


@pytest.mark.asyncio(loop_scope="module")
async def test_oddities_change_nothing(served):
    panel, server = served
    panel.quirks.clear()
    panel.quirks.update(
        {Quirk.AUTH_STRING, Quirk.EXP_NULL, Quirk.IDS_AS_STRINGS, Quirk.CATEGORY_INT, Quirk.OBJECT_FOR_LIST}
        | {Quirk.FORMATS_OBJECT, Quirk.CONTROL_CHARACTERS, Quirk.TOKEN_REDIRECT, Quirk.NO_GET_PHP}
    )
    await command("source", "refresh", "xtream", data=server.folder)
    assert (await told(server))["state"] == "ok"
    assert await lineup(server) == NAMES


@pytest.mark.parametrize(
    ("quirks", "words"),
    [
        ({Quirk.WRONG_CREDENTIALS}, "refuses the user name or the password"),
        ({Quirk.EXPIRED}, "The subscription expired on 2024-03-15."),
        ({Quirk.BANNED}, "has banned this account"),
        ({Quirk.DISABLED}, "has disabled this account"),
        ({Quirk.RATE_LIMITED_429}, "429"),
        ({Quirk.CLOUDFLARE_PAGE}, "Cloudflare"),
        ({Quirk.HTML_200, Quirk.NO_GET_PHP}, "web page"),
        ({Quirk.EMPTY_BODY, Quirk.NO_GET_PHP}, "empty"),
        ({Quirk.CUT_JSON, Quirk.NO_GET_PHP}, "ends in the middle"),
        ({Quirk.EMPTY_STREAMS}, "lists no live channels"),
        ({Quirk.SERVER_ERROR_500, Quirk.NO_GET_PHP}, "500"),
        ({Quirk.HTML_200}, "From get.php, because player_api failed"),
    ],
    ids=lambda value: "-".join(sorted(value)) if isinstance(value, set) else None,
)
@pytest.mark.asyncio(loop_scope="module")
async def test_the_user_reads_what_is_wrong_and_keeps_the_channels(served, quirks, words):
    panel, server = served
    panel.quirks.clear()
    panel.quirks.update(quirks)
    said = await command("source", "refresh", "xtream", data=server.folder)
    source = await told(server)
    assert words in source["message"]
    assert words in said
    assert await lineup(server) == NAMES
    assert (await server.get("/readyz")).status == 200


async def test_a_panel_that_refuses_from_the_start_is_not_ready_and_says_why(boot):
    async with XtreamPanel(quirks={Quirk.EXPIRED}) as panel:
        server = await boot(env=panel_settings(panel), wait=False)
        await until(lambda: "The subscription expired on 2024-03-15." in server.log, what="the reason in the log")
        assert (await server.get("/readyz")).status == 503
        assert panel.password not in server.log
