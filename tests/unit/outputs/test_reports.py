"""The reports of the port without login: who gets them, and what they say."""

import json
from ipaddress import ip_network

import aiohttp
import pytest

from tests.tools.attempts import SECRETS, SmallGateway, attempt
from tests.tools.clock import ManualClock
from tests.tools.world import serving
from tunerr.app.forwarding import settle_who_asks
from tunerr.outputs.reports import _is_loopback, routes
from tunerr.views.streams import stream_reports

PATHS = list(stream_reports(SmallGateway(), ManualClock()))


@pytest.fixture
async def site():
    gateway = SmallGateway()
    reports = stream_reports(gateway, ManualClock())
    handlers = {route.path: route.handler for route in routes(reports=reports)}

    async def answer(request):
        return await handlers[request.path](request)

    async with serving(answer) as port, aiohttp.ClientSession() as session:

        async def ask(path, host=""):
            async with session.get(f"http://127.0.0.1:{port}{path}", headers={"Host": host} if host else {}) as answer:
                return answer.status, await answer.text()

        ask.gateway = gateway
        yield ask


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:5004", 200), ("localhost", 200), ("LOCALHOST:5004", 200), ("[::1]:5004", 200), ("127.9.9.9", 200),
        ("tv.example:5004", 403), ("192.168.1.5", 403), ("localhost.evil.example", 403), ("[fd00::1]:5004", 403),
        ("127.0.0.1.evil.example", 403), ("[::1", 403), ("0.0.0.0", 403),
    ],
)  # fmt: skip
async def test_only_a_loopback_name_is_answered(site, path, host, status):
    """A page in the operator's browser reaches this port too, by a name of its own (DNS rebinding)."""
    assert (await site(path, host))[0] == status


@pytest.mark.parametrize(
    ("client", "status"), [("192.0.2.9", 403), ("127.0.0.1, 192.0.2.9", 403), ("unknown", 403), ("", 403), ("::1", 200)]
)
async def test_what_came_through_a_proxy_is_judged_by_its_client(client, status):
    (route, *_) = routes(reports=stream_reports(SmallGateway(), ManualClock()))
    settle = settle_who_asks((ip_network("127.0.0.0/8"), ip_network("::1")))

    async def answer(request):
        return await settle(request, route.handler)

    async with serving(answer) as port, aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{port}{route.path}"
        async with session.get(url, headers={"X-Forwarded-For": client}) as told:
            assert told.status == status
        async with session.get(url, headers={"X-Forwarded-For": client, "X-Forwarded-Host": "tv.example"}) as told:
            assert told.status == 403


async def test_a_page_that_pretends_to_be_a_proxy_on_this_machine_is_refused():
    """The names of its headers are its own choice, except Host: that is the name by which the browser found us."""
    (route, *_) = routes(reports=stream_reports(SmallGateway(), ManualClock()))
    settle = settle_who_asks((ip_network("127.0.0.0/8"),))

    async def answer(request):
        return await settle(request, route.handler)

    forged = {"Host": "evil.example", "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": "localhost"}
    async with (
        serving(answer) as port,
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{route.path}", headers=forged) as told,
    ):
        assert told.status == 403


@pytest.mark.parametrize(
    ("address", "near"),
    [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("192.168.1.5", False), ("", False)],
)
def test_loopback_peers(address, near):
    assert _is_loopback(address) is near


@pytest.mark.parametrize("path", PATHS)
async def test_no_report_tells_a_secret(site, path):
    status, text = await site(path)
    assert status == 200
    assert "provider.test" in text or "relays" in text
    assert not any(secret in text for secret in SECRETS)


@pytest.mark.parametrize(
    ("limit", "count"),
    [("", 50), ("0", 0), ("2", 2), ("999", 200), ("9999999", 50), ("-1", 50), ("x", 50), ("²", 50)],
)
async def test_the_number_of_attempts_is_bounded(site, limit, count):
    site.gateway.rows = [attempt(number, status="ok") for number in range(250)]
    _, text = await site(f"/debug/stream-attempts.json?limit={limit}")
    assert len(json.loads(text)["attempts"]) == count


async def test_what_the_reports_say(site):
    rows = json.loads((await site("/debug/stream-attempts.json"))[1])["attempts"]
    assert [(row["req_id"], row["final_status"]) for row in rows] == [
        ("r000001", ""), ("r000002", ""), ("r000003", "all_upstreams_failed"),
    ]  # fmt: skip
    assert rows[0]["duration_ms"] == 61234
    assert rows[0]["timeline"][3]["at"] == "2026-11-22T14:02:14.250+00:00"
    tried = rows[2]["upstreams"][0]
    assert (tried["index"], tried["outcome"], tried["status"], tried["picture_after_ms"]) == (0, "status", 403, 800)
    active = json.loads((await site("/debug/active-streams.json"))[1])
    assert (active["tuners"], active["tuners_in_use"], len(active["streams"])) == (3, 2, 2)
    assert active["streams"][0]["clients"][1] == {"address": "192.0.2.8", "program": "Plex/1.40"}
    relays = json.loads((await site("/debug/shared-relays.json"))[1])
    assert relays["count"] == 2
    assert relays["relays"][0]["subscriber_count"] == 2
    assert relays["relays"][0]["producer_request_id"] == "r000001"
