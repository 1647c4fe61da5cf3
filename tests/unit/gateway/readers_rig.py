"""Shared by the readers' tests: an opener, reading to the end or for a while, children that are still alive."""

from contextlib import asynccontextmanager
from pathlib import Path

from tunerr.gateway.readers.opener import StreamOpener
from tunerr.model.channel import SourceId, Stream
from tunerr.model.url import SecretUrl, Zone
from tunerr.support.clock import SystemClock
from tunerr.support.http import HttpClients


def stream(url, zone=Zone.LOOPBACK, headers=(), *, allow_lan=False):
    return Stream(SecretUrl(url), SourceId("m3u"), zone, headers, allow_lan)


@asynccontextmanager
async def http_clients(**options):
    clients = HttpClients(user_agent="Tunerr/test", **options)
    try:
        yield clients
    finally:
        await clients.aclose()


@asynccontextmanager
async def opener(*, ffmpeg=lambda: "ffmpeg", **options):
    async with http_clients() as clients:
        yield StreamOpener(clients=clients, ffmpeg=ffmpeg, clock=SystemClock(), **options)


async def read(url, *, limit=None, **options):
    """All bytes of a stream, or the first `limit`."""
    data = b""
    async with opener(**options) as opened, opened.open(stream(url)) as upstream:
        async for chunk in upstream.chunks():
            data += chunk
            if limit and len(data) >= limit:
                break
    return data


def ffmpegs_of(*markers):
    """Ids of living ffmpeg processes whose command line holds all `markers`."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes()
        except OSError:
            continue
        if b"ffmpeg" in line and all(marker.encode() in line for marker in markers):
            found.append(int(path.parent.name))
    return found
