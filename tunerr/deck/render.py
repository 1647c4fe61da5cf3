"""Views to answers: templates to pages and parts of pages, plain data to JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from gettext import NullTranslations
from typing import Any

import orjson
from aiohttp import web
from jinja2 import BaseLoader, ChoiceLoader, DictLoader, Environment, PackageLoader, StrictUndefined

from tunerr import __version__
from tunerr.deck import words
from tunerr.errors import TunerrError
from tunerr.views.problems import problem

Values = Mapping[str, object]

_DOORS = ("login.html", "setup.html", "refused.html")
# In the place of the frame around all pages: of a page that extends it there is the live part alone.
_LIVE_ONLY = DictLoader({"page.html": "{% block live %}{% endblock %}"})


class Renderer:
    """Templates of pages. The pages before the login are compiled at start, the others when they are first wanted.

    `asset` gives the path of one of the deck's own files, `has_asset` says whether it is there.
    """

    def __init__(self, *, asset: Callable[[str], str], has_asset: Callable[[str], bool]) -> None:
        own = PackageLoader("tunerr.deck")
        there = {"asset_path": asset, "has_asset": has_asset}
        self._pages = _environment(own, there)
        self._live = _environment(ChoiceLoader([_LIVE_ONLY, own]), there)
        # A page takes some milliseconds, its first compilation fifty: the event loop carries video meanwhile.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="deck")
        for name in _DOORS:
            self._pages.get_template(name)

    def door(self, template: str, values: Values) -> str:
        """Render one of the small pages before the login."""
        return self._pages.get_template(template).render(values)

    async def page(self, template: str, values: Values) -> str:
        """Render one page, beside the event loop."""
        return await self._beside(self._pages, template, values)

    async def live(self, template: str, values: Values) -> str:
        """Render the block `live` of a page as the page itself has it, beside the event loop."""
        return await self._beside(self._live, template, values)

    async def aclose(self, _application: object = None) -> None:
        """End the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _beside(self, environment: Environment, template: str, values: Values) -> str:
        def render() -> str:
            return environment.get_template(template).render(values)

        return await asyncio.get_running_loop().run_in_executor(self._thread, render)


def _environment(loader: BaseLoader, there: Mapping[str, Callable[..., Any]]) -> Environment:
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    install: Callable[..., None] = vars(environment)["install_gettext_translations"]
    install(NullTranslations(), newstyle=True)
    environment.filters |= words.FILTERS
    environment.globals |= {
        "version": __version__,
        "words": words.TABLES,
        "sparkline": words.sparkline,
        **there,
    }
    return environment


def json_answer(value: object, status: int = 200) -> web.Response:
    """Answer with JSON; dataclasses and enums are as orjson writes them."""
    return web.Response(body=orjson.dumps(value, default=_plain), status=status, content_type="application/json")


def json_refusal(error: TunerrError) -> web.Response:
    """Answer what was not done, or can't be said."""
    status, body = problem(error)
    return json_answer(body, status)


html_answer = partial(web.Response, content_type="text/html")


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset | set):
        return sorted(value)
    return str(value)
