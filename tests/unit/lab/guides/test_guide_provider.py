"""The guide provider over real sockets: every fault as a client meets it."""

import asyncio
import json

import aiohttp
import pytest

from tests.tools.until import until
from tunerr.errors import TunerrError
from tunerr.lab.guides import GUIDE_FAULTS, GuideFault, GuideProvider, Shape, document

SHAPE = Shape(1_790_000_000 // 3600 * 3600, channels=5, programmes=200)
WHOLE = b"".join(document(SHAPE))


@pytest.fixture
async def provider():
    async with GuideProvider() as running:
        running.publish("tv", SHAPE)
        yield running


@pytest.fixture
async def http():
    timeout = aiohttp.ClientTimeout(total=20)
    async with aiohttp.ClientSession(auto_decompress=False, timeout=timeout) as session:
        yield session


async def got(http, url, **headers):
    async with http.get(url, headers=headers) as answer:
        return answer.status, await answer.read(), answer.headers


def test_every_fault_says_what_is_answered():
    assert set(GUIDE_FAULTS) == set(GuideFault)


async def test_a_guide_is_sent_once_and_then_304(provider, http):
    status, body, headers = await got(http, provider.url("tv"))
    assert (status, body, headers["Content-Type"]) == (200, WHOLE, "application/xml")
    etag, modified = headers["ETag"], headers["Last-Modified"]
    assert (await got(http, provider.url("tv"), **{"If-None-Match": etag}))[:2] == (304, b"")
    assert (await got(http, provider.url("tv"), **{"If-Modified-Since": modified}))[0] == 304
    assert [(one.status, one.conditional, one.sent) for one in provider.asked("tv")] == [
        (200, False, len(WHOLE)),
        (304, True, 0),
        (304, True, 0),
    ]
    provider.publish("tv", Shape(SHAPE.first, channels=5, programmes=200, seed=2))
    status, body, headers = await got(http, provider.url("tv"), **{"If-None-Match": etag})
    assert (status, headers["ETag"] == etag, body == WHOLE) == (200, False, False)


async def test_a_window_and_forms(provider, http):
    inside = f"?from={SHAPE.first}&to={SHAPE.first + 3600}"
    status, body, _ = await got(http, provider.url("tv") + inside)
    assert (status, 5 <= body.count(b"<programme ") <= 15) == (200, True)
    assert (await got(http, provider.url("tv") + "?from=soon"))[0] == 400
    status, body, headers = await got(http, provider.url("tv", "xml.gz"))
    assert (status, body[:2], headers["Content-Type"]) == (200, b"\x1f\x8b", "application/gzip")
    assert (await got(http, provider.url("none")))[0] == 404


@pytest.mark.parametrize(
    ("fault", "status"),
    [(GuideFault.SERVER_ERROR, 500), (GuideFault.NOT_FOUND, 404), (GuideFault.LOGIN_WANTED, 401)],
)
async def test_refusals(provider, http, fault, status):
    provider.ail("tv", fault)
    assert (await got(http, provider.url("tv")))[0] == status
    assert provider.asked("tv")[-1].status == status
    provider.heal("tv")
    assert (await got(http, provider.url("tv")))[1] == WHOLE


@pytest.mark.parametrize(
    ("fault", "inside"),
    [
        (GuideFault.LOGIN_PAGE, b"<form"),
        (GuideFault.EMPTY_GUIDE, b"<tv></tv>"),
        (GuideFault.ENTITY_BOMB, b"<!ENTITY l9"),
        (GuideFault.LATIN_1, b"caf\xe9"),
        (GuideFault.UTF_16_CLAIMED, b'encoding="UTF-16"'),
        (GuideFault.ZONES, b"+0545"),
    ],
)
async def test_other_bodies(provider, http, fault, inside):
    provider.ail("tv", fault)
    status, body, headers = await got(http, provider.url("tv"))
    assert (status, inside in body, "ETag" in headers) == (200, True, False)


async def test_nothing_at_all(provider, http):
    provider.ail("tv", GuideFault.EMPTY_BODY)
    assert (await got(http, provider.url("tv")))[:2] == (200, b"")


async def test_a_huge_element(provider, http):
    provider.ail("tv", GuideFault.HUGE_ELEMENT)
    assert len((await got(http, provider.url("tv")))[1]) > 64e6


@pytest.mark.parametrize(("fault", "seen"), [("cut", True), ("cut_short", False), ("reset", False)])
async def test_cuts(provider, http, fault, seen):
    provider.ail("tv", fault)
    async with http.get(provider.url("tv")) as answer:
        if seen:
            assert "Content-Length" not in answer.headers
            assert await answer.read() == WHOLE[: len(WHOLE) // 2]
        else:
            assert answer.headers["Content-Length"] == str(len(WHOLE))
            with pytest.raises(aiohttp.ClientError):
                await answer.read()


async def test_slow_and_silent(provider, http):
    provider.ail("tv", GuideFault.SLOW)
    async with http.get(provider.url("tv")) as answer:
        assert len(await answer.content.readany()) == 100
    provider.ail("tv", GuideFault.SILENT)
    asking = asyncio.ensure_future(got(http, provider.url("tv")))
    await until(lambda: provider.asked("tv")[-1].fault is GuideFault.SILENT)
    assert not asking.done()
    asking.cancel()


async def test_redirects(provider, http):
    provider.ail("tv", GuideFault.REDIRECT_LOOP)
    with pytest.raises(aiohttp.TooManyRedirects):
        await got(http, provider.url("tv"))
    provider.ail("tv", GuideFault.REDIRECT_PRIVATE)
    async with http.get(provider.url("tv"), allow_redirects=False) as answer:
        assert "169.254.169.254" in answer.headers["Location"]


async def test_faults_are_armed_over_http(provider, http):
    url = f"{provider.base_url}/lab/guides/tv"
    async with http.put(f"{url}/server_error") as answer:
        assert answer.status == 200
    assert (await got(http, provider.url("tv")))[0] == 500
    facts = json.loads((await got(http, f"{provider.base_url}/lab/state.json"))[1])
    assert facts["guides"]["tv"]["fault"] == "server_error"
    async with http.delete(url) as answer:
        assert answer.status == 200
    assert (await got(http, provider.url("tv")))[0] == 200
    async with http.put(f"{url}/explodes") as answer:
        assert answer.status == 400
        assert "explodes is no fault of a guide" in await answer.text()
    with pytest.raises(TunerrError, match="no guide; there are: tv"):
        provider.ail("radio", GuideFault.CUT)
