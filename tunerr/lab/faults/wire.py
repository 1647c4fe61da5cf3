"""The fault provider's HTTP face: routes, catalog, accounts, and the laboratory's own requests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from ipaddress import ip_address
from typing import Any

from aiohttp import web

from tunerr.errors import TunerrError
from tunerr.lab.faults.account_info import server_info, user_info
from tunerr.lab.faults.answers import NOT_KEPT
from tunerr.lab.faults.channels import HlsOffer, Offer, TsOffer
from tunerr.lab.faults.state import Account, State
from tunerr.lab.faults.vocabulary import Fault, fault_from
from tunerr.lab.faults.wire_hls import HlsWire
from tunerr.lab.faults.wire_ts import TsWire

_NAME = r"{name:[\w-]+}"


class Wire:
    """The site. `arm` arms a fault on the channel of that name; `clip` answers the offer that loops that clip."""

    def __init__(
        self,
        *,
        state: State,
        offers: Mapping[str, Offer],
        now: Callable[[], float],
        arm: Callable[[str, Fault], Awaitable[object]],
        clip: Callable[[str], Awaitable[TsOffer]],
        playlist: Callable[[list[str]], str],
    ) -> None:
        self._state = state
        self._offers = offers
        self._arm = arm
        self._clip = clip
        self._playlist = playlist
        self._ts = TsWire(state, now)
        self._hls = HlsWire(state, now)

    def app(self) -> web.Application:
        """Everything; the runner needs `handler_cancellation`, or a client that left during silence stays counted."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/playlist.m3u", self._catalog),
                web.get("/player_api.php", self._player_api),
                web.get(rf"/ts/{_NAME}.ts", self._stream),
                web.get(rf"/edge/{_NAME}.ts", self._edge),
                web.get(rf"/live/{{user}}/{{password}}/{_NAME}.ts", self._stream),
                web.get(rf"/clip/{_NAME}.ts", self._other_clip),
                web.get(rf"/hls/{_NAME}/index.m3u8", self._hls_request(self._hls.entry)),
                web.get(rf"/hls/{_NAME}/{{variant:\d}}/media.m3u8", self._hls_request(self._hls.media)),
                web.get(rf"/hls/{_NAME}/{{variant:\d}}/{{number:\d+}}.ts", self._hls_request(self._hls.segment)),
                web.get(rf"/hls/{_NAME}/{{variant:\d}}/{{number:\d+}}.key", self._hls_request(self._hls.key)),
                web.get("/lab/state.json", self._show),
                web.post("/lab/faults", self._arm_faults),
                web.delete(rf"/lab/faults/{_NAME}", self._disarm),
            ]
        )
        return app

    async def _catalog(self, request: web.Request) -> web.Response:
        names = request.query.get("channels", "")
        wanted = names.split(",") if names else list(self._offers)
        if any(name not in self._offers for name in wanted):
            raise web.HTTPNotFound
        return web.Response(text=self._playlist(wanted), content_type="audio/x-mpegurl", headers=NOT_KEPT)

    async def _player_api(self, request: web.Request) -> web.Response:
        account = self._login(request.query.get("username", ""), request.query.get("password", ""))
        user = user_info(account, active=account.active(self._state.clock.monotonic()))
        server = server_info(self._state.clock.now())
        return web.json_response({"user_info": user, "server_info": server}, headers=NOT_KEPT)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        offer = self._ts_offer(request)
        user = request.match_info.get("user")
        account = None if user is None else self._login(user, request.match_info["password"])
        if offer.token:
            login = f"&user={account.user}" if account else ""
            location = f"/edge/{offer.name}.ts?token={self._state.token(offer.name)}{login}"
            return web.Response(status=302, headers=NOT_KEPT | {"Location": location})
        return await self._ts.serve(request, offer, account)

    async def _edge(self, request: web.Request) -> web.StreamResponse:
        offer = self._ts_offer(request)
        if request.query.get("token") != self._state.token(offer.name):
            return web.Response(status=403, text="this link has expired\n", headers=NOT_KEPT)
        return await self._ts.serve(request, offer, self._state.accounts.get(request.query.get("user", "")))

    async def _other_clip(self, request: web.Request) -> web.StreamResponse:
        return await self._ts.serve(request, await self._clip(request.match_info["name"]), None)

    def _hls_request(
        self, handler: Callable[[web.Request, HlsOffer], Awaitable[web.StreamResponse]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            offer = self._offers.get(request.match_info["name"])
            if not isinstance(offer, HlsOffer):
                raise web.HTTPNotFound
            return await handler(request, offer)

        return handle

    def _ts_offer(self, request: web.Request) -> TsOffer:
        offer = self._offers.get(request.match_info["name"])
        if not isinstance(offer, TsOffer):
            raise web.HTTPNotFound
        return offer

    def _login(self, user: str, password: str) -> Account:
        account = self._state.accounts.get(user)
        if account is None or account.password != password:
            raise web.HTTPForbidden
        return account

    async def _show(self, request: web.Request) -> web.Response:
        _operator(request)
        return web.json_response(self._state.document(), headers=NOT_KEPT)

    async def _arm_faults(self, request: web.Request) -> web.Response:
        _operator(request)
        if request.content_type != "application/json":  # a page of another site can't send that without asking
            raise web.HTTPUnsupportedMediaType
        try:
            options: dict[str, Any] = dict(await request.json())
            channel, name = str(options.pop("channel", "")), str(options.pop("fault", ""))
            await self._arm(channel, fault_from(name, options))
        except (ValueError, TypeError, TunerrError) as error:
            raise web.HTTPBadRequest(text=f"{error}\n") from error
        return web.json_response({"armed": name, "channel": channel})

    async def _disarm(self, request: web.Request) -> web.Response:
        _operator(request)
        name = request.match_info["name"]
        if name not in self._offers:
            raise web.HTTPNotFound
        self._state.disarm(name)
        return web.json_response({"disarmed": name})


def _operator(request: web.Request) -> None:
    """The laboratory's own requests are for this machine."""
    if request.remote is None or not ip_address(request.remote).is_loopback:
        raise web.HTTPForbidden
