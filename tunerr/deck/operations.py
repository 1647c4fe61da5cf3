"""Acts as routes: forms of pages, and requests of programs at the described system's paths and ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import orjson
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler
from multidict import MultiDict, MultiMapping

from tunerr.deck.forms import form_of, in_time
from tunerr.deck.gate import COOKIE, VISITOR, Gate, prefix_of
from tunerr.deck.notice import Notice
from tunerr.deck.render import json_answer
from tunerr.errors import ActionRefused, NotFound, TunerrError
from tunerr.model.operator import Role
from tunerr.views.reports import Report, Reports

Fields = MultiMapping[str]
"""Text fields of a form, a query or a JSON object; a name may have several values."""

MOST_VALUES: Final = 20_000
"""Of one JSON object: recipes of programs name thousands of channels; more would hold the event loop."""

LatestAct = Callable[[str], Awaitable[int | None]]
"""Number of the latest act in the journal by whom, that stands; None when there is none."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One act. `act` takes who asks and the fields, and returns the sentence that the operator reads.

    It raises TunerrError. `area`: what a token must be for.
    """

    about: str
    act: Callable[[str, Fields], Awaitable[str]]
    area: str
    role: Role = Role.OPERATOR


class OperationRoutes:
    """Makes the routes of reports and acts; holds no state of its own."""

    def __init__(self, *, gate: Gate, operations: Mapping[str, Operation], latest_act: LatestAct) -> None:
        """`operations` by the name that forms and programs call them by."""
        self._gate = gate
        self._operations = operations
        self._latest_act = latest_act

    def routes(self, reports: Reports, described: Mapping[tuple[str, str], Operation]) -> list[web.RouteDef]:
        """GET routes of the reports, POST routes of the operations, and those of the described system.

        `described`: acts that programs know by a method and a path.
        """
        return [
            *(web.get(path, self._report(report)) for path, report in reports.items()),
            *(web.route(method, path, self._by_path(one)) for (method, path), one in described.items()),
            web.get("/ops/actions/status.json", self._list),
            web.get("/api/v1/acts", self._list),
            web.post("/ops/actions/{name}", self._by_program),
            web.post("/api/v1/acts/{name}", self._by_program),
            web.post("/act/{name}", self._by_form),
        ]

    def _report(self, report: Report) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            self._gate.allows(request[VISITOR], Role.VIEWER, None)
            return json_answer(await report(request.query))

        return answer

    def _by_path(self, operation: Operation) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            return await self._done(operation, request)

        return answer

    async def _list(self, _: web.Request) -> web.Response:
        rows = [
            {"name": name, "about": one.about, "area": one.area, "role": one.role.name.lower()}
            for name, one in self._operations.items()
        ]
        return json_answer({"actions": rows})

    async def _by_program(self, request: web.Request) -> web.Response:
        return await self._done(self._named(request), request)

    async def _by_form(self, request: web.Request) -> web.Response:
        form = await form_of(request)
        who = request[VISITOR].name
        before = await self._latest_act(who)
        try:
            operation = self._named(request)
            self._gate.allows(request[VISITOR], operation.role, operation.area)
            said = await operation.act(who, form)
        except TunerrError as error:
            wrong = error.field if isinstance(error, ActionRefused) else ""
            notice = Notice(str(error), refused=True, wrong=wrong, typed=dict(form) if "keep" in form else {})
        else:
            latest = await self._latest_act(who)
            notice = Notice(said, undo=latest if (latest or 0) > (before or 0) else None)
        self._gate.sessions.leave_notice(request.cookies.get(COOKIE, ""), notice)
        return web.Response(status=303, headers={hdrs.LOCATION: prefix_of(request) + local(form.get("back", ""))})

    def _named(self, request: web.Request) -> Operation:
        operation = self._operations.get(request.match_info["name"])
        if operation is None:
            raise NotFound("There is no such act.", hint="GET /api/v1/acts lists them.")
        return operation

    async def _done(self, operation: Operation, request: web.Request) -> web.Response:
        self._gate.allows(request[VISITOR], operation.role, operation.area)
        said = await operation.act(request[VISITOR].name, await _fields(request))
        return json_answer({"ok": True, "message": said})


def local(target: str) -> str:
    """Return the path and query of a place within the deck; home for whatever leads elsewhere."""
    plain = target.startswith("/") and not target.startswith("//") and "\\" not in target and target.isprintable()
    try:
        parts = urlsplit(target) if plain else None
    except ValueError:
        parts = None
    return target if parts is not None and not parts.scheme and not parts.netloc else "/"


async def _fields(request: web.Request) -> Fields:
    """Text fields of the query, a form or a JSON object, whose lists are several values of one name."""
    fields = MultiDict(request.query)
    if request.content_type != "application/json":
        fields.update(await form_of(request))
        return fields
    try:
        async with in_time():
            sent = orjson.loads(await request.read() or b"{}")
    except orjson.JSONDecodeError as error:
        raise web.HTTPBadRequest(text="The body is no JSON.") from error
    if not isinstance(sent, dict):
        raise web.HTTPBadRequest(text="The body is no JSON object.")
    count = sum(len(value) if isinstance(value, list) else 1 for value in sent.values())
    if count > MOST_VALUES:
        raise web.HTTPRequestEntityTooLarge(MOST_VALUES, count, text="This is too much for one act.")
    for name, value in sent.items():
        fields.popall(name, None)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, bool):
                fields.add(name, "true" if one else "false")
            elif isinstance(one, str | int | float):
                fields.add(name, str(one))
    return fields
