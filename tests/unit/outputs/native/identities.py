"""Who the devices of a test are; the main one is that of the golden packets."""

from tunerr.model.device_id import DeviceId
from tunerr.views.device import DeviceIdentity


def device(text="1040FE50", number=1, tuners=2):
    return DeviceIdentity(
        device_id=DeviceId.parse(text),
        friendly_name="Tunerr",
        tuner_count=tuners,
        manufacturer="Silicondust",
        model_number="HDHR5-4US",
        firmware_name="hdhomerun5_atsc",
        firmware_version="20231214",
        device_auth="A" * 24,
        scan_possible=True,
        number=number,
    )


MAIN = device()
SECOND = device("105A1B22", 2)
