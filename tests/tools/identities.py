"""Who the devices of a test are; the main one is that of the golden packets."""

from dataclasses import replace

from tunerr.model.device_id import DeviceId
from tunerr.views.device import DeviceIdentity

MAIN = DeviceIdentity(
    device_id=DeviceId.parse("1040FE50"),
    friendly_name="Tunerr",
    tuner_count=2,
    manufacturer="Silicondust",
    model_number="HDHR5-4US",
    firmware_name="hdhomerun5_atsc",
    firmware_version="20231214",
    device_auth="A" * 24,
    scan_possible=True,
)
SECOND = replace(MAIN, device_id=DeviceId.parse("105A1B22"), number=2)
