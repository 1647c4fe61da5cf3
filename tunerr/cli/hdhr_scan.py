"""`hdhr-scan`: asks an HDHomeRun device what it is, which channels it has, for its guide."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import cyclopts
from cyclopts import Parameter

from tunerr.cli.output import AsJson, show
from tunerr.config import parsers
from tunerr.errors import ActionRefused
from tunerr.model.channel import SourceId
from tunerr.model.source import Source
from tunerr.model.url import SecretUrl

if TYPE_CHECKING:
    from tunerr.catalog.visit import Visit

_Found = TypeVar("_Found")

_LARGEST_GUIDE = 64 << 20

app = cyclopts.App(
    name="hdhr-scan",
    help="What an HDHomeRun device is, its channels, its guide.",
    usage="Usage: iptv-tunerr hdhr-scan -addr ADDRESS [flags]",
    version_flags=[],
)


@app.default
def hdhr_scan(
    *,
    addr: Annotated[str | None, Parameter(help="The device: a host, host:port or http address.")] = None,
    lineup: Annotated[bool, Parameter(negative="", help="Its channels too.")] = False,
    guide_xml: Annotated[bool, Parameter(negative="", help="Print its guide.xml and nothing else.")] = False,
    timeout: Annotated[str, Parameter(help="The longest wait for one answer.")] = "3s",
    as_json: AsJson = False,
) -> None:
    """Ask an HDHomeRun device what it is. Works without a running server."""
    if addr is None:
        raise ActionRefused(
            "Devices can't be searched for: that comes with the native HDHomeRun protocol (UDP).",
            hint="Give the device's address: iptv-tunerr hdhr-scan -addr 192.168.1.20",
        )
    try:
        base = parsers.panel(addr if "://" in addr else f"http://{addr}")
        seconds = parsers.duration(zero=False)(timeout)
    except ValueError as error:
        raise ActionRefused(str(error), hint="Example: -addr http://192.168.1.20 -timeout 3s") from error
    if guide_xml:
        sys.stdout.write(asyncio.run(_visited(base, seconds, partial(_guide, base))))
        return
    device, rows = asyncio.run(_visited(base, seconds, _lineup if lineup else _device))
    if as_json:
        show(device | ({"lineup": rows} if lineup else {}), as_json=True)
        return
    show(device, as_json=False)
    if lineup:
        print()
        show(rows, as_json=False)


async def _visited(base: SecretUrl, seconds: float, ask: Callable[[Visit], Awaitable[_Found]]) -> _Found:
    """What `ask` brings from a visit to the device."""
    from tunerr.catalog.visit import Visit  # noqa: PLC0415 - the HTTP client: slow to start
    from tunerr.support.clock import SystemClock  # noqa: PLC0415 - as above
    from tunerr.support.http import HttpClients  # noqa: PLC0415 - as above

    source = Source(SourceId("device"), "playlist", base, seconds, device=True)
    clients = HttpClients(user_agent="IPTV Tunerr")
    try:
        with tempfile.TemporaryDirectory() as spool:
            visit = Visit(source, clients=clients, spool=Path(spool), clock=SystemClock(), pause=0)
            return await ask(visit)
    finally:
        await clients.aclose()


async def _device(visit: Visit) -> tuple[dict[str, Any], list[dict[str, str]]]:
    return (await visit.device())._asdict(), []


async def _lineup(visit: Visit) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The device, and its channels in its order; what can't be used with the reason."""
    from tunerr.catalog.visit import nothing_known  # noqa: PLC0415 - only this form needs it
    from tunerr.providers.documents import entries  # noqa: PLC0415 - as above
    from tunerr.providers.entry import Entry, Skipped  # noqa: PLC0415 - as above

    device, _ = await _device(visit)
    offer = await visit.lineup(nothing_known)
    rows = []
    for found in entries(offer.form, offer.documents):
        if isinstance(found, Entry):
            rows.append({"number": found.chno, "name": found.name, "url": found.url, "problem": ""})
        elif isinstance(found, Skipped):
            rows.append({"number": "", "name": found.name, "url": "", "problem": found.reason.value})
    return device, rows


async def _guide(base: SecretUrl, visit: Visit) -> str:
    from tunerr.storage.document import read_document  # noqa: PLC0415 - only this form needs it

    path, _ = await visit.document(SecretUrl(f"{base.reveal()}/guide.xml"), "guide")
    chunks = await asyncio.to_thread(list, read_document(path, limit=_LARGEST_GUIDE))
    return b"".join(chunks).decode("utf-8", "replace")
