"""The HDHomeRun's HTTP face, except the streams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol

import structlog
from aiohttp import hdrs, web

from tunerr.model.carried import CarriedBook
from tunerr.model.channel import ChannelId, Lineup
from tunerr.model.status import TunerStatus
from tunerr.outputs.hdhr import documents
from tunerr.outputs.hdhr.scan import Scan
from tunerr.outputs.renderings import Renderings, respond
from tunerr.outputs.web import DEVICE_PATHS, Served, is_from_another_site, json_response, not_ready, request_base
from tunerr.support.clock import Clock
from tunerr.support.snapshot import Published
from tunerr.views.device import DeviceIdentity, at_port

log = structlog.get_logger(__name__)

SetFavorite = Callable[[ChannelId, bool], Awaitable[None]]
"""Saves a favorite and publishes the lineup that has it; goes on when the request that asked is cancelled."""

# Web applications of other origins read these documents of the real device.
_DEVICE: dict[str, str] = {hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*"}
_SOURCES = ("Antenna", "Cable")
_SOURCE = "Cable"
_UNSEEN = CarriedBook()
# "+" arrives as a space where the client didn't escape it. "x" hides on the hardware; here it is no favorite either.
_FAVORITE_SIGNS = {"+": True, " ": True, "-": False, "x": False}


class Tuners(Protocol):
    """What we need of the gateway."""

    def status(self) -> tuple[TunerStatus, ...]:
        """One entry for each tuner."""
        ...


def routes(
    *,
    devices: Sequence[DeviceIdentity],
    configured_base: str,
    deck_port: int | None,
    lineup: Published[Lineup | None],
    carried: Published[CarriedBook],
    tuners: Tuners,
    clock: Clock,
    set_favorite: SetFavorite,
    on_lineup_served: Served,
) -> list[web.RouteDef]:
    """Routes of the documents of all `devices`, the main one at the root."""
    known = _Devices(devices, configured_base)
    about = _About(known, deck_port)
    lineups = _Lineups(known, lineup, carried, on_lineup_served)
    scanning = _Scanning(known, lineup, clock, set_favorite)
    activity = _Activity(known, tuners)
    return [
        route(path + document, handler)
        for path in DEVICE_PATHS
        for route, document, handler in (
            (web.get, "/", about.welcome),
            (web.get, "/discover.json", about.discover),
            (web.get, "/device.xml", about.description),
            (web.get, "/lineup.json", lineups.json),
            (web.get, "/lineup.xml", lineups.xml),
            (web.get, "/lineup.m3u", lineups.m3u),
            (web.get, "/lineup_status.json", scanning.status),
            (web.post, "/lineup.post", scanning.post),
            (web.get, "/status.json", activity.status),
            (web.get, "/tuners.html", activity.page),
        )
    ]


class _Devices:
    """Which device a request is for."""

    def __init__(self, devices: Sequence[DeviceIdentity], configured_base: str) -> None:
        self._by_path = {device.path: device for device in devices}
        self._base = configured_base

    def of(self, request: web.Request) -> DeviceIdentity:
        """Return the device that `request` addresses; 404 when there is none."""
        number = request.match_info.get("device")
        device = self._by_path.get("" if number is None else f"/device/{number}")
        if device is None:
            raise web.HTTPNotFound
        return device

    def base(self, request: web.Request) -> str:
        """Build the base URL of that device for the client that sent `request`."""
        return self.root(request) + self.of(request).path

    def root(self, request: web.Request) -> str:
        """Build the base URL that all devices share."""
        return request_base(request, self._base)


class _About:
    """Who we are."""

    def __init__(self, devices: _Devices, deck_port: int | None) -> None:
        self._devices = devices
        self._deck_port = deck_port

    async def welcome(self, request: web.Request) -> web.Response:
        self._devices.of(request)
        deck = ""
        if self._deck_port is not None:
            url = at_port(self._devices.root(request), self._deck_port)
            deck = f'<p>The Control Deck is at <a href="{url}">{url}</a>.</p>'
        page = (
            '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>IPTV Tunerr</title>'
            f"<h1>IPTV Tunerr</h1><p>This is the tuner that media servers talk to.</p>{deck}"
        )
        return web.Response(text=page, content_type="text/html")

    async def discover(self, request: web.Request) -> web.Response:
        device = self._devices.of(request)
        return json_response(documents.discover(device, self._devices.base(request)), headers=_DEVICE)

    async def description(self, request: web.Request) -> web.Response:
        body = documents.device_xml(self._devices.of(request), self._devices.base(request))
        return web.Response(body=body, content_type="application/xml", charset="utf-8", headers=_DEVICE)


class _Lineups:
    """The lineup of a device in its three forms."""

    def __init__(
        self,
        devices: _Devices,
        lineup: Published[Lineup | None],
        carried: Published[CarriedBook],
        on_served: Served,
    ) -> None:
        self._devices = devices
        self._lineup = lineup
        self._carried = carried
        self._on_served = on_served
        self._kept = Renderings()

    async def json(self, request: web.Request) -> web.Response:
        seen = self._carried.current
        return await self._answer(request, partial(documents.lineup_json, seen=seen), "application/json", seen)

    async def xml(self, request: web.Request) -> web.Response:
        seen = self._carried.current
        return await self._answer(request, partial(documents.lineup_xml, seen=seen), "application/xml", seen)

    async def m3u(self, request: web.Request) -> web.Response:
        return await self._answer(request, documents.lineup_m3u, "audio/x-mpegurl", _UNSEEN)

    async def _answer(
        self, request: web.Request, render: documents.Document, content_type: str, seen: CarriedBook
    ) -> web.Response:
        """Answer with what `render` makes, which tells what is in `seen`."""
        device, lineup = self._devices.of(request), self._lineup.current
        rows = lineup.by_device.get(device.number, ()) if lineup else ()
        if lineup is None or not rows:
            # Never an empty lineup: media servers would drop the channels that they know.
            return not_ready({**_DEVICE, "X-IptvTunerr-Startup-State": "empty" if lineup else "loading"})
        base = self._devices.base(request)
        version = seen.version_of(lambda channel: _is_on(lineup, device.number, channel))
        rendering = await self._kept.get((content_type, lineup.version, base, version), lambda: render(rows, base))
        if request.method == hdrs.METH_GET:
            self._on_served(rows)
        return respond(request, rendering, content_type, headers=_DEVICE)


def _is_on(lineup: Lineup, device: int, channel: ChannelId) -> bool:
    row = lineup.by_id.get(channel)
    return row is not None and row.device == device


class _Scanning:
    """Scan and favorites: what a client may change, and that is not much."""

    def __init__(
        self, devices: _Devices, lineup: Published[Lineup | None], clock: Clock, set_favorite: SetFavorite
    ) -> None:
        self._devices = devices
        self._lineup = lineup
        self._scans = defaultdict[int, Scan](lambda: Scan(clock=clock))
        self._set_favorite = set_favorite

    async def status(self, request: web.Request) -> web.Response:
        device, lineup = self._devices.of(request), self._lineup.current
        found = len(lineup.by_device.get(device.number, ())) if lineup else 0
        progress = self._scans[device.number].progress(found) if lineup else None
        state: dict[str, object] = {
            "ScanInProgress": int(lineup is None or progress is not None),
            "ScanPossible": int(device.scan_possible),
            "Source": _SOURCE,
        }
        if lineup is None:
            state |= {"LineupReady": False, "Progress": 0, "Found": 0}
        elif progress:
            state |= {"Progress": progress.percent, "Found": progress.found}
        else:
            state["SourceList"] = _SOURCES
        return json_response(state, headers=_DEVICE)

    async def post(self, request: web.Request) -> web.Response:
        scan = self._scans[self._devices.of(request).number]
        if is_from_another_site(request):
            return self._empty(403)
        match request.query.get("scan"), request.query.get("favorite"):
            case "start", _:
                scan.start()
                return self._empty(200)
            case "abort", _:
                scan.abort()
                return self._empty(200)
            case None, str(favorite):
                return self._empty(await self._mark(favorite))
        return self._empty(400)

    async def _mark(self, favorite: str) -> int:
        """Carry out `+5.1`, `-5.1` or `x5.1`; the HTTP status that says how it went."""
        sign, number = favorite[:1], favorite[1:]
        if sign not in _FAVORITE_SIGNS:
            return 400
        lineup = self._lineup.current
        row = lineup.by_number.get(number) if lineup else None
        if row is None:
            return 404
        await self._set_favorite(row.channel.id, _FAVORITE_SIGNS[sign])
        return 200

    @staticmethod
    def _empty(status: int) -> web.Response:
        return web.Response(status=status, headers=_DEVICE)


class _Activity:
    """What the tuners do; they are the same ones for all devices."""

    def __init__(self, devices: _Devices, tuners: Tuners) -> None:
        self._devices = devices
        self._tuners = tuners

    async def status(self, request: web.Request) -> web.Response:
        self._devices.of(request)
        return json_response(documents.tuners(self._tuners.status()), headers=_DEVICE)

    async def page(self, request: web.Request) -> web.Response:
        self._devices.of(request)
        wanted = request.query.get("page", "")
        every = self._tuners.status()
        shown = [tuner for tuner in every if wanted == f"tuner{tuner.index}"] or every
        return web.Response(text=documents.tuner_page(shown), content_type="text/html")
