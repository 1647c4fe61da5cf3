import time

import aiohttp
import pytest

from tests.tools.until import until
from tunerr.lab.media import MediaLibrary, default_folder
from tunerr.lab.panel import QUIRKS, Quirk, XtreamPanel
from tunerr.providers.xtream.epg import listings
from tunerr.providers.xtream.titles import episodes
from tunerr.support.ffmpeg import locate_ffmpeg


@pytest.fixture
async def panel():
    async with XtreamPanel(media=MediaLibrary(default_folder(), locate_ffmpeg(None)), limit=1) as running:
        yield running


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session


def api(panel, action="", **more):
    query = "".join(f"&{name}={value}" for name, value in {"action": action, **more}.items() if value != "")
    return f"{panel.base_url}/player_api.php?username=lab&password=secret{query}"


def test_every_quirk_says_what_it_does():
    assert set(QUIRKS) == set(Quirk)


async def test_streams_count_against_the_account(panel, http):
    async with http.get(f"{panel.base_url}/live/lab/secret/101.ts") as playing:
        assert (await playing.content.readexactly(188 * 50))[0:1]
        async with http.get(api(panel)) as answer:
            assert (await answer.json())["user_info"]["active_cons"] == "1"
        async with http.get(f"{panel.base_url}/live/lab/secret/103.ts") as second:
            assert second.status == 403
        assert panel.active == 1
    await until(lambda: panel.active == 0)
    for path, status in (("/live/lab/wrong/101.ts", 403), ("/live/lab/secret/1.ts", 404)):
        async with http.get(panel.base_url + path) as answer:
            assert answer.status == status


async def test_tokens_live_on_another_host_and_die(panel, http):
    panel.quirks.add(Quirk.TOKEN_REDIRECT)
    url = f"{panel.base_url}/live/lab/secret/101.ts"
    async with http.get(url) as playing:
        assert str(playing.url).startswith(panel.token_url)
        assert await playing.content.readexactly(188)
        old = playing.url
    panel.new_token()
    async with http.get(old, allow_redirects=False) as answer:
        assert answer.status == 302


@pytest.mark.parametrize("quirks", [set(), {Quirk.BASE64_EPG}])
async def test_short_epg_as_the_parser_reads_it(panel, http, quirks):
    panel.quirks.update(quirks)
    async with http.get(api(panel, "get_short_epg", stream_id=101, limit=2)) as answer:
        found = listings(await answer.read())
    assert [one.title.partition(" ")[0] for one in found] == ["Programme", "Programme"]
    assert found[0].stop == found[1].start


@pytest.mark.parametrize("quirks", [set(), {Quirk.EMPTY_LIST_FOR_OBJECT, Quirk.OBJECT_FOR_LIST, Quirk.IDS_AS_STRINGS}])
async def test_series_info_as_the_parser_reads_it(panel, http, quirks):
    panel.quirks.update(quirks)
    async with http.get(api(panel, "get_series_info", series_id=700)) as answer:
        found = episodes(await answer.read())
    assert [(one.season, one.number) for one in found] == [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3)]
    async with http.get(api(panel, "get_series_info", series_id=1)) as answer:
        assert episodes(await answer.read()) == ()


async def test_the_guide_has_the_channels_of_the_list(panel, http):
    async with http.get(f"{panel.base_url}/xmltv.php?username=lab&password=secret") as answer:
        text = await answer.text()
    assert '<channel id="daserste.de">' in text
    assert text.count("<programme ") == 5 * 24


async def test_the_guide_answers_a_part_of_it(panel, http):
    now = int(time.time()) // 3600 * 3600
    for more, count in (("", 24), (f"&from={now}&to={now + 7200}", 2), (f"&from={now + 7200}", 22)):
        async with http.get(f"{panel.base_url}/xmltv.php?username=lab&password=secret{more}") as answer:
            assert (await answer.text()).count('channel="dave.uk"') == count
