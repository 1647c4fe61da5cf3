"""`hdhr-scan`: which HDHomeRun devices are there; what one of them is, which channels it has, its guide."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated, Any

import cyclopts
from cyclopts import Parameter

from tunerr.cli.hdhr_native import Native
from tunerr.cli.hdhr_search import found_devices
from tunerr.cli.hdhr_visit import visiting
from tunerr.cli.options import load_settings
from tunerr.cli.output import AsJson, show
from tunerr.config import parsers
from tunerr.errors import ActionRefused
from tunerr.model.url import SecretUrl

if TYPE_CHECKING:
    from tunerr.catalog.visit import Visit
    from tunerr.config.hdhr import HdhrSettings

_LARGEST_GUIDE = 64 << 20

app = cyclopts.App(
    name="hdhr-scan",
    help="Which HDHomeRun devices are there; what one of them is, its channels, its guide.",
    usage="Usage: iptv-tunerr hdhr-scan [-addr ADDRESS] [flags]",
    version_flags=[],
)


@app.default
def hdhr_scan(
    *,
    addr: Annotated[str | None, Parameter(help="One device: a host, host:port or http address.")] = None,
    lineup: Annotated[bool, Parameter(negative="", help="Its channels too.")] = False,
    guide_xml: Annotated[bool, Parameter(negative="", help="Print its guide.xml and nothing else.")] = False,
    timeout: Annotated[str, Parameter(help="The length of a search; the longest wait for one answer.")] = "3s",
    as_json: AsJson = False,
) -> None:
    """List the HDHomeRun devices near, or ask the one at -addr what it is. Works without a running server."""
    settings = load_settings().settings.hdhr
    try:
        seconds = parsers.duration(zero=False)(timeout)
        base = None if addr is None else parsers.panel(addr if "://" in addr else f"http://{addr}")
    except ValueError as error:
        raise ActionRefused(str(error), hint="Example: -addr http://192.168.1.20 -timeout 3s") from error
    if base is not None:
        _one(base, seconds, settings, lineup=lineup, guide_xml=guide_xml, as_json=as_json)
    elif lineup or guide_xml:
        raise ActionRefused(
            "Channels and guide are those of one device.",
            hint="Give its address: iptv-tunerr hdhr-scan -addr 192.168.1.20 -lineup",
        )
    else:
        show(asyncio.run(found_devices(settings, seconds, or_fail=not as_json)), as_json=as_json)


def _one(
    base: SecretUrl, seconds: float, settings: HdhrSettings, *, lineup: bool, guide_xml: bool, as_json: bool
) -> None:
    """Print what the device at `base` says."""
    if guide_xml:
        sys.stdout.write(asyncio.run(_guide(base, seconds)))
        return
    device, rows = asyncio.run(_asked(base, seconds, Native(base.host, settings), lineup=lineup))
    if as_json:
        show(device | ({"lineup": rows} if lineup else {}), as_json=True)
        return
    show(device, as_json=False)
    if lineup:
        print()
        show(rows, as_json=False)


async def _asked(
    base: SecretUrl, seconds: float, native: Native, *, lineup: bool
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The device, by HTTP and the native protocol, and its channels."""
    async with visiting(seconds) as visitor:
        with visitor.to(base) as visit:
            device = await visit.device()
            rows = await _channels(visit) if lineup else []
        said = await native.says(visitor.clients, tuners=device.tuners or 0)
    if not said:
        print(f"{native} doesn't answer: all this is said by HTTP alone.", file=sys.stderr)
    return device._asdict() | said, rows


async def _channels(visit: Visit) -> list[dict[str, str]]:
    """The device's channels in its order; what can't be used with the reason."""
    from tunerr.catalog.visit import nothing_known  # noqa: PLC0415 - only this form needs it
    from tunerr.providers.documents import entries  # noqa: PLC0415 - as above
    from tunerr.providers.entry import Entry, Skipped  # noqa: PLC0415 - as above

    offer = await visit.lineup(nothing_known)
    rows = []
    for found in entries(offer.form, offer.documents):
        if isinstance(found, Entry):
            rows.append({"number": found.chno, "name": found.name, "url": found.url, "problem": ""})
        elif isinstance(found, Skipped):
            rows.append({"number": "", "name": found.name, "url": "", "problem": found.reason.value})
    return rows


async def _guide(base: SecretUrl, seconds: float) -> str:
    from tunerr.storage.document import read_document  # noqa: PLC0415 - only this form needs it

    async with visiting(seconds) as visitor:
        with visitor.to(base) as visit:
            path, _ = await visit.document(SecretUrl(f"{base.reveal()}/guide.xml"), "guide")
            chunks = await asyncio.to_thread(list, read_document(path, limit=_LARGEST_GUIDE))
    return b"".join(chunks).decode("utf-8", "replace")
