"""Refusals and failures as answers: a page for a person, JSON for a program."""

from __future__ import annotations

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from tunerr.deck.doors import Doors
from tunerr.deck.gate import VISITOR, for_programs
from tunerr.deck.pages import PageRoutes
from tunerr.deck.render import json_answer
from tunerr.errors import TunerrError
from tunerr.views.problems import problem

log = structlog.get_logger(__name__)

_SPOKEN = {
    404: ("There is no such page.", "It may have moved; the navigation leads to all there are."),
    405: ("That can't be done here.", "Go back and use the page's own buttons."),
    413: ("That is too much at once.", "Send less."),
}
_FAULT = "Something went wrong here."
_FAULT_HINT = "It is in the log; Diagnostics shows it. Try again."


def explain_refusals(pages: PageRoutes, doors: Doors) -> Middleware:
    """Make the middleware; it belongs around the gate, which reads forms that may be none."""

    async def answer(request: web.Request, status: int, message: str, hint: str) -> web.StreamResponse:
        if for_programs(request.path):
            return json_answer({"error": message, "hint": hint}, status)
        if VISITOR not in request:  # the login, or a file that there isn't
            return doors.page(request, "refused.html", status=status, problem=message, hint=hint)
        return await pages.error_page(request, status, message, hint)

    @web.middleware
    async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except TunerrError as error:
            status, said = problem(error)
            return await answer(request, status, said["error"], said["hint"])
        except web.HTTPException as raised:
            if raised.status < 400:  # noqa: PLR2004 - what isn't an error
                raise
            message, hint = _SPOKEN.get(raised.status, (raised.text or raised.reason, ""))
            explained = await answer(request, raised.status, message, hint)
            explained.headers.extend({name: raised.headers[name] for name in ("Allow",) if name in raised.headers})
            return explained
        except ConnectionError:
            raise
        except Exception:  # the edge of the deck: a fault of ours is one page's, and in the log
            log.exception("page failed", path=request.path)
            return await answer(request, 500, _FAULT, _FAULT_HINT)

    return explain
