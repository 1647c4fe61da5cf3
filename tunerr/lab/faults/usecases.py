"""The fault provider as tests and the command line use it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Self

from aiohttp import web

from tunerr.errors import TunerrError
from tunerr.lab.faults import vocabulary as v
from tunerr.lab.faults.channels import HlsOffer, Offer, TsOffer
from tunerr.lab.faults.hls import LiveHls, Shape
from tunerr.lab.faults.state import Account, Armed, Fired, Request, State, Traffic
from tunerr.lab.faults.wire import Wire
from tunerr.lab.listen import HOST, listen
from tunerr.lab.media import Broadcast, Clip, MediaLibrary
from tunerr.lab.media.formats import Picture
from tunerr.support.clock import Clock, SystemClock

# What each form of channel answers; the first is what a wrong answer is for when nothing else was said.
_TS_TARGETS = ("stream",)
_HLS_TARGETS = ("playlist", "master", "segment", "key")


class FaultProvider:
    """A provider on loopback whose channels are real and break on command. Use it as a context manager.

    Everything is ready once it was awaited: encoding happens while channels are made and faults armed, never while a
    stream is sent.
    """

    def __init__(self, *, media: MediaLibrary, port: int = 0, clock: Clock | None = None) -> None:
        self._media = media
        self._port = port
        self._clock = clock or SystemClock()
        self._wall = self._clock.now().timestamp() - self._clock.monotonic()
        self._offers: dict[str, Offer] = {}
        self._clips: dict[str, TsOffer] = {}
        self._state = State(self._clock)
        self._runner: web.AppRunner | None = None
        self.base_url = ""

    async def __aenter__(self) -> Self:
        """Listen. Raises TunerrError when the port is taken."""
        wire = Wire(
            state=self._state,
            offers=self._offers,
            now=self._now,
            arm=self.arm,
            clip=self._clip_offer,
            playlist=self.playlist,
        )
        self._runner = await listen(wire.app(), self._port, who="The fault provider")
        self.base_url = f"http://{HOST}:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening and end the connections."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def ts_channel(
        self,
        name: str,
        *,
        format: str = "h264",  # noqa: A002 - the word of the field
        programme: str = "",
        account: Account | None = None,
        backlog: float = 1.0,
        burst: float = 0.0,
        token: bool = False,
        chunked: bool = False,
    ) -> Channel:
        """Offer a transport stream; see TsOffer for the words. Channels of one `programme` are one in the playlist."""
        broadcast = Broadcast(await self._media.clip(format), _own_time(name))
        login = account.user if account else ""
        return self._offered(TsOffer(name, programme or name, format, login, broadcast, backlog, burst, token, chunked))

    async def hls_channel(
        self,
        name: str,
        *,
        formats: Iterable[str] = ("h264",),
        programme: str = "",
        shape: Shape | None = None,
        token: bool = False,
    ) -> Channel:
        """Offer HLS; several `formats` are the variants of a master playlist."""
        variants = tuple([Broadcast(await self._media.clip(each), _own_time(name)) for each in formats])
        offer = HlsOffer(name, programme or name, LiveHls(name, variants, shape or Shape()), token)
        return self._offered(offer)

    def account(self, user: str, password: str, *, limit: int = 1, release: float = 0.0, status: int = 403) -> Account:
        """A login for channels; above `limit` connections, `status` is answered."""
        account = self._state.accounts[user] = Account(user, password, limit, release, status)
        return account

    async def arm(self, channel: str, fault: v.Fault) -> Armed:
        """Arm a fault on a channel. Raises TunerrError when there is no such channel, or it can't have that fault."""
        offer = self._offers.get(channel)
        if offer is None:
            raise TunerrError(f"{channel} is no channel; there are: {', '.join(self._offers)}.")
        targets = _TS_TARGETS if isinstance(offer, TsOffer) else _HLS_TARGETS
        if isinstance(fault, v.AnswerFault) and not fault.target:
            fault = replace(fault, target=targets[0])
        if fault.target not in {"", *targets}:
            raise TunerrError(f"{fault.name} happens to a {fault.target}, of which {channel} has none.")
        clip: Clip | None = None
        if isinstance(fault, v.NewFormat):
            clip = await self._media.clip(fault.format)
        elif isinstance(fault, v.Black) and isinstance(offer, TsOffer):
            clip = await self._media.clip(offer.format, Picture.BLACK)
        elif isinstance(fault, v.Redirect):
            await self._clip_offer(fault.to)
        return self._state.arm(channel, fault, clip)

    def disarm(self, channel: str) -> None:
        """Take all faults off a channel; those that last end now."""
        self._state.disarm(channel)

    @property
    def fired(self) -> tuple[Fired, ...]:
        """Faults that happened, oldest first."""
        return tuple(self._state.fired)

    def fired_on(self, channel: str) -> tuple[Fired, ...]:
        """Faults that happened to one channel, oldest first."""
        return tuple(fired for fired in self._state.fired if fired.channel == channel)

    def requests(self, channel: str | None = None) -> tuple[Request, ...]:
        """The last 10,000 requests, of one channel or of all, oldest first."""
        return tuple(request for request in self._state.requests if channel in {None, request.channel})

    def traffic(self, channel: str) -> Traffic:
        """Counts of one channel."""
        return self._state.traffic[channel]

    def open_connections(self, channel: str | None = None) -> int:
        """Streams whose sockets are open, of one channel or of all."""
        return sum(traffic.open for name, traffic in self._state.traffic.items() if channel in {None, name})

    def active(self, account: Account) -> int:
        """Slots of the account that are taken, those that are being released included."""
        return account.active(self._clock.monotonic())

    def playlist_url(self, names: Iterable[str] = ()) -> str:
        """Where the M3U of these channels is, in this order; of all without a name."""
        wanted = ",".join(names)
        return f"{self.base_url}/playlist.m3u" + (f"?channels={wanted}" if wanted else "")

    def playlist(self, names: Iterable[str]) -> str:
        """The M3U. Channels of one programme share a tvg-id, so that they are streams of one channel."""
        lines = ["#EXTM3U"]
        for name in names:
            offer = self._offers[name]
            lines.append(f'#EXTINF:-1 tvg-id="{offer.programme}.lab" group-title="Lab",{offer.programme}')
            lines.append(self.url(name))
        return "\n".join((*lines, ""))

    def url(self, name: str) -> str:
        """A channel's URL, as the catalog has it."""
        offer = self._offers[name]
        if isinstance(offer, HlsOffer):
            return f"{self.base_url}/hls/{name}/index.m3u8"
        if offer.account:
            return f"{self.base_url}/live/{offer.account}/{self._state.accounts[offer.account].password}/{name}.ts"
        return f"{self.base_url}/ts/{name}.ts"

    def _offered(self, offer: Offer) -> Channel:
        self._offers[offer.name] = offer
        self._state.traffic[offer.name] = Traffic()
        return Channel(self, offer.name)

    async def _clip_offer(self, name: str) -> TsOffer:
        """A clip that a redirect leads to; counted as the channel `clip/<name>`."""
        offer = self._clips.get(name)
        if offer is None:
            broadcast = Broadcast(await self._media.clip(name))
            offer = TsOffer(f"clip/{name}", name, name, "", broadcast, 1.0, 0.0, token=False, chunked=False)
            self._clips[name] = offer
            self._state.traffic.setdefault(offer.name, Traffic())
        return offer

    def _now(self) -> float:
        """Wall seconds that never go back."""
        return self._clock.monotonic() + self._wall


class Channel:
    """One channel of the provider, for a test that breaks it."""

    def __init__(self, provider: FaultProvider, name: str) -> None:
        self._provider = provider
        self.name = name

    @property
    def url(self) -> str:
        """Its URL, as the catalog has it."""
        return self._provider.url(self.name)

    @property
    def fired(self) -> tuple[Fired, ...]:
        """Faults that happened to it, oldest first."""
        return self._provider.fired_on(self.name)

    @property
    def traffic(self) -> Traffic:
        """`open`, `opened` and `most` streams."""
        return self._provider.traffic(self.name)

    @property
    def requests(self) -> tuple[Request, ...]:
        """Its requests, oldest first."""
        return self._provider.requests(self.name)

    async def arm(self, *faults: v.Fault) -> None:
        """Arm faults; see `tunerr.lab.faults.vocabulary` for when they fire."""
        for fault in faults:
            await self._provider.arm(self.name, fault)

    def disarm(self) -> None:
        """Take all faults off; those that last end now."""
        self._provider.disarm(self.name)


def _own_time(name: str) -> int:
    """Where a channel's clock stands: every source has its own."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest())
