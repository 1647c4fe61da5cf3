"""Pages without the frame of the deck: for whoever isn't in it yet, or is turned away."""

from __future__ import annotations

from aiohttp import web

from tunerr.deck.gate import for_programs, prefix_of
from tunerr.deck.render import Renderer, html_answer, json_refusal
from tunerr.errors import TunerrError
from tunerr.views.problems import problem


class Doors:
    """Renders them."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    def page(self, request: web.Request, template: str, *, status: int = 200, **values: object) -> web.Response:
        """One page."""
        shown = {"prefix": prefix_of(request), "path": request.path, "query": "", "csrf": "", **values}
        return html_answer(text=self._renderer.door(template, shown), status=status)

    def refusal(self, request: web.Request, error: TunerrError) -> web.Response:
        """Why somebody is turned away: a page for a person, JSON for a program."""
        if for_programs(request.path):
            return json_refusal(error)
        status, said = problem(error)
        return self.page(request, "refused.html", status=status, problem=said["error"], hint=said["hint"])
