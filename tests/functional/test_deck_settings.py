"""Settings and diagnostics of the real program: what is changed in the deck counts at once, and no secret gets out."""

import io
import re
import zipfile

import aiohttp
import pytest

from tests.tools.deck import operating
from tests.tools.until import until

SECRETS = ("s3cret-user", "s3cret-pass", "s3cret-token", "s3cret-header", "s3cret-basic")


@pytest.fixture
async def deck(boot):
    """A server without a provider that answers, and an administrator's session."""
    server = await boot(env={"IPTV_TUNERR_LOG_LEVEL": "info"})
    async with operating(server) as operator:
        yield server, operator.session, operator.csrf


async def did(server, session, csrf, what, /, **fields):
    """What the operator reads after an act by a form."""
    form = {"csrf": csrf, "back": "/settings?q=REFRESH&edit=REFRESH", **fields}
    async with session.post(f"{server.deck}/act/{what}", data=form) as answer:
        assert answer.status == 200
        return await answer.text()


async def shown(server, session, name):
    async with session.get(f"{server.deck}/api/v1/settings", params={"q": name}) as answer:
        assert answer.status == 200
        rows = [row for section in (await answer.json())["sections"] for row in section["rows"]]
        return next(row for row in rows if row["name"] == name)


async def test_a_setting_counts_at_once_survives_a_restart_and_is_taken_back(deck, boot):
    server, session, csrf = deck
    assert (await shown(server, session, "REFRESH"))["origin"] == "default"
    await until(lambda: "next refresh" in server.log, what="the schedule")
    page = await did(server, session, csrf, "setting-set", name="REFRESH", value="2h")
    assert "REFRESH is 2h now." in page
    row = await shown(server, session, "REFRESH")
    assert (row["value"], row["origin"]) == ("2h", "deck")

    def seconds():
        return [int(found) for found in re.findall(r"next refresh .*seconds=(\d+)", server.log)]

    await until(lambda: seconds()[-1] <= 2 * 3600 * 1.1, what="a sooner refresh")
    page = await did(server, session, csrf, "setting-set", name="REFRESH", value="soon")
    assert "is no duration; write it as 90s, 5m, 1h30m or 7d" in page
    assert "Example: 6h" in page
    page = await did(server, session, csrf, "setting-set", name="LOG_LEVEL", value="debug")
    assert "LOG_LEVEL is set by the environment, which always wins." in page
    assert server.stop() == 0
    again = await boot()
    async with operating(again) as operator:
        assert (await shown(again, operator.session, "REFRESH"))["value"] == "2h"


async def test_a_rule_of_the_lineup_changes_the_lineup_and_undo_brings_it_back(deck):
    server, session, csrf = deck
    await until(lambda: "lineup published" in server.log, what="the first lineup")
    before = len(await server.json("/lineup.json"))
    page = await did(server, session, csrf, "setting-set", name="LINEUP_TAKE", value="2")
    assert "LINEUP_TAKE is 2 now." in page
    assert len(await server.json("/lineup.json")) == 2 < before
    act = re.search(r'name="act" value="(\d+)"', page)[1]
    await did(server, session, csrf, "undo", act=act)
    assert len(await server.json("/lineup.json")) == before


PAGES = (
    "/settings", "/settings?section=guide", "/settings?section=reserved", "/diagnostics", "/diagnostics/logs",
    "/diagnostics/logs?follow=1", "/diagnostics/streams", "/diagnostics/audit", "/autopilot",
    "/diagnostics/workflows/guide-repair", "/diagnostics/workflows/diagnostics",
)  # fmt: skip


async def test_every_page_and_every_described_document_answers(deck):
    server, session, _ = deck
    for path in (prefix + path for path in PAGES for prefix in ("", "/api/v1")):
        async with session.get(f"{server.deck}{path}") as answer:
            assert answer.status == 200, (path, await answer.text())
    async with session.get(f"{server.deck}/deck/settings.json") as answer:
        found = await answer.json()
        assert (found["auth_user"], found["auth_default_password"]) == ("admin", False)
        assert (found["effective_session_ttl_minutes"], found["login_failure_limit"]) == (720, 8)
        assert found["default_refresh_sec"] == 30
    async with session.get(f"{server.deck}/debug/runtime.json") as answer:
        found = await answer.json()
        assert found.keys() >= {"tuner", "guide", "provider", "recorder", "hdhr", "webui", "events", "media_servers"}
    async with session.get(f"{server.deck}/ops/workflows/ops-recovery.json") as answer:
        assert (await answer.json())["name"] == "ops-recovery"
    async with session.get(f"{server.deck}/diagnostics/workflows/reboot") as answer:
        assert answer.status == 404
        assert "guide-repair" in await answer.text()


async def test_the_bundle_and_no_page_holds_a_secret(boot, provider):
    playlist = provider.playlist("one", "two")
    user, password, token, header, basic = SECRETS
    server = await boot(env={
        "IPTV_TUNERR_M3U_URL": f"{playlist}?token={token}",
        "IPTV_TUNERR_PROVIDER_URL_2": "http://127.0.0.1:9",
        "IPTV_TUNERR_PROVIDER_USER_2": user,
        "IPTV_TUNERR_PROVIDER_PASS_2": password,
        "IPTV_TUNERR_UPSTREAM_HEADERS": f"X-Secret: {header}",
        "IPTV_TUNERR_XMLTV_URL": f"http://me:{basic}@127.0.0.1:9/guide.xml?key={token}",
    })  # fmt: skip
    async with operating(server) as operator:
        session = operator.session
        async with session.get(f"{server.deck}/diagnostics/bundle.zip") as answer:
            assert (answer.status, answer.content_type) == (200, "application/zip")
            data = await answer.read()
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        assert {name.split("/")[1] for name in files} >= {
            "bundle-info.json", "versions.json", "runtime.json", "settings.json", "sources.json", "plan.json",
            "stream-attempts.json", "log.jsonl", "databases.json", "guide-doctor.json",
        }  # fmt: skip
        for name, content in files.items():
            assert not [secret for secret in SECRETS if secret.encode() in content], name
        for path in ("/settings?q=provider", "/settings?origin=environment", "/diagnostics/logs", "/autopilot"):
            for prefix in ("", "/api/v1"):
                async with session.get(f"{server.deck}{prefix}{path}") as answer:
                    text = await answer.text()
                    assert not [secret for secret in SECRETS if secret in text], path


async def test_the_log_is_followed_and_only_by_those_who_may(deck):
    server, session, csrf = deck
    async with (
        aiohttp.ClientSession() as stranger,
        stranger.get(f"{server.deck}/diagnostics/logs/tail", allow_redirects=False) as answer,
    ):
        assert answer.status != 200
    async with session.get(f"{server.deck}/diagnostics/logs/tail") as answer:
        assert answer.content_type == "text/event-stream"
        await did(server, session, csrf, "setting-set", name="SMOKETEST_CONCURRENCY", value="2")
        lines = b""
        while b"SMOKETEST_CONCURRENCY is 2 now" not in lines:
            chunk = await answer.content.readany()
            assert chunk
            lines += chunk
