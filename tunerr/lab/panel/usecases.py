"""The panel as tests and the command line use it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from aiohttp import web

from tunerr.lab.faults.channels import TsOffer
from tunerr.lab.faults.state import Account, State, Traffic
from tunerr.lab.listen import HOST, listen
from tunerr.lab.media import Broadcast, MediaLibrary
from tunerr.lab.panel.content import Content, showcase
from tunerr.lab.panel.quirks import Quirk
from tunerr.lab.panel.state import PanelState, Question
from tunerr.lab.panel.wire import Wire
from tunerr.support.clock import Clock, SystemClock


class XtreamPanel:
    """A panel on loopback, with a second listener as its token host. Use it as a context manager.

    `content` may be changed and quirks switched while it runs. It has one account, `user` and `password`, which allows
    `limit` connections. Clips are encoded when a channel is played first. `media` None: documents only.
    """

    def __init__(
        self,
        *,
        media: MediaLibrary | None = None,
        content: Content | None = None,
        quirks: Iterable[Quirk] = (),
        login: tuple[str, str] = ("lab", "secret"),
        limit: int = 1,
        port: int = 0,
        clock: Clock | None = None,
    ) -> None:
        self._media = media
        self._port = port
        self._clock = clock or SystemClock()
        self._wall = self._clock.now().timestamp() - self._clock.monotonic()
        self._panel = PanelState(set(quirks))
        self._streams = State(self._clock)
        self._offers: dict[int, TsOffer] = {}
        self._runner: web.AppRunner | None = None
        self.content = showcase() if content is None else content
        self.user, self.password = login
        self.account = self._streams.accounts[self.user] = Account(self.user, self.password, limit)
        self.base_url = ""
        self.token_url = ""

    async def __aenter__(self) -> Self:
        """Listen. Raises TunerrError when the port is taken."""
        wire = Wire(
            panel=self._panel,
            streams=self._streams,
            content=self.content,
            offers=self,
            now=self._now,
            token_base=lambda: self.token_url,
        )
        self._runner = await listen(wire.app(), self._port, 0, who="The panel")
        self.base_url, self.token_url = (f"http://{HOST}:{address[1]}" for address in self._runner.addresses)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening and end the connections."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def quirks(self) -> set[Quirk]:
        """The switches that are on; change the set to turn them."""
        return self._panel.quirks

    @property
    def questions(self) -> tuple[Question, ...]:
        """The last 10,000 requests for documents, oldest first."""
        return tuple(self._panel.questions)

    @property
    def active(self) -> int:
        """Connections of the account that are taken."""
        return self.account.active(self._clock.monotonic())

    def new_token(self) -> None:
        """Let the token die that URLs carry now; those who come with it are sent for the new one."""
        self._panel.token = f"t{int(self._panel.token[1:]) + 1}"

    async def offer(self, stream_id: int) -> TsOffer | None:
        """The stream of a channel; None when there is none."""
        channel = next((one for one in self.content.live if one.id == stream_id), None)
        if channel is None or self._media is None:
            return None
        found = self._offers.get(stream_id)
        if found is None:
            name = str(stream_id)
            broadcast = Broadcast(await self._media.clip(channel.format), stream_id)
            found = TsOffer(name, channel.name, channel.format, "", broadcast, 1.0, 0.0, token=False, chunked=False)
            self._offers[stream_id] = found
            self._streams.traffic.setdefault(name, Traffic())
        return found

    def _now(self) -> float:
        return self._clock.monotonic() + self._wall
