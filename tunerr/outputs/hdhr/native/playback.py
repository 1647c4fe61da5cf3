"""What one tuner plays for a native client: a channel that is held, and perhaps a target that it is sent to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from tunerr.errors import TuneError
from tunerr.gateway.viewer import Viewer
from tunerr.model.channel import LineupChannel
from tunerr.model.status import Client, TunerStatus
from tunerr.outputs.hdhr.native.target import Keepalives, Target, send
from tunerr.support.clock import Clock
from tunerr.support.tasks import Supervisor

log = structlog.get_logger(__name__)

PROGRAM: Final = "HDHomeRun"
"""How native viewers are named among the clients of a tuner."""


class Gateway(Protocol):
    """What we need of the gateway."""

    def watch(
        self, row: LineupChannel, *, client: Client, tuner: int | None = None, user: str = "", silent: bool = False
    ) -> AbstractAsyncContextManager[Viewer]:
        """Enter: wait for the first access point or raise TuneError. Exit: the viewer is gone."""
        ...

    def status(self) -> tuple[TunerStatus, ...]:
        """One entry for each tuner."""
        ...

    def reserve(self, tuner: int, user: str) -> None:
        """Keep a tuner for `user`."""
        ...

    def release(self, tuner: int) -> None:
        """End the reservation."""
        ...


@dataclass(frozen=True, slots=True)
class Means:
    """What all native tuners share."""

    gateway: Gateway
    tasks: Supervisor
    clock: Clock
    keepalives: Keepalives


class Playback:
    """Holds the channel by a silent viewer, and sends it by a second one while there is a target.

    Tuning and aiming take effect in the background; what can't be played ends by itself and is logged.
    """

    def __init__(self, index: int, means: Means, on_ended: Callable[[], None]) -> None:
        """`index`: of the tuner; `on_ended` is called when a channel or target has ended by itself."""
        self.target: Target | None = None
        self.tuner = index  # the one that plays: a channel that plays on another is shared
        self.client: Client | None = None  # whom it plays for
        self._index = index
        self._means = means
        self._on_ended = on_ended
        self._row: LineupChannel | None = None
        self._hold: asyncio.Task[None] | None = None
        self._sender: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[None]] = set()  # those that are ending included

    @property
    def watches(self) -> bool:
        """Whether a viewer of its own is there, or is just leaving."""
        return bool(self._running)

    @property
    def row(self) -> LineupChannel | None:
        """The channel that plays or is being tuned; None for none."""
        return self._row if self._hold is not None else None

    @property
    def sending(self) -> bool:
        """Whether it is sent to the target."""
        return self._sender is not None

    def tune(self, row: LineupChannel, address: str) -> None:
        """Play the channel for the client at that address, in place of the one before; the target goes on with it."""
        self._end_sender()
        self._end_hold()
        self._row, self.client, self.tuner = row, Client(address, PROGRAM), self._index
        self._hold = self._spawn(self._keep(row, self.client), self._held)
        if self.target is not None:
            self._send(self.target)

    def aim(self, target: Target | None) -> None:
        """Send what plays, and what will be tuned, to `target` in place of the one before; None sends nowhere."""
        self._end_sender()
        self.target = target
        if target is not None and self.row is not None:
            self._send(target)

    def stop(self) -> None:
        """Let go of everything."""
        self.aim(None)
        self._end_hold()

    def _send(self, target: Target) -> None:
        if self._row is not None and self.client is not None:
            self._sender = self._spawn(self._deliver(self._row, self.client.address, target), self._sent)

    async def _keep(self, row: LineupChannel, client: Client) -> None:
        try:
            async with self._means.gateway.watch(
                row, client=client, tuner=self._index, user=client.address, silent=True
            ) as viewer:
                self.tuner = viewer.tuner
                await viewer.ended()
        except TuneError as error:
            log.info("native tuner plays nothing", tuner=self._index, channel=str(row.number), reason=error.message)

    async def _deliver(self, row: LineupChannel, user: str, target: Target) -> None:
        client = Client(target.address, PROGRAM)
        try:
            async with self._means.gateway.watch(row, client=client, tuner=self._index, user=user) as viewer:
                reason = await send(viewer, target, clock=self._means.clock, keepalives=self._means.keepalives)
        except TuneError as error:
            reason = error.message
        log.info("native target ended", tuner=self._index, channel=str(row.number), target=str(target), reason=reason)

    def _spawn(
        self, work: Coroutine[None, None, None], over: Callable[[asyncio.Task[None]], None]
    ) -> asyncio.Task[None]:
        task = self._means.tasks.spawn(work, f"native tuner {self._index}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(over)
        return task

    def _held(self, task: asyncio.Task[None]) -> None:
        if task is self._hold:
            self._hold = None
            self._on_ended()

    def _sent(self, task: asyncio.Task[None]) -> None:
        if task is self._sender:
            self._sender = self.target = None
            self._on_ended()

    def _end_hold(self) -> None:
        hold, self._hold = self._hold, None
        if hold is not None:
            hold.cancel()

    def _end_sender(self) -> None:
        sender, self._sender = self._sender, None
        if sender is not None:
            sender.cancel()
