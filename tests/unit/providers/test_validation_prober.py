import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tests.tools.clock import ManualClock
from tests.tools.world import answering, pretended_zone, serving
from tunerr.errors import UpstreamError
from tunerr.gateway.accounts import Accounts
from tunerr.model.channel import SourceId, Stream
from tunerr.model.stream_test import Finding
from tunerr.model.url import SecretUrl, Zone
from tunerr.providers.validation.prober import Prober
from tunerr.support.http import HttpClients

TS = (b"\x47" + b"\xff" * 187) * 1000
MEDIA = "#EXTM3U\n#EXTINF:6,\nseg-100.ts\n"
MASTER = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{}\n"


class Leases:
    """Counts what is open; `full` refuses."""

    def __init__(self, *, full=False):
        self.open, self.most, self.taken, self.said, self.full = 0, 0, 0, [], full

    @asynccontextmanager
    async def lease(self, stream):
        if self.full:
            raise UpstreamError("The provider's account bears 1 streams at once.", reason="account_full")
        self.open, self.taken = self.open + 1, self.taken + 1
        self.most = max(self.most, self.open)
        try:
            yield self
        finally:
            self.open -= 1

    def opened(self):
        self.said.append("opened")

    def closing(self):
        self.said.append("closing")

    def yields(self, give_way):
        self.give_way = give_way


@pytest.fixture
async def clients():
    made = HttpClients(user_agent="Tunerr/test", zone_of=pretended_zone)
    yield made
    await made.aclose()


def stream(port, path="/live/user/pass/7.ts", *, host="127.0.0.1", zone=Zone.LOOPBACK, **options):
    return Stream(SecretUrl(f"http://{host}:{port}{path}"), SourceId("m3u"), zone, **options)


async def at_once(_):
    return True


class Provider:
    """Answers by path; notes every request and whether a lease was held then."""

    def __init__(self, leases=None, **answers):
        self.answers = {f"/{path}": answer for path, answer in answers.items()}
        self.requests, self.held, self.leases = [], [], leases

    async def serve(self, request):
        self.requests.append(request)
        self.held.append(self.leases.open if self.leases else None)
        answer = self.answers[request.path]
        if callable(answer):
            return await answer(request)
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        return web.Response(status=status, body=body)


async def probed(clients, provider, path="/a", leases=None, pace=at_once, **options):
    async with serving(provider.serve) as port:
        prober = Prober(clients=clients, leases=leases or Leases(), **options)
        return await prober.test(stream(port, path), pace=pace)


class TestOneRequest:
    @pytest.mark.parametrize(
        ("answer", "finding"),
        [
            (TS, Finding.PASS), ((206, TS[:4096]), Finding.PASS), (MEDIA, Finding.PASS), (b"", Finding.EMPTY),
            ("<html>expired</html>", Finding.TEXT), ("#EXTM3U\n", Finding.EMPTY_PLAYLIST), ((404, b""), Finding.GONE),
            ((403, b""), Finding.REFUSED), ((429, b""), Finding.SLOW_DOWN), ((502, b""), Finding.FAULT),
            ("#EXTM3U\n#EXTINF:6,\nblack.ts\n", Finding.FILLER),
        ],
    )  # fmt: skip
    async def test_is_judged(self, clients, answer, finding):
        provider, leases = Provider(a=answer), Leases()
        verdict = await probed(clients, provider, leases=leases)
        assert verdict.finding is finding
        assert (len(provider.requests), leases.open, leases.taken) == (1, 0, 1)

    async def test_asks_for_the_first_bytes_with_the_headers_of_the_stream_and_ours(self, clients):
        provider = Provider(a=TS)
        prober = Prober(clients=clients, leases=Leases(), headers=(("User-Agent", "VLC"), ("X-All", "1")))
        async with serving(provider.serve) as port:
            await prober.test(stream(port, "/a", headers=(("user-agent", "Own"),)), pace=at_once)
        sent = provider.requests[0].headers
        assert (sent["Range"], sent.getall("User-Agent"), sent["X-All"]) == ("bytes=0-4095", ["Own"], "1")

    async def test_a_visitor_dresses_each_hop(self, clients):
        seen = []

        class Visitor:
            def dress(self, url, headers):
                return (*headers, ("Cookie", f"n={len(seen)}"))

            def answered(self, url, headers):
                seen.append(url)

        async def moved(_):
            raise web.HTTPFound("/b")

        provider = Provider(a=moved, b=TS)
        assert (await probed(clients, provider, visitor=Visitor)).finding is Finding.PASS
        assert [request.headers["Cookie"] for request in provider.requests] == ["n=0", "n=1"]

    async def test_an_endless_stream_is_closed_after_its_first_bytes(self, clients):
        closed = asyncio.Event()

        async def endless(request):
            response = web.StreamResponse()
            await response.prepare(request)
            try:
                while True:
                    await response.write(TS)
                    await asyncio.sleep(0.01)
            finally:
                closed.set()

        provider = Provider(a=endless)
        async with serving(provider.serve) as port, asyncio.timeout(10):
            prober = Prober(clients=clients, leases=Leases())
            assert (await prober.test(stream(port, "/a"), pace=at_once)).finding is Finding.PASS
            await closed.wait()

    async def test_a_provider_that_stays_silent_costs_the_timeout(self, clients):
        async def silent(_):
            await asyncio.sleep(30)

        leases = Leases()
        verdict = await probed(clients, Provider(a=silent), leases=leases, timeout=lambda: 0.3)
        assert (verdict.finding, leases.open) == (Finding.SILENT, 0)
        assert verdict.words == "No stream came within 0.3 s."

    async def test_one_that_answers_and_sends_nothing_too(self, clients):
        async def stuck(request):
            response = web.StreamResponse()
            await response.prepare(request)
            await asyncio.sleep(30)

        assert (await probed(clients, Provider(a=stuck), timeout=lambda: 0.3)).finding is Finding.SILENT

    async def test_a_refused_connection(self, clients):
        async with serving(Provider().serve) as port:
            pass
        verdict = await Prober(clients=clients, leases=Leases()).test(stream(port), pace=at_once)
        assert verdict.finding is Finding.UNREACHABLE
        assert "refused the connection" in verdict.words

    async def test_a_proxy_that_is_down_is_not_the_channel_s_fault(self, clients):
        async with serving(Provider().serve) as gone:
            pass
        one = stream(gone, proxy=SecretUrl(f"http://127.0.0.1:{gone}"))
        assert (await Prober(clients=clients, leases=Leases()).test(one, pace=at_once)).finding is Finding.PROXY

    async def test_a_reset_one(self, clients):
        async with answering(None) as port:
            verdict = await Prober(clients=clients, leases=Leases()).test(stream(port), pace=at_once)
        assert verdict.finding is Finding.UNREACHABLE

    async def test_no_words_hold_a_secret(self, clients):
        async with serving(Provider().serve) as port:
            pass
        one = stream(port, "/live/hidden-user/hidden-pass/1.ts?token=hidden-token")
        assert "hidden" not in (await Prober(clients=clients, leases=Leases()).test(one, pace=at_once)).words


class TestGuard:
    async def test_a_stream_of_the_internet_may_not_be_in_the_local_network(self, clients):
        provider = Provider(a=TS)
        async with serving(provider.serve, "127.0.0.3") as port:
            prober = Prober(clients=clients, leases=Leases())
            one = stream(port, "/a", host="127.0.0.3", zone=Zone.INTERNET)
            assert (await prober.test(one, pace=at_once)).finding is Finding.BLOCKED
            two = stream(port, "/a", host="127.0.0.3", zone=Zone.INTERNET, allow_lan=True)
            assert (await prober.test(two, pace=at_once)).finding is Finding.PASS
        assert len(provider.requests) == 1

    async def test_nor_may_the_variant_of_a_playlist_from_there(self, clients):
        inner = Provider(low=MEDIA)
        async with serving(inner.serve, "127.0.0.3") as private:
            outer = Provider(a=MASTER.format(f"http://127.0.0.3:{private}/low"))
            async with serving(outer.serve, "127.0.0.2") as port:
                one = stream(port, "/a", host="127.0.0.2")  # the operator's own list named it
                verdict = await Prober(clients=clients, leases=Leases()).test(one, pace=at_once)
        assert (verdict.finding, inner.requests) == (Finding.BLOCKED, [])


class TestVariants:
    async def test_the_first_one_is_asked_once_in_its_host_s_pace_and_nothing_is_open_meanwhile(self, clients):
        leases, paced = Leases(), []

        async def pace(host):
            paced.append((host, leases.open))
            return True

        provider = Provider(leases, a=MASTER.format("low"), low=MEDIA)
        verdict = await probed(clients, provider, leases=leases, pace=pace)
        assert verdict.finding is Finding.PASS
        assert paced == [("127.0.0.1", 0)]
        assert provider.held == [1, 1]
        assert [request.path for request in provider.requests] == ["/a", "/low"]

    @pytest.mark.parametrize(
        ("answer", "finding"),
        [
            ((404, b""), Finding.GONE),
            ("#EXTM3U\n", Finding.EMPTY_PLAYLIST),
            (MASTER.format("x"), Finding.EMPTY_PLAYLIST),
        ],
    )
    async def test_it_has_the_say(self, clients, answer, finding):
        assert (await probed(clients, Provider(a=MASTER.format("low"), low=answer))).finding is finding

    async def test_without_its_turn_the_channel_stays_untested(self, clients):
        async def never(_):
            return False

        provider = Provider(a=MASTER.format("low"))
        assert (await probed(clients, provider, pace=never)).finding is Finding.SLOW_DOWN
        assert len(provider.requests) == 1

    @pytest.mark.parametrize(("uri", "finding"), [("http://", Finding.EMPTY_PLAYLIST), ("rtsp://h/x", Finding.SCHEME)])
    async def test_one_that_can_t_be_asked(self, clients, uri, finding):
        assert (await probed(clients, Provider(a=MASTER.format(uri)))).finding is finding


class TestAccounts:
    async def test_a_full_account_leaves_the_stream_untested(self, clients):
        provider = Provider(a=TS)
        assert (await probed(clients, provider, leases=Leases(full=True))).finding is Finding.ACCOUNT_FULL
        assert provider.requests == []

    async def test_a_test_is_always_about_to_close(self, clients):
        leases = Leases()
        await probed(clients, Provider(a=TS), leases=leases)
        assert leases.said == ["closing", "opened"]

    async def test_with_the_gateway_s_accounts_a_viewer_who_comes_takes_the_slot_of_the_test_at_once(self, clients):
        entered, left = asyncio.Event(), asyncio.Event()

        async def silent(_):
            entered.set()
            try:
                await asyncio.sleep(30)
            finally:
                left.set()

        accounts = Accounts(clock=ManualClock(), limits=lambda _: 1)
        async with serving(Provider(a=silent).serve) as port:
            one = stream(port, "/a")
            assert accounts.spare(one)
            prober = Prober(clients=clients, leases=accounts)
            async with asyncio.timeout(5), asyncio.TaskGroup() as group:
                testing = group.create_task(prober.test(one, pace=at_once))
                await entered.wait()
                assert not accounts.spare(one)
                async with accounts.lease(one):
                    assert testing.done()
        assert (await testing).finding is Finding.ACCOUNT_FULL
        assert (await testing).words == "A viewer came while it was tested."
