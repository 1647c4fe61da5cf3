"""Who this device is: settled at first start, kept for ever, because media servers key their DVR by it."""

from __future__ import annotations

import structlog

from tunerr.config.gateway import GatewaySettings
from tunerr.config.sections import HdhrSettings
from tunerr.model.device_id import DeviceId
from tunerr.storage.facts import Facts
from tunerr.views.device import DeviceIdentity

log = structlog.get_logger(__name__)

# What a subscription allows when it says nothing; the contract's default.
_TUNERS = 2
# The demo encodes on this machine; four channels at once are within reach of a small one.
_DEMO_TUNERS = 4


async def device_identity(
    hdhr: HdhrSettings, gateway: GatewaySettings, facts: Facts, *, is_demo: bool
) -> DeviceIdentity:
    """Settings win; else what was settled before; else a new id and a default count, which are kept from now on."""
    count = gateway.tuner_count or int(await _settled(facts, "tuner_count", str(_DEMO_TUNERS if is_demo else _TUNERS)))
    device_id = hdhr.device_id or DeviceId.parse(await _settled(facts, "device_id", str(DeviceId.generate())))
    return DeviceIdentity(
        device_id=device_id,
        friendly_name=hdhr.friendly_name,
        tuner_count=count,
        manufacturer=hdhr.manufacturer,
        model_number=hdhr.model_number,
        firmware_name=hdhr.firmware_name,
        firmware_version=hdhr.firmware_version,
        device_auth=hdhr.device_auth,
        scan_possible=hdhr.scan_possible,
    )


async def _settled(facts: Facts, name: str, first: str) -> str:
    known = await facts.get(name)
    if known is not None:
        return known
    await facts.set(name, first)
    log.info("settled at first start", **{name: first})
    return first
