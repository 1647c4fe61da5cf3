"""Catalog, accounts and the laboratory's own requests."""

import aiohttp
import pytest

from tests.tools.until import until
from tests.unit.lab.faults.raw_client import get


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session


async def json_of(http, url):
    async with http.get(url) as answer:
        assert answer.status == 200
        return await answer.json()


async def post(http, provider, body, **headers):
    async with http.post(f"{provider.base_url}/lab/faults", json=body, headers=headers) as answer:
        return answer.status, await answer.text()


async def test_channels_of_one_programme_share_a_tvg_id(provider, http):
    for name, programme in (("a", "one"), ("b", "one"), ("c", "")):
        await provider.ts_channel(name, programme=programme)
    async with http.get(provider.playlist_url(["b", "a", "c"])) as answer:
        lines = (await answer.text()).splitlines()
    base = provider.base_url
    assert [line for line in lines if line.startswith("http")] == [f"{base}/ts/{name}.ts" for name in "bac"]
    assert [line.split('"')[1] for line in lines if line.startswith("#EXTINF")] == ["one.lab", "one.lab", "c.lab"]
    async with http.get(provider.playlist_url(["nope"])) as answer:
        assert answer.status == 404


async def test_player_api(provider, http):
    account = provider.account("u", "p", limit=3)
    channel = await provider.ts_channel("a", account=account)
    url = f"{provider.base_url}/player_api.php?username=u&password=p"
    async with get(channel.url):
        info = (await json_of(http, url))["user_info"]
        assert (info["active_cons"], info["max_connections"], info["auth"]) == ("1", "3", 1)
    await until(lambda: provider.active(account) == 0)
    assert (await json_of(http, url))["user_info"]["active_cons"] == "0"
    async with http.get(url + "x") as answer:
        assert answer.status == 403


async def test_faults_by_request(provider, http):
    channel = await provider.ts_channel("a")
    assert (await post(http, provider, {"channel": "a", "fault": "refuse", "status": 500, "times": 0}))[0] == 200
    async with get(channel.url) as answer:
        assert answer.status == 500
    state = await json_of(http, f"{provider.base_url}/lab/state.json")
    assert state["channels"]["a"]["armed"][0]["fault"] == "refuse"
    assert state["channels"]["a"]["opened"] == 1
    assert [(fired["channel"], fired["fault"]) for fired in state["fired"]] == [("a", "refuse")]
    assert state["fired"][0]["wall"].endswith("+00:00")
    assert (state["requests"][0]["path"], state["requests"][0]["status"]) == ("/ts/a.ts", 500)
    async with http.delete(f"{provider.base_url}/lab/faults/a") as answer:
        assert answer.status == 200
    async with get(channel.url) as answer:
        assert answer.status == 200
    async with http.delete(f"{provider.base_url}/lab/faults/nope") as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"channel": "a", "fault": "flood"}, "flood is no fault"),
        ({"channel": "z", "fault": "stall"}, "z is no channel"),
        ({"channel": "a", "fault": "playlist-ends"}, "happens to a playlist, of which a has none"),
        ({"channel": "a", "fault": "stall", "after": "x"}, "after of stall"),
        (["a"], ""),
    ],
)
async def test_what_is_wrong_is_said(provider, http, body, said):
    await provider.ts_channel("a")
    status, text = await post(http, provider, body)
    assert status == 400
    assert said in text


async def test_pages_of_others_arm_nothing(provider, http):
    await provider.ts_channel("a")
    url = f"{provider.base_url}/lab/faults"
    async with http.post(
        url, data='{"channel": "a", "fault": "stall"}', headers={"Content-Type": "text/plain"}
    ) as answer:
        assert answer.status == 415
    assert provider.traffic("a").armed == []
