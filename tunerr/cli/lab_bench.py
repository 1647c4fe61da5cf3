"""`lab bench`: measures the product beside what it is compared with."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import cyclopts
from cyclopts import Parameter

if TYPE_CHECKING:
    from tunerr.lab.bench.report import Report

app = cyclopts.App(
    name="bench",
    help="Measure the product beside what it is compared with.",
    usage="Usage: iptv-tunerr lab bench relay|join|failover|hls|catalog|guide|flood|deck [flags]",
    version_flags=[],
)

AsJson = Annotated[bool, Parameter(name="--json", negative=(), help="Print JSON instead of a table.")]
Media = Annotated[Path | None, Parameter(help="Folder for the encoded clips; in the system's temporary one.")]
Reference = Annotated[Path | None, Parameter(help="Folder with crelay.c, which is compiled and compared with.")]


@app.command
def relay(
    *,
    viewers: Annotated[str, Parameter(help="Numbers of viewers, parted by commas.")] = "1,7,50,500",
    seconds: Annotated[float, Parameter(help="Length of one measurement.")] = 8.0,
    pairs: Annotated[int, Parameter(help="How often each is measured, in turn with the others.")] = 5,
    reference: Reference = None,
    json: AsJson = False,
    media: Media = None,
) -> int:
    """One channel to many viewers: CPU time, latency, memory, viewers lost."""
    from tunerr.lab.bench.relay import Plan, run  # noqa: PLC0415 - numpy and aiohttp

    plan = Plan(_folder(media), tuple(int(each) for each in viewers.split(",")), seconds, pairs, reference)
    return _print(run(plan), json=json)


@app.command
def join(
    *,
    joins: Annotated[int, Parameter(help="How many viewers come, one after the other.")] = 100,
    json: AsJson = False,
    media: Media = None,
) -> int:
    """A viewer comes to a channel that plays: time to its first byte and to its first access point."""
    from tunerr.lab.bench.join import run  # noqa: PLC0415 - numpy and aiohttp

    return _print(run(_folder(media), joins), json=json)


@app.command
def failover(
    *,
    rounds: Annotated[int, Parameter(help="How often each fault happens.")] = 5,
    json: AsJson = False,
    media: Media = None,
) -> int:
    """The source ends, is reset or falls silent, and another one is healthy: what of the gap is ours."""
    from tunerr.lab.bench.failover import run  # noqa: PLC0415 - numpy and aiohttp

    return _print(run(_folder(media), rounds), json=json)


@app.command
def hls(
    *,
    starts: Annotated[int, Parameter(help="How many cold starts.")] = 20,
    json: AsJson = False,
    media: Media = None,
) -> int:
    """A cold start of an HLS channel: what of the time to the first byte is ours."""
    from tunerr.lab.bench.hls import run  # noqa: PLC0415 - numpy and aiohttp

    return _print(run(_folder(media), starts), json=json)


@app.command
def catalog(
    *,
    entries: Annotated[int, Parameter(help="Entries of the playlist.")] = 200_000,
    titles: Annotated[int, Parameter(help="Films and series of the panel.")] = 125_000,
    lineups: Annotated[str, Parameter(help="Numbers of channels of the lineups, parted by commas.")] = "5000,50000",
    pairs: Annotated[int, Parameter(help="How often each is measured, in turn with what it is compared with.")] = 3,
    seconds: Annotated[float, Parameter(help="Length of one measurement of a rate.")] = 3.0,
    json: AsJson = False,
) -> int:
    """Large lists into the catalog, the swap in a server's loop, lineup.json made and served."""
    from tunerr.lab.bench.catalog import Plan, run  # noqa: PLC0415 - aiohttp

    sizes = tuple(int(each) for each in lineups.split(","))
    return _print(run(Plan(entries, titles, sizes, pairs, seconds)), json=json)


@app.command
def guide(
    *,
    channels: Annotated[int, Parameter(help="Channels of the guide.")] = 5_000,
    programmes: Annotated[int, Parameter(help="Programmes of the guide.")] = 535_000,
    pairs: Annotated[int, Parameter(help="How often each is measured, in turn with what it is compared with.")] = 3,
    json: AsJson = False,
    media: Media = None,
) -> int:
    """A large guide read and rendered, a stream that plays meanwhile, guide.xml served."""
    from tunerr.lab.bench.guide import Plan, run  # noqa: PLC0415 - aiohttp and lxml

    return _print(run(Plan(_folder(media), channels, programmes, pairs)), json=json)


@app.command
def flood(
    *,
    packets: Annotated[int, Parameter(help="Datagrams to the discovery port.")] = 100_000,
    connections: Annotated[
        int, Parameter(help="Connections to the control port, and as many half-open ones to HTTP.")
    ] = 1_000,
    pairs: Annotated[int, Parameter(help="How many waves they come in, each after a time at rest.")] = 8,
    seconds: Annotated[float, Parameter(help="Length of a wave, and of a rest.")] = 2.0,
    json: AsJson = False,
    media: Media = None,
) -> int:
    """Five streams play while all ports are flooded: how much longer their gaps become."""
    from tunerr.lab.bench.flood import Plan, run  # noqa: PLC0415 - aiohttp

    return _print(run(Plan(_folder(media), packets, connections, pairs, seconds)), json=json)


@app.command
def deck(
    *,
    channels: Annotated[int, Parameter(help="Channels of the catalog.")] = 50_000,
    decks: Annotated[int, Parameter(help="How many decks are open.")] = 20,
    pairs: Annotated[int, Parameter(help="How many busy times there are, each after a time at rest.")] = 6,
    seconds: Annotated[float, Parameter(help="Length of a busy time, and of a rest.")] = 10.0,
    json: AsJson = False,
    media: Media = None,
) -> int:
    """A stream plays while decks are open and all pages are loaded: how much longer its gaps get, each page's time."""
    from tunerr.lab.bench.deck import Plan, run  # noqa: PLC0415 - aiohttp

    return _print(run(Plan(_folder(media), channels, decks, pairs, seconds)), json=json)


def _folder(media: Path | None) -> Path:
    from tunerr.lab.media import default_folder  # noqa: PLC0415 - numpy

    return media or default_folder()


def _print(measuring: Coroutine[Any, Any, Report], *, json: bool) -> int:
    report = asyncio.run(measuring)
    print(report.json() if json else report.table())
    return 0
