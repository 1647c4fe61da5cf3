"""The wire of HLS channels: many short requests."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

from aiohttp import web

from tunerr.lab.faults import vocabulary as v
from tunerr.lab.faults.answers import HLS_TYPE, NOT_KEPT, TS_TYPE, cut, wrong_answer
from tunerr.lab.faults.channels import HlsOffer
from tunerr.lab.faults.effects import noise
from tunerr.lab.faults.state import Request, State

_SLOW_PIECES = 50
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


class HlsWire:
    """Serves HLS channels. `now`: wall seconds that never go back."""

    def __init__(self, state: State, now: Callable[[], float]) -> None:
        self._state = state
        self._now = now

    async def entry(self, request: web.Request, offer: HlsOffer) -> web.StreamResponse:
        """The catalog's URL: a master playlist, a redirect to a token, or the media playlist itself."""
        query = self._query(offer)
        if len(offer.live.variants) > 1:
            return await self._file(request, offer, "master", lambda: offer.live.master(query).encode(), HLS_TYPE)
        if offer.token:
            return web.Response(status=302, headers=NOT_KEPT | {"Location": f"/hls/{offer.name}/0/media.m3u8{query}"})
        return await self._playlist(request, offer, folder="0/")

    async def media(self, request: web.Request, offer: HlsOffer) -> web.StreamResponse:
        """The media playlist of one variant."""
        return await self._playlist(request, offer, folder="")

    async def segment(self, request: web.Request, offer: HlsOffer) -> web.StreamResponse:
        """One segment, or the part of it that was asked for."""
        variant, number = int(request.match_info["variant"]), int(request.match_info["number"])

        def body() -> bytes | None:
            return offer.live.segment(variant, number, self._now()) if variant < len(offer.live.variants) else None

        return await self._file(request, offer, "segment", body, TS_TYPE)

    async def key(self, request: web.Request, offer: HlsOffer) -> web.StreamResponse:
        """One key of AES-128."""
        number = int(request.match_info["number"])
        return await self._file(request, offer, "key", lambda: offer.live.key(number), "application/octet-stream")

    async def _playlist(self, request: web.Request, offer: HlsOffer, *, folder: str) -> web.StreamResponse:
        query = self._query(offer)
        return await self._file(
            request,
            offer,
            "playlist",
            lambda: offer.live.media(folder=folder, now=self._now(), query=query).encode(),
            HLS_TYPE,
        )

    async def _file(
        self, request: web.Request, offer: HlsOffer, target: str, body: Callable[[], bytes | None], content_type: str
    ) -> web.StreamResponse:
        record = self._state.begin(
            offer.name,
            request.path,
            request.headers.get("User-Agent", ""),
            target=target,
            wanted_range=request.headers.get("Range", ""),
        )
        try:
            for armed, _ in self._state.due(record, v.Event):
                self._state.fire(armed, record)
                offer.live.strike(armed, self._now())
            response = await self._answer(request, offer, record, body, content_type)
            record.status = response.status
            return response
        finally:
            self._state.end(record)

    async def _answer(
        self,
        request: web.Request,
        offer: HlsOffer,
        record: Request,
        body: Callable[[], bytes | None],
        content_type: str,
    ) -> web.StreamResponse:
        if offer.token and record.target != "master" and request.query.get("token") != self._state.token(offer.name):
            return web.Response(status=403, text="this link has expired\n", headers=NOT_KEPT)
        broken: v.BrokenBody | v.SlowBody | None = None
        data: bytes | None = None
        for armed, fault in self._state.due(record, v.AnswerFault):
            self._state.fire(armed, record)
            if isinstance(fault, v.SlowHeaders):
                await asyncio.sleep(fault.seconds)
            elif isinstance(fault, v.WrongType):
                content_type = fault.content_type
            elif isinstance(fault, v.GarbageBody):
                data = noise(len(body() or b""), record.id)
            elif isinstance(fault, v.BrokenBody | v.SlowBody):
                broken = fault
            elif answer := wrong_answer(fault):
                return answer
        data = body() if data is None else data
        if data is None:
            return web.Response(status=404, text="not there\n", headers=NOT_KEPT)
        return await self._body(request, record, data, content_type, broken)

    async def _body(
        self,
        request: web.Request,
        record: Request,
        data: bytes,
        content_type: str,
        broken: v.BrokenBody | v.SlowBody | None,
    ) -> web.StreamResponse:
        headers = {"Content-Type": content_type, "Accept-Ranges": "bytes"} | NOT_KEPT
        status = 200
        if wanted := _RANGE.fullmatch(record.range):
            first, last = int(wanted[1]), min(int(wanted[2] or len(data) - 1), len(data) - 1)
            status, headers["Content-Range"] = 206, f"bytes {first}-{last}/{len(data)}"
            data = data[first : last + 1]
        if broken is None:
            record.sent = len(data)
            return web.Response(status=status, body=data, headers=headers)
        response = web.StreamResponse(status=status, headers=headers)
        response.content_length = len(data)
        await response.prepare(request)
        if isinstance(broken, v.BrokenBody):
            await response.write(data[: int(len(data) * broken.cut)])
            await asyncio.sleep(0.1)  # what was written has to be on its way: a reset would take it back
            cut(request, reset=broken.reset)
            return response
        step = len(data) // _SLOW_PIECES + 1
        for at in range(0, len(data), step):
            await response.write(data[at : at + step])
            record.sent += len(data[at : at + step])
            await asyncio.sleep(broken.seconds / _SLOW_PIECES)
        return response

    def _query(self, offer: HlsOffer) -> str:
        return f"?token={self._state.token(offer.name)}" if offer.token else ""
