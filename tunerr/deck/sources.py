"""The sources page: add, test, refresh, roll back, undo."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict

from aiohttp import web

from tunerr.deck.forms import form_of
from tunerr.deck.gate import COOKIE, SESSION, Gate
from tunerr.deck.render import Renderer, json_answer
from tunerr.errors import TunerrError
from tunerr.providers.probe_report import ProbeReport
from tunerr.views.sources import SourcesView

Form = Mapping[str, str]
SourceAct = Callable[[str, Form], Awaitable[str]]
"""Takes who asks and the fields of the form; the sentence that the operator reads. Raises TunerrError."""


class SourcePages:
    """Renders the page and hands forms to acts. `acts` are keyed by the last segment of `/sources/act/<name>`."""

    def __init__(
        self,
        *,
        gate: Gate,
        renderer: Renderer,
        view: Callable[[], Awaitable[SourcesView]],
        probe: Callable[[], Awaitable[ProbeReport]],
        acts: Mapping[str, SourceAct],
    ) -> None:
        self._gate = gate
        self._renderer = renderer
        self._view = view
        self._probe = probe
        self._acts = acts

    def routes(self) -> list[web.RouteDef]:
        """The page, the same as JSON, the test of all providers, and the acts."""
        return [
            web.get("/sources", self._show),
            web.get("/deck/sources.json", self._json),
            web.post("/sources/probe", self._do_probe),
            web.post("/sources/act/{name}", self._do),
        ]

    async def _show(self, request: web.Request) -> web.StreamResponse:
        return await self._page(request, report=None)

    async def _json(self, _request: web.Request) -> web.StreamResponse:
        return json_answer(asdict(await self._view()))

    async def _do_probe(self, request: web.Request) -> web.StreamResponse:
        try:
            report = await self._probe()
        except TunerrError as error:
            self._gate.sessions.leave_notice(request.cookies[COOKIE], str(error))
            raise web.HTTPSeeOther("/sources") from error
        return await self._page(request, report=report)

    async def _do(self, request: web.Request) -> web.StreamResponse:
        act = self._acts.get(request.match_info["name"])
        if act is None:
            raise web.HTTPNotFound
        await self._gate.acted(request, act(request[SESSION].user, await form_of(request)), back="/sources")

    async def _page(self, request: web.Request, *, report: ProbeReport | None) -> web.StreamResponse:
        session = request[SESSION]
        return self._renderer.page(
            "sources.html",
            view=await self._view(),
            report=report,
            csrf=session.csrf,
            user=session.user,
            notice=self._gate.sessions.take_notice(request.cookies[COOKIE]),
        )
