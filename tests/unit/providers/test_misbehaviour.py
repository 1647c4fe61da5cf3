"""What a user reads when a provider misbehaves: real servers, sentence and advice of the probe and of the refresh."""

import asyncio
import json
import ssl
import subprocess
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tests.tools.world import answering, serving
from tunerr.errors import TunerrError
from tunerr.model.source import Panel
from tunerr.model.url import SecretUrl, Zone
from tunerr.providers.probe import Prober, Target
from tunerr.providers.verdicts import from_error
from tunerr.support.clock import SystemClock
from tunerr.support.fetch import Validators, fetch_document
from tunerr.support.http import HttpClients, Reach

LIMIT = 10_000_000
CHALLENGE = "<!DOCTYPE html><title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/h/b'></script>"
HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n#EXTM3U\n#EXTINF:-1,One\nhttp://a.exa"


def saying(text="", status=200, **headers):
    async def handler(_):
        return web.Response(status=status, text=text, headers=headers)

    return handler


async def expired(request):
    user = {"auth": 1, "status": "Expired", "exp_date": "1700000000"}
    return web.Response(text=json.dumps({"user_info": user}))


async def endless(request):
    return web.Response(status=302, headers={"Location": f"/{request.path.strip('/')}x"})


async def garbage(request):
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(50 if request.method == "GET" else 0):
        await response.write(b"\x00\xff" * 500_000)
    return response


async def silent(_):
    await asyncio.sleep(30)


@pytest.fixture(scope="module")
def other_name(tmp_path_factory):
    """A TLS context for a name that is not asked for."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=other.example", "-days", "2",
         "-addext", "subjectAltName=DNS:other.example", "-keyout", folder / "key", "-out", folder / "cert"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert", folder / "key")
    return context, folder / "cert"


@asynccontextmanager
async def tls(context):
    app = web.Application()
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def probed(base, *, timeout=3.0):
    """(status, cause, sentence, advice) of the panel at `base`."""
    url = SecretUrl(base)
    clients = HttpClients(user_agent="Tunerr/test")
    try:
        prober = Prober(clients=clients, clock=SystemClock(), pause=0)
        report = await prober.probe([Target("xtream", url, Panel((url,), "me", "secret"))], timeout=timeout)
    finally:
        await clients.aclose()
    return report.targets[0].verdict


async def refreshed(base, folder):
    """The verdict on fetching the playlist of the panel at `base`; None when it came."""
    clients = HttpClients(user_agent="Tunerr/test")
    try:
        await fetch_document(
            clients,
            SecretUrl(f"{base}/get.php?username=me&password=secret"),
            target=folder / "list",
            reach=Reach(Zone.LOOPBACK),
            validators=Validators(),
            limit_bytes=LIMIT,
            timeout=3,
        )
    except TunerrError as error:
        return from_error(error)
    finally:
        await clients.aclose()
    return None


CASES = {
    "refused port": (None, "error", "refused", "refused the connection.", "Check the port"),
    "401": (saying(status=401), "bad_status", "wrong_credentials", "refuses the user name or", "case-sensitive"),
    "403 ban page": (
        saying("<h1>Your IP has been banned</h1>", 403), "bad_status", "banned", "is banned", "leave it alone",
    ),
    "cloudflare": (
        saying(CHALLENGE, 503, Server="cloudflare"), "cloudflare", "cloudflare_challenge", "wants a browser", "User-Ag",
    ),
    "429": (saying(status=429), "rate_limited", "rate_limited", "asked too often", "Wait a quarter of an hour"),
    "884": (saying(status=884, Server="cloudflare"), "bad_status", "odd_status", "status 884", "Ask the provider"),
    "500": (saying("Fatal error", 500), "bad_status", "server_error", "error of its own", "Wait"),
    "endless redirect": (endless, "error", "redirects", "redirects more than 10 times", "circle"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", "error", "no_http", "no HTTP", "port"),
    "closed": (b"", "error", "unreachable", "closed the connection", "overloaded"),
}  # fmt: skip
# The document comes: what is in it is the worker's to judge, and the probe's.
CONTENT = {
    "200 HTML": (saying("<html>Welcome"), "html_page", "web page", "Open the address in a browser"),
    "expired account": (expired, "expired", "expired on 2023-11-14", "Renew"),
    "unknown account": (saying('{"user_info": {"auth": 0}}'), "wrong_credentials", "password", "Check the user name"),
    "nothing at all": (saying(), "no_answer", "nothing at all", "Try again later"),
}


@asynccontextmanager
async def misbehaving(how):
    if how is None:
        yield "http://127.0.0.1:1"
    elif isinstance(how, bytes):
        async with answering(how) as port:
            yield f"http://127.0.0.1:{port}"
    else:
        async with serving(how) as port:
            yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("case", CASES)
async def test_probe_and_refresh_say_the_same(case, tmp_path):
    how, status, cause, sentence, advice = CASES[case]
    async with misbehaving(how) as base:
        for said in (await probed(base), await refreshed(base, tmp_path)):
            assert (said.status.value, said.cause.value) == (status, cause)
            assert sentence in said.sentence
            assert advice in said.advice
            assert "secret" not in said.sentence + said.advice
            assert base.partition("://")[2] in said.sentence
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("case", CONTENT)
async def test_what_came_is_no_account(case):
    how, cause, sentence, advice = CONTENT[case]
    async with misbehaving(how) as base:
        said = await probed(base)
    assert (said.status.value, said.cause.value) == ("error", cause)
    assert sentence in said.sentence
    assert advice in said.advice


async def test_dead_dns(tmp_path):
    for said in (await probed("http://tv.invalid"), await refreshed("http://tv.invalid", tmp_path)):
        assert (said.status.value, said.cause.value) == ("error", "dns")
        assert said.sentence == "tv.invalid does not exist: the name was not found."
        assert said.advice == "Check the spelling of the host."


async def test_tls_with_the_wrong_name(other_name, tmp_path, monkeypatch):
    trusting = ssl.create_default_context(cafile=str(other_name[1]))
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting)
    async with tls(other_name[0]) as port:
        base = f"https://localhost:{port}"
        for said in (await probed(base), await refreshed(base, tmp_path)):
            assert (said.status.value, said.cause.value) == ("error", "tls")
            assert said.sentence.startswith(f"localhost:{port} has a certificate that is not valid: Hostname mismatch")
            assert "Check the host name" in said.advice


async def test_silence():
    async with serving(silent) as port:
        said = await probed(f"http://127.0.0.1:{port}", timeout=0.3)
    assert (said.status.value, said.cause.value) == ("timeout", "timeout")
    assert "did not answer within" in said.sentence


async def playlist_probed(how):
    async with misbehaving(how) as base:
        clients = HttpClients(user_agent="Tunerr/test")
        try:
            prober = Prober(clients=clients, clock=SystemClock(), pause=0)
            report = await prober.probe([Target("m3u", SecretUrl(f"{base}/list.m3u"))], timeout=5)
        finally:
            await clients.aclose()
        return report.targets[0].verdict


async def test_an_empty_playlist():
    said = await playlist_probed(saying("#EXTM3U\n"))
    assert said.cause.value == "empty"
    assert "without a channel" in said.sentence


async def test_half_a_playlist(tmp_path):
    async with answering(HALF) as port:
        kept = await refreshed(f"http://127.0.0.1:{port}", tmp_path)
    for said in (await playlist_probed(HALF), kept):
        assert said.cause.value == "cut_short"
        assert "ended early" in said.sentence
    assert list(tmp_path.iterdir()) == []


async def test_fifty_megabytes_of_garbage(tmp_path):
    async with serving(garbage) as port:
        kept = await refreshed(f"http://127.0.0.1:{port}", tmp_path)
    assert kept.cause.value == "cut_short"
    assert "larger than the limit of 10 MB" in kept.sentence
    said = await playlist_probed(garbage)
    assert said.cause.value == "not_a_playlist"
    assert "no playlist" in said.sentence
