"""`hdhr-scan`: which HDHomeRun devices are there; what one of them is, which channels it has, its guide."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
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
from tunerr.model.url import SecretUrl, Zone

if TYPE_CHECKING:
    from tunerr.catalog.visit import Visit
    from tunerr.config.hdhr import HdhrSettings
    from tunerr.support.http import HttpClients

_LARGEST_GUIDE = 64 << 20
# What a terminal would obey, to nothing: the guide is a stranger's, and no guide needs them.
_CONTROLS = dict.fromkeys(code for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n\r")

app = cyclopts.App(
    name="hdhr-scan",
    help="Which HDHomeRun devices are there; what one of them is, its channels, its guide.",
    usage="Usage: iptv-tunerr hdhr-scan [-addr ADDRESS] [flags]",
    version_flags=[],
)


@dataclass(frozen=True, slots=True)
class Device:
    """The device at -addr. `bare`: no more than a host was typed, so the device itself may say its port."""

    typed: SecretUrl
    bare: bool
    native: Native

    async def place(self, clients: HttpClients) -> tuple[SecretUrl, Zone | None]:
        """Where its documents are, and the zone of who said so; None: the operator."""
        found = await self.native.found(clients) if self.bare else None
        if found is None or found.elsewhere:
            return self.typed, None
        return SecretUrl(found.base_url), found.zone


@app.default
def hdhr_scan(
    *,
    addr: Annotated[
        str | None, Parameter(help="One device: a host (it says its port), host:port or http address.")
    ] = None,
    lineup: Annotated[bool, Parameter(negative="", help="Its channels too.")] = False,
    guide_xml: Annotated[bool, Parameter(negative="", help="Print its guide.xml and nothing else.")] = False,
    timeout: Annotated[str, Parameter(help="The length of a search; the longest wait for one answer.")] = "3s",
    as_json: AsJson = False,
) -> None:
    """List the HDHomeRun devices near, or ask the one at -addr what it is. Works without a running server."""
    settings = load_settings().settings.hdhr
    try:
        seconds = parsers.duration(zero=False)(timeout)
        wanted = None if addr is None else _wanted(addr, settings)
    except ValueError as error:
        raise ActionRefused(str(error), hint="Example: -addr http://192.168.1.20 -timeout 3s") from error
    if wanted is not None:
        _one(wanted, seconds, lineup=lineup, guide_xml=guide_xml, as_json=as_json)
    elif lineup or guide_xml:
        raise ActionRefused(
            "Channels and guide are those of one device.",
            hint="Give its address: iptv-tunerr hdhr-scan -addr 192.168.1.20 -lineup",
        )
    else:
        show(asyncio.run(found_devices(settings, seconds, or_fail=not as_json)), as_json=as_json)


def _wanted(addr: str, settings: HdhrSettings) -> Device:
    """Read -addr. Raises ValueError for what is no address."""
    base = parsers.device(addr if "://" in addr else f"http://{addr}")
    return Device(base, bare=addr.lower().strip("[]") == base.host, native=Native(base.host, settings))


def _one(wanted: Device, seconds: float, *, lineup: bool, guide_xml: bool, as_json: bool) -> None:
    """Print what one device says."""
    if guide_xml:
        sys.stdout.write(asyncio.run(_guide(wanted, seconds)).translate(_CONTROLS))
        return
    device, rows = asyncio.run(_asked(wanted, seconds, lineup=lineup))
    if as_json:
        show(device | ({"lineup": rows} if lineup else {}), as_json=True)
        return
    show(device, as_json=False)
    if lineup:
        print()
        show(rows, as_json=False)


async def _asked(wanted: Device, seconds: float, *, lineup: bool) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The device, by HTTP and the native protocol, and its channels."""
    async with visiting(seconds) as visitor:
        base, named_in = await wanted.place(visitor.clients)
        with visitor.to(base, named_in=named_in) as visit:
            device = await visit.device()
            rows = await _channels(visit) if lineup else []
        said = await wanted.native.says(visitor.clients, tuners=device.tuners or 0)
    if not said:
        print(f"{wanted.native} doesn't answer: all this is said by HTTP alone.", file=sys.stderr)
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


async def _guide(wanted: Device, seconds: float) -> str:
    from tunerr.storage.document import read_document  # noqa: PLC0415 - only this form needs it

    async with visiting(seconds) as visitor:
        base, named_in = await wanted.place(visitor.clients)
        with visitor.to(base, named_in=named_in) as visit:
            path, _ = await visit.document(SecretUrl(f"{base.reveal()}/guide.xml"), "guide")
            chunks = await asyncio.to_thread(list, read_document(path, limit=_LARGEST_GUIDE))
    return b"".join(chunks).decode("utf-8", "replace")
