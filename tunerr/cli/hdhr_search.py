"""The devices that answer a search, as `hdhr-scan` lists them."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from tunerr.cli.hdhr_visit import Visitor, visiting
from tunerr.errors import ActionRefused, ContentError, FetchError
from tunerr.hdhomerun.discovery import DISCOVERY_PORT
from tunerr.model.device_id import DeviceId
from tunerr.model.url import SecretUrl
from tunerr.providers.hdhr.search import Found, Target, neighborhood, search
from tunerr.support.interfaces import Interface, interfaces

if TYPE_CHECKING:
    from tunerr.config.hdhr import HdhrSettings


async def found_devices(settings: HdhrSettings, seconds: float, *, or_fail: bool) -> list[dict[str, Any]]:
    """A row for each device that answered within `seconds`. Raises ActionRefused `or_fail` when there is none."""
    own = interfaces()
    targets = _targets(settings, own)
    found = await search(targets, seconds=seconds, own=own)
    if or_fail and not found:
        raise ActionRefused(
            f"No HDHomeRun device answered within {seconds:g} s. Asked: {', '.join(map(str, targets))}.",
            hint="For other networks give an address (-addr) or set IPTV_TUNERR_HDHR_DISCOVER_BROADCASTS.",
        )
    async with visiting(seconds) as visitor:
        return list(await asyncio.gather(*(row_of(one, visitor) for one in found)))


def _targets(settings: HdhrSettings, own: tuple[Interface, ...]) -> list[Target]:
    """Everybody near, the program on this machine by its own port, and whom the settings name."""
    targets = [*neighborhood(own), *map(Target, map(ip_address, settings.discover_broadcasts))]
    if settings.discover_port != DISCOVERY_PORT:
        targets.append(Target(ip_address("127.0.0.1"), settings.discover_port))
    return targets


async def row_of(found: Found, visitor: Visitor) -> dict[str, Any]:
    """What is known of one device; its discover.json is asked for where the sender of the reply may point."""
    notes = _notes(found)
    name = model = ""
    try:
        with visitor.to(SecretUrl(found.base_url), named_in=found.zone) as visit:
            device = await visit.device()
        name, model = device.name, device.model
        if device.device_id.upper() != f"{found.device_id:08X}":
            notes.append(f"its discover.json says {device.device_id or 'no id'}")
    except (FetchError, ContentError) as error:
        notes.append(error.message)
    return {
        "device_id": f"{found.device_id:08X}",
        "name": name,
        "model": model,
        "tuners": found.tuner_count or None,
        "address": str(found.address),
        "base_url": found.base_url,
        "notes": notes,
    }


def _notes(found: Found) -> list[str]:
    """What is odd or worth knowing of a reply."""
    notes = []
    try:
        DeviceId(found.device_id)
    except ValueError:
        notes.append("its id has a wrong checksum")
    if found.local:
        notes.append("on this machine")
    if found.elsewhere:
        notes.append("its base URL is another machine's")
    return notes
