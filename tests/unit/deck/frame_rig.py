"""The deck's frame around small pages and acts of its own: the real gate, real sockets, a real state.db."""

import asyncio
import contextlib
import functools
from dataclasses import dataclass

import aiohttp
from aiohttp import web
from jinja2 import ChoiceLoader, DictLoader

from tests.unit.deck import access_rig
from tunerr.app.forwarding import settle_who_asks
from tunerr.config.sections import ServerSettings
from tunerr.deck.assets import Assets
from tunerr.deck.doors import Doors
from tunerr.deck.entry import Entry
from tunerr.deck.feed import Feeds
from tunerr.deck.gate import COOKIE, CSRF_HEADER
from tunerr.deck.navigation import Facts
from tunerr.deck.operations import Operation, OperationRoutes
from tunerr.deck.page import Page
from tunerr.deck.pages import PageRoutes, level_routes
from tunerr.deck.refusals import explain_refusals
from tunerr.deck.render import Renderer
from tunerr.deck.security import add_security_headers
from tunerr.errors import ActionRefused
from tunerr.model.operator import Role
from tunerr.storage.choices import Choices
from tunerr.support.tasks import Supervisor
from tunerr.views.device import client_urls

FAULT = "the secret of line 42"
TEMPLATES = {
    "sample.html": """{% extends "page.html" %}
{% from "parts.html" import act with context %}
{% block title %}{{ _("Sample") }}{% endblock %}
{% block main %}
<div id="live" data-live>
{% block live %}
<p class="text">{{ view.text }}</p>
<p class="who">[{{ visitor.role.name }} {{ level.name }} {{ zone.key }}]</p>
{{ act("note", _("Note"), {"text": view.text}) }}
{% endblock %}
</div>
{% endblock %}""",
    "named.html": """{% extends "page.html" %}
{% block title %}{{ _("Named") }}{% endblock %}
{% block main %}<div id="live" data-live>{% block live %}[{{ visitor.name }}]{% endblock %}</div>{% endblock %}""",
}


@dataclass(frozen=True, slots=True)
class Sample:
    text: str
    asked: str
    role: Role


@functools.cache
def rendering():
    """Compiled once: that takes a second."""
    assets = Assets()
    renderer = Renderer(asset=assets.url, has_asset=assets.has)
    for environment in (renderer._pages, renderer._live):
        own = environment.loader
        # What stands for the frame in live parts comes first there, as in the program.
        first = own.loaders if isinstance(own, ChoiceLoader) else [own]
        environment.loader = ChoiceLoader([*first, DictLoader(TEMPLATES)])
    return assets, renderer


class Frame:
    """The running deck. `text` is what its pages show; `acted` what its acts were given; `failing` what views raise."""

    def __init__(self, access, tasks, state):
        self.access, self.tasks = access, tasks
        self.choices = Choices(state=state, clock=access.clock)
        self.text, self.looks, self.acted, self.failing = "first", 0, [], None

    def headers(self, user="admin", **cookies):
        """Of a browser in which `user` is logged in, whose page has sent the request."""
        token = self.access.sessions.open(user)
        cookies = {COOKIE: token, **cookies}
        return {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            CSRF_HEADER: self.access.sessions.find(token).csrf_for_page(),
        }

    @contextlib.asynccontextmanager
    async def browser(self, user="admin", *, headers=None, **cookies):
        sent = {**self.headers(user, **cookies), **(headers or {})}
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(self.base, headers=sent, connector=connector) as session:
            yield session

    async def view(self, asked):
        self.looks += 1
        if self.failing is not None:
            raise self.failing
        return Sample(self.text, f"{dict(asked.query)} {dict(asked.match)} {asked.visitor.name}", asked.visitor.role)

    def pages(self):
        return (
            Page("/", "sample.html", self.view, live=True),
            Page("/things/{thing}", "sample.html", self.view),
            Page("/named", "named.html", self.view, live=True),
            Page("/operators", "sample.html", self.view, role=Role.OPERATOR, live=True),
            Page("/admins", "sample.html", self.view, role=Role.ADMIN),
        )

    def operations(self):
        async def note(who, fields):
            self.acted.append((who, [(name, fields.getall(name)) for name in dict.fromkeys(fields)]))
            return f"Noted {fields.get('text', '')}."

        async def choose(who, fields):
            await self.choices.put([("rules", "one", fields["text"])], who=who, act="choose", subject="one")
            return "Chosen."

        async def refuse(_who, _fields):
            raise ActionRefused("Not <so>.", hint="Try another.", field="text")

        async def fail(_who, _fields):
            raise RuntimeError(FAULT)

        return {
            "note": Operation("Notes what it is told.", note, "channels"),
            "choose": Operation("Changes a choice.", choose, "channels"),
            "refuse": Operation("Is never done.", refuse, "guide"),
            "fail": Operation("Fails.", fail, "guide"),
            "rule": Operation("Of administrators.", note, "users", Role.ADMIN),
            "own": Operation("Of everybody.", note, "users", Role.VIEWER),
        }

    async def report(self, query):
        return {"query": dict(query)}


@contextlib.asynccontextmanager
async def running(folder, *, largest=1 << 20):
    """Users: admin (an administrator), otto (operator), vera (viewer)."""
    assets, renderer = rendering()
    doors, tasks = Doors(renderer), Supervisor()
    async with access_rig.running(folder) as access:
        for name, role in (("otto", Role.OPERATOR), ("vera", Role.VIEWER), ("viola", Role.VIEWER)):
            await access.users.add(name, role, access_rig.PASSWORD, who="admin")
        await access.operators.set_password(access.code, access.code.renew(), access_rig.PASSWORD)
        frame = Frame(access, tasks, access.state)
        frame.feeds = Feeds(tasks)
        routes = PageRoutes(
            gate=access.gate,
            renderer=renderer,
            feeds=frame.feeds,
            facts=lambda: Facts(streams=2, channels=12345, changes=0),
            urls=lambda _: client_urls("http://192.0.2.5:5004"),
        )
        acts = OperationRoutes(gate=access.gate, operations=frame.operations(), latest_act=frame.choices.latest_by)
        application = web.Application(
            middlewares=[
                settle_who_asks(ServerSettings().trusted_proxies),
                explain_refusals(routes, doors),
                access.gate.middleware,
            ],
            client_max_size=largest,
        )
        application.on_response_prepare.append(add_security_headers)
        application.add_routes(Entry(gate=access.gate, doors=doors, code=access.code).routes())
        application.add_routes([*assets.routes(), *level_routes(), *routes.routes(frame.pages())])
        application.add_routes(
            acts.routes(
                {"/deck/sample.json": frame.report}, {("DELETE", "/deck/sample.json"): frame.operations()["note"]}
            )
        )
        application.on_shutdown.append(frame.feeds.end)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            frame.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
            frame.renderer = renderer
            yield frame
        finally:
            await runner.cleanup()
            await tasks.aclose()


async def page(session, path="/", **options):
    """Status and text of a page."""
    async with session.get(path, allow_redirects=False, **options) as answer:
        return answer.status, await answer.text()


@contextlib.asynccontextmanager
async def following(session, path="/", **headers):
    """The events of a page."""
    async with session.get(path, headers={"Accept": "text/event-stream", **headers}) as answer:
        yield answer


async def block(answer):
    """What comes next of events, up to the blank line; empty at the end."""
    async with asyncio.timeout(10):
        try:
            return (await answer.content.readuntil(b"\n\n")).decode().removesuffix("\n\n")
        except asyncio.IncompleteReadError:
            return ""


async def live(answer):
    """The text of the next event, without what only keeps the connection."""
    while True:
        said = await block(answer)
        if said.startswith("event: live\n"):
            return "\n".join(line.removeprefix("data: ") for line in said.splitlines()[1:])
        assert not said or said.startswith(("retry: ", ":")), said
        if not said:
            return ""
