"""The guide provider as tests and the command line use it."""

from __future__ import annotations

from typing import Self

from aiohttp import web

from tunerr.errors import TunerrError
from tunerr.lab.guides.faults import GUIDE_FAULTS, GuideFault
from tunerr.lab.guides.forms import Form
from tunerr.lab.guides.shape import Shape
from tunerr.lab.guides.state import Asked, Offered, State
from tunerr.lab.guides.wire import Wire
from tunerr.lab.listen import HOST, listen
from tunerr.support.clock import Clock, SystemClock


class GuideProvider:
    """Guides on loopback that fail on command. Use it as a context manager.

    A guide is offered plain, as gzip, xz and zip, by conditional GET; `?from=…&to=…` (Unix seconds) answers only the
    rows of that time.
    """

    def __init__(self, *, port: int = 0, clock: Clock | None = None) -> None:
        self._port = port
        self._clock = clock or SystemClock()
        self._state = State()
        self._runner: web.AppRunner | None = None
        self.base_url = ""

    async def __aenter__(self) -> Self:
        """Listen. Raises TunerrError when the port is taken."""
        wire = Wire(self._state, self._clock, self.ail)
        self._runner = await listen(wire.app(), self._port, who="The guide provider")
        self.base_url = f"http://{HOST}:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening and end the connections."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def publish(self, name: str, shape: Shape) -> None:
        """Offer a guide, or another one in its place; what ails it stays."""
        guide = Offered(shape, self._clock.now().replace(microsecond=0))
        if name in self._state.guides:
            guide.fault = self._state.guides[name].fault
        self._state.guides[name] = guide

    def ail(self, name: str, fault: str) -> None:
        """Let a guide fail from now on. Raises TunerrError when there is no such guide or fault."""
        if name not in self._state.guides:
            raise TunerrError(f"{name} is no guide; there are: {', '.join(self._state.guides)}.")
        if fault not in GUIDE_FAULTS:
            raise TunerrError(f"{fault} is no fault of a guide; there are: {', '.join(GUIDE_FAULTS)}.")
        self._state.guides[name].fault = GuideFault(fault)

    def heal(self, name: str) -> None:
        """Serve a guide as it is again."""
        self._state.guides[name].fault = None

    def url(self, name: str, form: Form = "xml") -> str:
        """Where a guide is."""
        return f"{self.base_url}/{name}.{form}"

    def asked(self, name: str) -> tuple[Asked, ...]:
        """The requests for a guide among the last 10,000 of all, oldest first."""
        return tuple(one for one in self._state.asked if one.guide == name)
