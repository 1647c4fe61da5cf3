"""Every bench runs against the real program; how fast that is, is not judged here."""

import json

import pytest

from tests.tools.clients import client
from tunerr.lab.bench import catalog, deck, failover, flood, guide, hls, join, relay
from tunerr.lab.bench.deck_paths import PAGES
from tunerr.lab.media import default_folder

pytestmark = pytest.mark.alone


def by_name(report):
    """Figures of the product by case and name."""
    document = json.loads(report.json())
    assert document["bench"] == report.bench
    assert report.table().count("\n") > len(report.figures)
    return {(row["case"], row["what"]): row for row in document["figures"] if row["who"] == "tunerr"}


@pytest.fixture(autouse=True)
def ffmpeg():
    return client("ffmpeg")


async def test_relay():
    plan = relay.Plan(default_folder(), viewers=(3,), seconds=2.0, pairs=1)
    report = await relay.run(plan)
    figures = by_name(report)
    for case in ("3 viewers", "3 viewers, after a switch"):
        assert figures[case, "viewers lost"]["values"] == [0]
        assert figures[case, "CPU"]["median"] > 0
        assert figures[case, "latency p50"]["median"] > 0
    assert "not switched" not in " ".join(report.remarks)


async def test_join():
    figures = by_name(await join.run(default_folder(), 3))
    assert figures["3 joins", "first read is PAT, PMT, access point"]["median"] == 100


async def test_failover():
    figures = by_name(await failover.run(default_folder(), 1))
    for fault in ("eof", "reset", "stall"):
        assert figures[fault, "continuity errors"]["values"] == [0]
        assert 0 < figures[fault, "own share"]["median"] < figures[fault, "longest gap"]["median"] * 2


async def test_hls():
    figures = by_name(await hls.run(default_folder(), 2))
    for case in {case for case, _ in figures}:
        assert 0 < figures[case, "own share"]["median"] <= figures[case, "first byte"]["median"]


async def test_catalog():
    report = await catalog.run(catalog.Plan(entries=500, titles=50, lineups=(20,), pairs=1, seconds=0.2))
    figures = by_name(report)
    for case in ("first", "unchanged", "a tenth changed"):
        assert figures[f"M3U, 500 entries, {case}", "CPU"]["median"] > 0
        assert figures[f"M3U, 500 entries, {case}", "peak RSS"]["median"] > 10
    assert figures["panel, 50 titles, first", "wall"]["median"] > 0
    assert len(figures["500 entries, a server's loop", "largest lag while a lineup is read"]["values"]) == 4
    assert figures["lineup.json, 20 channels", "served gzip"]["median"] > 0


async def test_guide():
    report = await guide.run(guide.Plan(default_folder(), channels=40, programmes=2_000, pairs=1))
    figures = by_name(report)
    (size,) = {case.split(",")[0] for case, _ in figures if case.startswith("guide of")}
    for case in ("a tenth wanted", "all wanted", "rendered"):
        assert figures[f"{size}, {case}", "CPU"]["median"] > 0
        assert figures[f"{size}, {case}", "peak RSS"]["median"] > 10
    assert figures["a server's loop", "lag p99 while the jobs run"]["median"] > 0
    assert len(figures["guide.xml, 304", "answer"]["values"]) == 500
    assert [what for case, what in figures if case.startswith("guide.xml.gz")].count("download") == 1
    assert figures["a stream plays", "longest gap in a refresh"]["median"] > 0


async def test_flood():
    report = await flood.run(flood.Plan(default_folder(), packets=1_000, connections=20, pairs=2, seconds=1.0))
    figures = by_name(report)
    assert len(figures["at rest", "gap p99.9 of each stream"]["values"]) == 5
    assert len(figures["in the flood", "growth of the longest gap"]["values"]) == 2
    assert figures["in the flood", "streams that ended"]["values"] == [0]
    assert figures["in the flood", "answer to a get"]["median"] > 0
    sent = {figure.what: figure.values[0] for figure in report.figures if figure.who == "flood"}
    assert sent["datagrams"] == 1_000
    assert 0 < sent["… answered"] < 600, "more than a third at most is valid"
    assert 0 < sent["bytes answered / sent"] < 1
    assert sum(sent[f"control connections, {end} at the end"] for end in ("open", "closed", "refused")) == 20
    assert sent["HTTP connections, open at the end"] == 20


async def test_deck():
    plan = deck.Plan(default_folder(), channels=600, decks=7, pairs=2, seconds=1.0)
    report = await deck.run(plan)
    figures = by_name(report)
    alone, busy = "one client, no stream", "decks open, pages loaded"
    assert "600 channels in the catalog, 479 offered" in report.remarks[-1]
    assert 10 < figures["first page", "with css and js"]["median"] < 200
    for case in (alone, busy):
        assert figures[case, "pages that failed"]["values"] == [0]
        pages = {what.removesuffix(" p95") for where, what in figures if where == case and what.endswith(" p95")}
        # What nobody watches has no page.
        assert pages == {link or path for path, link in PAGES} - ({"/live/"} if case == alone else set())
        assert 0 < figures[case, "/channels p95"]["median"] <= figures[case, "p95 of the slowest page"]["median"]
    assert len(figures[busy, "growth of the longest gap"]["values"]) == 2
    assert figures[busy, "streams that ended"]["values"] == [0]
    assert figures["no deck open", "gap p99.9"]["median"] > 0
    decks = {figure.what: figure.values for figure in report.figures if figure.who == "decks"}
    assert decks["open"] == (7,)
    assert min(decks["live parts sent"]) > 0, "a stream plays, so live parts change"
    assert decks["that lost their stream"] == (0,)
