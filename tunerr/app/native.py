"""The native protocol joined: discovery, control, keepalives, SSDP. What can't be had is said once; HTTP goes on."""

from __future__ import annotations

from contextlib import AsyncExitStack

import structlog

from tunerr.app.core import Core
from tunerr.app.sites import explained
from tunerr.model.native import NativeFacts
from tunerr.outputs.hdhr.native.control import ControlServer, start_control
from tunerr.outputs.hdhr.native.discovery import Discovery, start_discovery
from tunerr.outputs.hdhr.native.keepalive import KeepaliveListener
from tunerr.outputs.hdhr.native.neighbors import Neighbors
from tunerr.outputs.hdhr.ssdp import start_ssdp
from tunerr.support.tasks import Supervisor

log = structlog.get_logger(__name__)

_HINT = (
    "Clients know no other port: end that program, or give them the tuner's address. If it is to be so, "
    "IPTV_TUNERR_HDHR_NETWORK_MODE=false keeps this silent."
)


class NativeFaces:
    """The faces of one core, once they are started; ended by the stack that they were started on."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._neighbors = Neighbors(core.ground.clock)
        self._discovery: Discovery | None = None
        self._control: ControlServer | None = None

    @property
    def facts(self) -> NativeFacts:
        """The figures as they are now."""
        asked = self._discovery.facts if self._discovery is not None else None
        control = self._control.facts if self._control is not None else None
        return NativeFacts(
            answered=asked.answered if asked else 0,
            ignored=asked.ignored if asked else 0,
            limited=asked.limited if asked else 0,
            connections=control.connections if control else 0,
            refused=control.refused if control else 0,
            targets=control.streams if control else 0,
        )

    async def start(self, background: Supervisor, stack: AsyncExitStack) -> None:
        """Speak what the settings ask for. The HTTP face must be there already: replies name it."""
        settings = self._core.settings.hdhr
        if settings.network_mode:
            problems = [await self._start_control(stack), await self._start_discovery(background, stack)]
            if any(problems):
                log.warning("native protocol incomplete", problem=" ".join(filter(None, problems)), hint=_HINT)
            if not all(problems):
                log.info(
                    "native protocol",
                    discovery=f"UDP {settings.discover_port}" if self._discovery else "none",
                    control=f"TCP {settings.control_port}" if self._control else "none",
                )
        if not settings.ssdp_disabled:
            await self._start_ssdp(stack)

    async def _start_control(self, stack: AsyncExitStack) -> str:
        """Say why not; nothing when it is there."""
        core, host = self._core, self._core.settings.server.addr.host
        keepalives = KeepaliveListener(clock=core.ground.clock)
        try:
            self._control = await start_control(
                host=host,
                port=core.settings.hdhr.control_port,
                device=core.devices[0],
                gateway=core.gateway,
                lineup=core.lineup,
                clock=core.ground.clock,
                keepalives=keepalives,
                is_neighbor=self._neighbors.include,
            )
        except OSError as error:
            port = core.settings.hdhr.control_port
            return explained(error, host, port, "HDHomeRun control (TCP)", "IPTV_TUNERR_HDHR_CONTROL_PORT").message
        stack.callback(keepalives.close)
        stack.push_async_callback(self._control.aclose)
        await keepalives.listen(host)
        return ""

    async def _start_discovery(self, background: Supervisor, stack: AsyncExitStack) -> str:
        """Say why not; nothing when it is there."""
        core, addr = self._core, self._core.settings.server.addr
        try:
            self._discovery = await start_discovery(
                core.devices,
                host=addr.host,
                port=core.settings.hdhr.discover_port,
                http_port=addr.port,
                neighbors=self._neighbors,
                clock=core.ground.clock,
                tasks=background,
            )
        except OSError as error:
            name, port = "HDHomeRun discovery (UDP)", core.settings.hdhr.discover_port
            return explained(error, addr.host, port, name, "IPTV_TUNERR_HDHR_DISCOVER_PORT").message
        stack.push_async_callback(self._discovery.aclose)
        return ""

    async def _start_ssdp(self, stack: AsyncExitStack) -> None:
        addr = self._core.settings.server.addr
        ssdp = await start_ssdp(
            self._core.devices,
            host=addr.host,
            http_port=addr.port,
            neighbors=self._neighbors,
            clock=self._core.ground.clock,
        )
        stack.push_async_callback(ssdp.aclose)
