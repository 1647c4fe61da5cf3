"""The wire of transport streams: one request is one connection that stays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from aiohttp import web

from tunerr.lab.faults import vocabulary as v
from tunerr.lab.faults.answers import NOT_KEPT, TS_TYPE, PlainStream, cut, wrong_answer
from tunerr.lab.faults.channels import TsOffer
from tunerr.lab.faults.delivery import Cut, Delivery
from tunerr.lab.faults.state import Account, Request, State
from tunerr.lab.media import SLOTS_PER_SECOND

_TICK = 1 / SLOTS_PER_SECOND


class TsWire:
    """Serves TS channels. `now`: wall seconds that never go back."""

    def __init__(self, state: State, now: Callable[[], float]) -> None:
        self._state = state
        self._now = now

    async def serve(self, request: web.Request, offer: TsOffer, account: Account | None) -> web.StreamResponse:
        """Answer one request; ends when the connection does. Its slot on `account` is given back then."""
        record = self._state.begin(
            offer.name,
            request.path,
            request.headers.get("User-Agent", ""),
            target="stream",
            account=account.user if account else "",
            wanted_range=request.headers.get("Range", ""),
        )
        admitted = False
        try:
            admitted = account is None or self._state.admit(account)
            if not admitted and account is not None:
                record.status = account.status
                return web.Response(status=account.status, text="all connections in use\n", headers=NOT_KEPT)
            return await self._answer(request, offer, record)
        finally:
            self._state.end(record)
            if admitted and account is not None:
                self._state.leave(account)

    async def _answer(self, request: web.Request, offer: TsOffer, record: Request) -> web.StreamResponse:
        headers = {"Content-Type": TS_TYPE} | NOT_KEPT
        for armed, fault in self._state.due(record, v.AnswerFault):
            self._state.fire(armed, record)
            if isinstance(fault, v.SlowHeaders):
                await asyncio.sleep(fault.seconds)
            elif isinstance(fault, v.WrongType):
                headers["Content-Type"] = fault.content_type
            elif answer := wrong_answer(fault):
                record.status = answer.status
                return answer
        response = web.StreamResponse(headers=headers) if offer.chunked else PlainStream(headers=headers)
        record.status = response.status
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        try:
            await self._send(response, offer, record)
        except Cut as end:
            if end.reset:
                cut(request, reset=True)
        return response

    async def _send(self, response: web.StreamResponse, offer: TsOffer, record: Request) -> None:
        delivery = Delivery(offer.broadcast, self._now(), backlog=offer.backlog, burst=offer.burst)
        for _, fault in self._state.pending(record, v.Wrap):
            delivery.wrap_in(fault.after)
        with suppress(ConnectionResetError):  # the client left between two pieces
            while True:
                now = self._now()
                for armed, _ in self._state.due(record, v.Event):
                    self._state.fire(armed, record)
                    delivery.strike(armed, now)
                if data := delivery.due(now):
                    await response.write(data)
                    record.sent += len(data)
                await asyncio.sleep(_TICK)
