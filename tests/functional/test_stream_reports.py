"""What a running program tells of its streams, what an operator may do to them, and the settings of requests."""

import asyncio
import contextlib
import json
import re
import time

import aiohttp

from tests.tools.deck import operating
from tests.tools.until import until

USER, PASSWORD = "hidden-user", "hidden-pass"


@contextlib.asynccontextmanager
async def watching(url):
    """A viewer with its first packets; yields the answer."""
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert answer.status == 200, answer.headers
        await answer.content.readexactly(188 * 100)
        yield answer


def with_account(provider, *names):
    """A playlist whose stream URLs carry an account; `Origin` plays them by their last segment."""
    url = provider.playlist(*names)
    status, headers, body = provider.documents["/playlist.m3u"]
    body = re.sub(rb"/live/(\w+)", rf"/live/\1?username={USER}&password={PASSWORD}".encode(), body)
    provider.documents["/playlist.m3u"] = (status, headers, body)
    return url


async def ended(answer):
    """Whether the viewer's stream ends within five seconds."""
    with contextlib.suppress(aiohttp.ClientError):
        async with asyncio.timeout(5):
            async for _ in answer.content.iter_any():
                pass
    return True


async def test_one_viewer_is_ended_by_request_and_all_by_channel(boot, provider, tmp_path):
    attempts = tmp_path / "streams.jsonl"
    env = {
        "IPTV_TUNERR_M3U_URL": with_account(provider, "one", "two"),
        "IPTV_TUNERR_STREAM_ATTEMPT_LOG": str(attempts),
    }
    server = await boot(env=env)
    row = (await server.json("/lineup.json"))[0]
    answers = []
    async with operating(server) as operator:

        async def stop(**fields):
            sent = {"data": {**fields, "csrf": operator.csrf}}
            async with operator.session.post(f"{server.deck}/ops/actions/stream-stop", **sent) as answer:
                answers.append(await answer.text())
                return answer.status

        async with watching(row["URL"]) as first, watching(row["URL"]) as second:
            (stream,) = (await server.json("/debug/active-streams.json"))["streams"]
            assert len(stream["clients"]) == 2
            number = int(stream["request_id"][1:])
            assert await stop(request_id=f"r{number + 1:06}") == 200
            assert await ended(second)
            await first.content.readexactly(188 * 100)
            assert await stop(channel_id=stream["channel_id"]) == 200
            assert await ended(first)
        assert await stop(channel_id=stream["channel_id"]) == 409
    await until(attempts.exists, deadline=20)
    reports = [await server.get(f"/debug/{name}.json") for name in ("stream-attempts", "active-streams")]
    (line,) = attempts.read_text().splitlines()
    assert json.loads(line)["req_id"] == stream["request_id"]
    assert attempts.stat().st_mode & 0o777 == 0o600
    told = [line, server.log, *answers, *(report.data.decode() for report in reports)]
    assert not any(secret in text for text in told for secret in (USER, PASSWORD))
    refused = await server.get("/debug/stream-attempts.json", headers={"Host": "tv.example"})
    assert (refused.status, refused.data) == (403, b"")


async def test_a_stream_that_plays_when_the_program_ends_is_in_the_log(boot, provider, tmp_path):
    attempts = tmp_path / "streams.jsonl"
    env = {
        "IPTV_TUNERR_M3U_URL": provider.playlist("one"),
        "IPTV_TUNERR_STREAM_ATTEMPT_LOG": str(attempts),
    }
    server = await boot(env=env)
    async with watching((await server.json("/lineup.json"))[0]["URL"]):
        assert await asyncio.to_thread(server.stop) == 0
    assert len(attempts.read_text().splitlines()) == 1


async def test_the_settings_of_requests_reach_the_provider(boot, provider, tmp_path):
    jar = tmp_path / "cookies.txt"
    until_then = int(time.time()) + 3600
    jar.write_text(f"# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t{until_then}\tdoor\topen\n")
    env = {
        "IPTV_TUNERR_M3U_URL": provider.playlist("one"),
        "IPTV_TUNERR_UPSTREAM_USER_AGENT": "Everybody/1.0",
        "IPTV_TUNERR_HOST_UA": "other.example=Other/1.0|127.0.0.1=Special/2.0 (a; b)",
        "IPTV_TUNERR_UPSTREAM_ADD_SEC_FETCH": "true",
        "IPTV_TUNERR_COOKIE_JAR_FILE": str(jar),
    }
    server = await boot(env=env)
    async with watching((await server.json("/lineup.json"))[0]["URL"]):
        (headers,) = [headers for _, path, headers in provider.requests if path == "/live/one"]
    assert headers["User-Agent"] == "Special/2.0 (a; b)"
    assert headers["Cookie"] == "door=open"
    assert {name.lower(): value for name, value in headers.items() if name.lower().startswith("sec-fetch")} != {}
