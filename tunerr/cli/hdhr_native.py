"""What a device says in its native protocol, as `hdhr-scan -addr` shows it."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from tunerr.errors import FetchError, MalformedPacket
from tunerr.hdhomerun.discovery import DISCOVERY_PORT
from tunerr.hdhomerun.getset import CONTROL_PORT, Answer
from tunerr.model.url import Zone
from tunerr.providers.hdhr.control import controlling
from tunerr.providers.hdhr.search import Found, Target, search
from tunerr.support.guard import Reach

if TYPE_CHECKING:
    from tunerr.config.hdhr import HdhrSettings
    from tunerr.support.http import HttpClients

# The vendor's library waits 0.4 s; a device in a far corner of the network may take a little longer.
_DISCOVERY_SECONDS = 1.0
_MOST_TUNERS = 16
_VARIABLES = {"hardware": "/sys/hwmodel", "native_model": "/sys/model", "native_version": "/sys/version"}


class Native:
    """The native protocol of the device at `host`. On this machine it is asked on the ports of the settings."""

    def __init__(self, host: str, settings: HdhrSettings) -> None:
        self._host = host
        self._settings = settings
        self._ports = (DISCOVERY_PORT, CONTROL_PORT)
        self._answers: tuple[Found, ...] | None = None  # None: not asked yet

    def __str__(self) -> str:
        """Say who was asked."""
        discovery, control = self._ports
        return f"Port {control}" if discovery == control else f"UDP port {discovery} or TCP port {control}"

    async def found(self, clients: HttpClients) -> Found | None:
        """What it answers to a search, which is made once; None for nothing."""
        if self._answers is None:
            target = Target(ip_address(await self._address(clients)), self._ports[0])
            self._answers = await search([target], seconds=_DISCOVERY_SECONDS, own=(), enough=1)
        return self._answers[0] if self._answers else None

    async def says(self, clients: HttpClients, *, tuners: int) -> dict[str, Any]:
        """What it says by UDP and TCP; nothing where neither answers. `tuners`: how many it has."""
        found = await self.found(clients)
        said: dict[str, Any] = {"discovered": f"{found.device_id:08X} at {found.base_url}"} if found else {}
        with suppress(FetchError, MalformedPacket):  # as far as it goes
            await self._control(await self._address(clients), tuners, said)
        return said

    async def _address(self, clients: HttpClients) -> str:
        address = await clients.check(self._host, CONTROL_PORT, reach=Reach(Zone.LOOPBACK, typed_host=self._host))
        if ip_address(address).is_loopback:
            self._ports = (self._settings.discover_port, self._settings.control_port)
        return address

    async def _control(self, address: str, tuners: int, said: dict[str, Any]) -> None:
        async with controlling(address, self._ports[1]) as control:
            for shown, variable in _VARIABLES.items():
                reply = await control.get(variable)
                said[shown] = reply.value if isinstance(reply, Answer) else reply.message
            rows: list[dict[str, str]] = []
            said["tuner_status"] = rows
            for number in range(min(tuners, _MOST_TUNERS)):
                reply = await control.get(f"/tuner{number}/status")
                status = reply.value if isinstance(reply, Answer) else reply.message
                rows.append({"tuner": f"tuner{number}", "status": status})
