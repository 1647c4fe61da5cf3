"""A device as it describes itself: `discover.json`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from tunerr.model.account import AccountStatus
from tunerr.providers.hdhr.answers import not_a_device, read_answer
from tunerr.providers.xtream.values import integer, text


class Device(NamedTuple):
    """What is worth knowing of it; its key for the vendor's guide (DeviceAuth) is a secret and stays out."""

    device_id: str
    name: str
    model: str
    firmware: str
    tuners: int | None  # streams at once; None: it doesn't say

    def account(self, *, source: str, asked_at: datetime) -> AccountStatus:
        """The device as an account: its tuners are the connections that it bears."""
        said = f"{self.name} ({self.model})" if self.model else self.name
        return AccountStatus(source, asked_at, status="active", max_connections=self.tuners, message=said)


def read_device(body: bytes) -> Device:
    """Read the device's answer. Raises NotADevice and Truncated."""
    said = read_answer(body)
    if not isinstance(said, Mapping) or not (said.get("DeviceID") or said.get("LineupURL")):
        raise not_a_device()
    return Device(
        device_id=text(said.get("DeviceID"), 40),
        name=text(said.get("FriendlyName"), 80) or "HDHomeRun",
        model=text(said.get("ModelNumber"), 40),
        firmware=" ".join(filter(None, (text(said.get(f"Firmware{part}"), 40) for part in ("Name", "Version")))),
        tuners=integer(said.get("TunerCount")) or None,
    )
