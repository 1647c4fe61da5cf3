import asyncio
import itertools
import json

import pytest
from aiohttp import web

from tests.tools.proxy import proxy
from tests.tools.world import serving
from tunerr.model.channel import SourceId
from tunerr.model.source import Access, Panel, Source
from tunerr.model.url import SecretUrl
from tunerr.providers.probe import AGENTS, Prober, Target, target_of, targets_of
from tunerr.providers.verdicts import Status
from tunerr.support.causes import Cause
from tunerr.support.clock import SystemClock
from tunerr.support.http import HttpClients

LIST = "#EXTM3U\n#EXTINF:-1,One\nhttp://tv.example/1.ts\n"
ACTIVE = json.dumps({"user_info": {"auth": 1, "status": "Active"}})


def target(port, host="127.0.0.1", *, name="xtream", access=None):
    base = SecretUrl(f"http://{host}:{port}")
    return Target(name, base, Panel((base,), "me", "secret"), access or Access())


async def probed(*targets, timeout=5.0, pause=0.0, learned=None, **more):
    clients = HttpClients(user_agent="Tunerr/test", agents=learned or {})
    try:
        return await Prober(clients=clients, clock=SystemClock(), pause=pause, **more).probe(targets, timeout=timeout)
    finally:
        await clients.aclose()


class Provider:
    """Answers get.php and player_api.php as told, and remembers how it was asked."""

    def __init__(self, playlist=LIST, account=ACTIVE):
        self.playlist, self.account = playlist, account
        self.asked = []  # (method, document, type, output, User-Agent)
        self.open = self.most_open = 0

    async def handle(self, request):
        query = request.query
        agent = request.headers["User-Agent"]
        self.asked.append((request.method, request.path, query.get("type"), query.get("output"), agent))
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            await asyncio.sleep(0.01)
            answer = self.account if request.path == "/player_api.php" else self.playlist
            answer = answer(request) if callable(answer) else answer
            return answer if isinstance(answer, web.StreamResponse) else web.Response(text=answer)
        finally:
            self.open -= 1

    @property
    def lists(self):
        return [
            (form, output) for method, path, form, output, _ in self.asked if path == "/get.php" and method == "GET"
        ]


async def test_one_that_works_is_asked_three_questions():
    provider = Provider()
    async with serving(provider.handle) as port:
        report = await probed(target(port))
    (one,) = report.targets
    assert (one.verdict.status, one.rank, one.agent) == (Status.OK, 1, "")
    assert one.seconds > 0
    assert [(method, path) for method, path, *_ in provider.asked] == [
        ("GET", "/player_api.php"), ("HEAD", "/get.php"), ("GET", "/get.php"),
    ]  # fmt: skip
    assert report.advice == f"Use 127.0.0.1:{port}."
    assert "secret" not in json.dumps(report.document())


async def test_a_large_list_is_not_downloaded():
    sent = 0

    async def handler(request):
        nonlocal sent
        if request.path == "/player_api.php":
            return web.Response(text=ACTIVE)
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(LIST.encode())
        while request.method == "GET":
            await response.write(b"#EXTINF:-1,More\n" * 4096)
            sent += 65536
        return response

    async with serving(handler) as port:
        report = await probed(target(port))
    assert report.targets[0].verdict.ok
    assert sent < 10_000_000


async def test_all_forms_of_the_list_are_tried_when_the_first_fails_and_only_then():
    provider = Provider(
        playlist=lambda request: LIST if request.query.get("type") == "m3u" else web.Response(status=404)
    )
    async with serving(provider.handle) as port:
        report = await probed(target(port))
    assert provider.lists == [("m3u_plus", "ts"), ("m3u_plus", "m3u8"), ("m3u_plus", None), ("m3u", "ts")]
    assert [one.verdict.ok for one in report.targets[0].attempts] == [True, False, False, False, True]


async def test_a_blocked_list_leaves_the_api():
    async with serving(Provider(playlist=lambda _: web.Response(status=884)).handle) as port:
        report = await probed(target(port))
    assert report.targets[0].verdict.ok
    assert len(report.targets[0].attempts) == 7
    assert "player_api.php only" in report.advice


@pytest.mark.parametrize("status", [429, 401])
async def test_a_refusal_is_no_reason_to_insist(status):
    provider = Provider(*[lambda _: web.Response(status=status)] * 2)
    async with serving(provider.handle) as port:
        report = await probed(target(port))
    assert len(provider.asked) == (1 if status == 429 else 3)
    assert report.targets[0].rank is None
    assert report.advice == report.targets[0].verdict.advice


async def test_what_is_said_of_the_account_counts_most():
    async with serving(Provider(account=json.dumps({"user_info": {"auth": 1, "status": "Expired"}})).handle) as port:
        report = await probed(target(port))
    assert report.targets[0].verdict.cause is Cause.EXPIRED
    assert report.targets[0].rank is None
    assert "Renew" in report.advice


class TestAgents:
    def picky(self, wanted, **headers):
        def answer(request):
            if wanted in request.headers["User-Agent"]:
                return LIST if request.path == "/get.php" else ACTIVE
            return web.Response(status=403, headers=headers)

        return Provider(answer, answer)

    @pytest.mark.parametrize("headers", [{}, {"Server": "cloudflare"}])
    async def test_the_one_that_works_is_found_told_and_used_from_then_on(self, headers):
        provider = self.picky("Kodi", **headers)
        async with serving(provider.handle) as port:
            report = await probed(target(port))
        tried = [agent for _, _, _, _, agent in provider.asked]
        names = ["Lavf", "VLC", "mpv", "Kodi"]
        assert tried == ["Tunerr/test", *(AGENTS[name] for name in names), AGENTS["Kodi"], AGENTS["Kodi"]]
        assert report.targets[0].verdict.ok
        assert report.agents == {"127.0.0.1": AGENTS["Kodi"]}
        assert AGENTS["Kodi"] in report.advice

    async def test_what_was_learned_before_is_not_believed_and_what_the_operator_set_is_the_usual(self):
        provider = self.picky("Kodi")
        async with serving(provider.handle) as port:
            learned = await probed(target(port), learned={"127.0.0.1": AGENTS["Kodi"]})
            assert provider.asked[0][-1] == "Tunerr/test"
            assert (learned.agents, learned.usual) == ({"127.0.0.1": AGENTS["Kodi"]}, ())
            own = await probed(target(port), agents={"127.0.0.1": AGENTS["Kodi"]})
        assert {agent for *_, agent in provider.asked[-3:]} == {AGENTS["Kodi"]}
        assert (own.agents, own.usual) == ({}, ("127.0.0.1",))

    async def test_they_are_tried_once(self):
        provider = self.picky("none of them")
        async with serving(provider.handle) as port:
            report = await probed(target(port))
        assert [agent for *_, agent in provider.asked][1:8] == list(AGENTS.values())
        assert [agent for *_, agent in provider.asked].count(AGENTS["VLC"]) == 1
        assert report.targets[0].verdict.cause is Cause.FORBIDDEN

    async def test_they_are_not_tried_on_one_that_counts(self):
        counted = itertools.count()
        provider = Provider(account=lambda _: web.Response(status=403 if next(counted) < 2 else 429))
        async with serving(provider.handle) as port:
            await probed(target(port))
        assert len(provider.asked) == 3

    async def test_a_ban_is_left_alone(self):
        provider = Provider(account=lambda _: web.Response(status=403, text="You are banned."))
        async with serving(provider.handle) as port:
            report = await probed(target(port))
        assert len(provider.asked) == 1
        assert report.targets[0].verdict.cause is Cause.BANNED


async def test_one_host_is_asked_one_after_another_and_different_ones_at_once():
    one, other = Provider(), Provider()
    async with serving(one.handle, "127.0.0.1") as first, serving(other.handle, "127.0.0.2") as second:
        targets = [target(first, name="a"), target(first, name="b"), target(second, "127.0.0.2", name="c")]
        report = await probed(*targets, pause=0.01)
    assert (one.most_open, other.most_open) == (1, 1)
    assert len(one.asked) == 6
    assert {target.rank for target in report.targets} == {1, 2, 3}


async def test_at_most_ten_hosts_at_a_time():
    provider = Provider()
    hosts = [f"127.0.1.{number}" for number in range(1, 16)]
    async with serving(provider.handle, *hosts) as port:
        report = await probed(*(target(port, host) for host in hosts))
    assert provider.most_open == 10
    assert len(report.targets) == 15


async def test_the_fastest_is_first_and_the_others_have_no_rank():
    async def slow(request):
        await asyncio.sleep(0.2)
        return web.Response(text=LIST if request.path == "/get.php" else ACTIVE)

    async with serving(slow, "127.0.0.1") as slow_port, serving(Provider().handle, "127.0.0.2") as fast_port:
        report = await probed(target(1, "127.0.0.3"), target(slow_port), target(fast_port, "127.0.0.2"))
    assert [(one.host, one.rank) for one in report.targets] == [("127.0.0.2", 1), ("127.0.0.1", 2), ("127.0.0.3", None)]
    assert report.advice == f"Use 127.0.0.2:{fast_port}, the fastest of 2 that work."


async def test_a_silent_one_costs_the_limit_once():
    async def silent(_):
        await asyncio.sleep(30)

    started = asyncio.get_running_loop().time()
    async with serving(silent) as port:
        report = await probed(target(port), timeout=0.3)
    assert asyncio.get_running_loop().time() - started < 2
    assert report.targets[0].verdict.status is Status.TIMEOUT
    assert len(report.targets[0].attempts) == 1


async def test_blocked_everywhere_means_this_address():
    async with serving(Provider(*[lambda _: web.Response(status=403)] * 2).handle, "127.0.0.1", "127.0.0.2") as port:
        report = await probed(target(port), target(port, "127.0.0.2"))
    assert "network address is probably blocked" in report.advice


async def test_the_proxy_and_headers_of_a_source_are_used():
    provider = Provider()
    async with serving(provider.handle) as port, proxy() as through:
        access = Access(headers=(("User-Agent", "Own/1"),), proxy=SecretUrl(through.url("socks5")))
        report = await probed(target(port, access=access))
    assert report.targets[0].verdict.ok
    assert {agent for *_, agent in provider.asked} == {"Own/1"}
    assert through.forwarded


class TestTargets:
    def test_of_sources(self):
        one, two = SecretUrl("http://a.example"), SecretUrl("http://b.example")
        panel = Panel((one, two), "me", "secret")
        access = Access(headers=(("X-A", "b"),))
        sources = [
            Source(SourceId("xtream"), "playlist", panel.playlist, 1, panel=panel, access=access),
            Source(SourceId("xtream-guide"), "guide", panel.guide, 1, panel=panel),
            Source(SourceId("m3u"), "playlist", SecretUrl("http://c.example/list.m3u"), 1, allow_lan=True),
            Source(SourceId("m3u-2"), "playlist", SecretUrl("file:///list.m3u"), 1),
        ]
        found = targets_of(sources)
        assert [(row.name, row.location) for row in found] == [
            ("xtream", one), ("xtream", two), ("m3u", SecretUrl("http://c.example/list.m3u")),
        ]  # fmt: skip
        assert [row.panel and row.panel.hosts for row in found] == [(one,), (two,), None]
        assert [row.access for row in found] == [access, access, Access()]
        assert [row.allow_lan for row in found] == [False, False, True]

    def test_of_urls(self):
        own = target_of(SecretUrl("http://a.example:8080/c/get.php?username=me&password=p%40ss&type=m3u_plus"))
        assert own.panel == Panel((SecretUrl("http://a.example:8080/c"),), "me", "p@ss")
        plain = target_of(SecretUrl("http://a.example/list.m3u"))
        assert (plain.panel, plain.name) == (None, "a.example")
        base = target_of(SecretUrl("http://a.example:8080/"), "me", "secret")
        assert base.panel == Panel((SecretUrl("http://a.example:8080"),), "me", "secret")
        with pytest.raises(ValueError, match="no user name"):
            target_of(SecretUrl("http://a.example:8080"))
