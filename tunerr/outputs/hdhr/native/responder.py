"""What we answer to a discovery datagram. Sans-I/O."""

from __future__ import annotations

from collections.abc import Sequence

from tunerr.errors import MalformedPacket
from tunerr.hdhomerun.discovery import Tuner, read_request
from tunerr.support.addresses import Address
from tunerr.views.device import DeviceIdentity, authority


class Responder:
    """Answers for all devices of this program.

    The main device's base URL, `http://IPv4:port`, always fits the 28 bytes that older client libraries (Kodi's add-on)
    take. That of a further device has a path and is longer: those libraries drop it and take port 80 of our address
    instead, so a further device can't be used through them. Newer libraries take any length, and only they speak IPv6.
    """

    def __init__(self, devices: Sequence[DeviceIdentity], *, http_port: int) -> None:
        self._devices = tuple(devices)
        self._http_port = http_port

    def answer(self, datagram: bytes, address: Address) -> tuple[bytes, ...]:
        """Give the replies: one for each device that is asked for, the main one first.

        Their URLs name `address`, one of ours. Whatever is no discovery request for a tuner of ours has no reply; no
        input raises.
        """
        try:
            request = read_request(datagram)
        except MalformedPacket:
            return ()
        base = f"http://{authority(str(address), self._http_port)}"
        return tuple(
            _tuner(device, base + device.path).encode()
            for device in self._devices
            if request.asks_for(device.device_id)
        )


def _tuner(device: DeviceIdentity, base: str) -> Tuner:
    return Tuner(
        device_id=device.device_id.value,
        base_url=base,
        lineup_url=f"{base}/lineup.json",
        tuner_count=device.tuner_count,
        device_auth=device.device_auth,
    )
