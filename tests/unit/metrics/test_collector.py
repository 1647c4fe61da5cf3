from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families

from tests.tools.clients import client, run
from tunerr.gateway.facts import GatewayFacts
from tunerr.metrics.collector import Metrics, Readings
from tunerr.metrics.http import routes
from tunerr.model.channel import Channel, ChannelId, LeftOut, Lineup, LineupChannel, SourceId
from tunerr.model.guide import ChannelHealth, GuideHealth
from tunerr.model.native import NativeFacts
from tunerr.model.numbers import GuideNumber
from tunerr.model.status import GuideEdition, SourceState, SourceStatus, TunerStatus

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
QUIET = GatewayFacts(
    active_sessions=0,
    viewers=0,
    cards=0,
    slots=0,
    bytes_sent=0,
    bytes_received=0,
    tunes_ok=0,
    tunes_failed=(),
    continuity_errors=0,
    lapped=0,
    dropped=0,
    switches=(),
    cards_shown=0,
)
EMPTY = Readings(
    lineup=None, guide=None, health=None, sources=(), tuners=(), gateway=QUIET, native=NativeFacts(), tasks=0
)
FULL = Readings(
    lineup=Lineup(
        "v1",
        AT,
        (LineupChannel(GuideNumber(1), Channel(ChannelId("dna-1"), "One")),),
        (LeftOut(3, "over the limit"), LeftOut(2, "no stream")),
    ),
    guide=GuideEdition("e", "v1", AT, Path("x"), Path("y"), channels=6, linked=5, programmes=90, placeholders=7),
    health=GuideHealth(
        "e",
        "v1",
        AT,
        tuple(
            ChannelHealth(ChannelId(f"dna-{number}"), str(number), "C", "", status)
            for number, status in enumerate(("healthy", "healthy", "unlinked"), 1)
        ),
    ),
    sources=(
        SourceStatus(SourceId("m3u"), "playlist", "http://a", SourceState.OK, succeeded_at=AT, entries=12),
        SourceStatus(SourceId("epg"), "guide", "http://b", SourceState.FAILED),
    ),
    tuners=(TunerStatus(0, number=GuideNumber(1)), TunerStatus(1)),
    gateway=GatewayFacts(
        active_sessions=1,
        viewers=4,
        cards=2,
        slots=3,
        bytes_sent=1880,
        bytes_received=940,
        tunes_ok=8,
        tunes_failed=((805, 1),),
        continuity_errors=21,
        lapped=22,
        dropped=23,
        switches=(("reset", 4), ("stalled", 20)),
        cards_shown=25,
    ),
    native=NativeFacts(answered=26, ignored=27, limited=28, connections=29, refused=30, targets=31),
    tasks=32,
)


async def scrape(metrics, accept="*/*"):
    app = web.Application()
    app.add_routes(routes(registry=metrics.registry))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/metrics"
        async with aiohttp.ClientSession() as session, session.get(url, headers={"Accept": accept}) as answer:
            assert answer.status == 200
            return answer.headers["Content-Type"], await answer.text()
    finally:
        await runner.cleanup()


def samples(text):
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_figures():
    metrics = Metrics(read=lambda: FULL)
    metrics.loop_lag.observe(0.003)
    content_type, text = await scrape(metrics)
    assert content_type.startswith("text/plain; version=0.0.4")
    found = samples(text)

    def value(name, **labels):
        return found[(f"iptv_tunerr_{name}", tuple(sorted(labels.items())))]

    assert value("channels") == 1
    assert value("channels_left_out") == 5
    assert value("tuners") == 2
    assert value("tuners_in_use") == 1
    assert value("viewers") == 4
    assert value("viewer_sent_bytes_total") == 1880
    assert value("upstream_received_bytes_total") == 940
    assert value("continuity_errors_total") == 21
    assert value("viewers_lapped_total") == 22
    assert value("viewers_dropped_total") == 23
    assert value("switches_total", reason="stalled") == 20
    assert value("switches_total", reason="reset") == 4
    assert value("tasks") == 32
    assert value("discovery_requests_total", result="answered") == 26
    assert value("discovery_requests_total", result="ignored") == 27
    assert value("discovery_requests_total", result="limited") == 28
    assert value("control_connections") == 29
    assert value("control_refused_total") == 30
    assert value("targets") == 31
    assert value("cards") == 2
    assert value("cards_shown_total") == 25
    assert value("provider_slots_in_use") == 3
    assert value("tunes_total", result="805") == 1
    assert value("tunes_total", result="ok") == 8
    assert value("source_entries", source="m3u", kind="playlist") == 12
    assert value("source_last_success_timestamp_seconds", source="m3u", kind="playlist") == AT.timestamp()
    assert value("source_state", source="epg", kind="guide", state="failed") == 1
    assert value("source_state", source="epg", kind="guide", state="ok") == 0
    assert value("guide_channels") == 6
    assert value("guide_linked_channels") == 5
    assert value("guide_programmes") == 90
    assert value("guide_placeholders") == 7
    assert value("guide_coverage", status="healthy") == 2
    assert value("guide_coverage", status="good") == 0
    assert value("loop_lag_seconds_bucket", le="0.005") == 1
    assert value("loop_lag_seconds_bucket", le="0.002") == 0
    assert any(name == "iptv_tunerr_build_info" for name, _ in found)
    assert any(name == "process_open_fds" for name, _ in found)


async def test_every_scrape_reads_anew():
    now = [EMPTY]
    metrics = Metrics(read=lambda: now[0])
    assert samples((await scrape(metrics))[1])[("iptv_tunerr_viewers", ())] == 0
    now[0] = replace(EMPTY, gateway=replace(QUIET, viewers=9))
    assert samples((await scrape(metrics))[1])[("iptv_tunerr_viewers", ())] == 9


async def test_a_scraper_may_ask_for_openmetrics():
    content_type, text = await scrape(Metrics(read=lambda: FULL), "application/openmetrics-text; version=1.0.0")
    assert content_type.startswith("application/openmetrics-text")
    assert text.endswith("# EOF\n")


@pytest.mark.client
@pytest.mark.parametrize("readings", [EMPTY, FULL], ids=["empty", "full"])
async def test_promtool_has_no_complaint(readings):
    _, text = await scrape(Metrics(read=lambda: readings))
    result = await run(client("promtool"), "check", "metrics", stdin=text.encode())
    assert (result.status, result.out, result.err) == (0, "", "")
