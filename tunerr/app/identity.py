"""Who our devices are: settled at first start, kept for ever, because media servers key their DVR by it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from tunerr.config.hdhr import HdhrSettings
from tunerr.model.device_id import DeviceId
from tunerr.storage.facts import Facts
from tunerr.views.device import DeviceIdentity

log = structlog.get_logger(__name__)

# What a subscription allows when it says nothing; the contract's default.
_TUNERS = 2
# The demo encodes on this machine; four channels at once are within reach of a small one.
DEMO_TUNERS = 4
# In the native protocol the count is a byte.
_MOST_TUNERS = 255


async def tuner_count(setting: int | None, facts: Facts, ask: Callable[[], Awaitable[int | None]]) -> int:
    """Return the setting, else what was settled before, else what the accounts bear by `ask`, which is then settled.

    While nobody knows it is 2, and asked again at the next start: media servers record the count when they are set up.
    """
    if setting:
        return setting
    settled = await facts.get("tuner_count")
    if settled is not None:
        return int(settled)
    counted = await ask()
    if counted is None:
        return _TUNERS
    return int(await _settled(facts, "tuner_count", str(min(counted, _MOST_TUNERS))))


async def device_identities(
    hdhr: HdhrSettings, facts: Facts, *, tuners: int, devices: int
) -> tuple[DeviceIdentity, ...]:
    """Settle who the devices are, the main one first.

    Settings win; else what was settled before; else a new id, which is kept from now on. Settings name the main
    device's id only.
    """
    main = DeviceIdentity(
        device_id=hdhr.device_id or await _device_id(facts, "device_id"),
        friendly_name=hdhr.friendly_name,
        tuner_count=tuners,
        manufacturer=hdhr.manufacturer,
        model_number=hdhr.model_number,
        firmware_name=hdhr.firmware_name,
        firmware_version=hdhr.firmware_version,
        device_auth=hdhr.device_auth,
        scan_possible=hdhr.scan_possible,
    )
    further = [
        replace(
            main,
            device_id=await _device_id(facts, f"device_id_{number}"),
            friendly_name=f"{main.friendly_name} {number}",
            number=number,
        )
        for number in range(2, devices + 1)
    ]
    return (main, *further)


async def _device_id(facts: Facts, name: str) -> DeviceId:
    return DeviceId.parse(await _settled(facts, name, str(DeviceId.generate())))


async def _settled(facts: Facts, name: str, first: str) -> str:
    known = await facts.get(name)
    if known is not None:
        return known
    await facts.set(name, first)
    log.info("settled at first start", **{name: first})
    return first
